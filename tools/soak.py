"""Lets the shop live for an hour at 500x and watches its memory and its lag: python tools/soak.py [--minutes 60].

Works on the embedded server of an empty working directory, or on DATABASE_URL, an empty database. Exit code 1 when
memory grew, the lag did not stay bounded, or an invariant is broken at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
_EVERY_S = 5.0
_WARM_UP = 1 / 6  # ten minutes of an hour
_GROWTH_ALLOWED = 0.05
_LAG_ALLOWED_S = 5.0


class Sample(NamedTuple):
    """What was seen at a moment."""

    at_s: float  # since pacing began
    rss_mb: float
    lag_s: float


def main() -> int:
    """Run, watch, stop, check and say what was found."""
    asked = _arguments()
    command = [*_sim("run"), "--speed", asked.speed, "--no-catch-up", "--start", "2026-01-05T00:00Z"]
    run = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=_surroundings())
    try:
        samples, before, after = _watch(run, asked.minutes * 60)
    finally:
        run.send_signal(signal.SIGTERM)
        code = run.wait(60)
    broken = subprocess.run(_sim("check"), env=_surroundings(), stdout=subprocess.DEVNULL, check=False).returncode
    return _verdict(samples, before, after, code, broken)


def _watch(run: subprocess.Popen[bytes], seconds: float) -> tuple[list[Sample], dict[str, Any], dict[str, Any]]:
    samples: list[Sample] = []
    while (before := _status()).get("status") != "pacing":
        time.sleep(1.0)
    began_s, after = time.monotonic(), before
    while (at_s := time.monotonic() - began_s) < seconds and run.poll() is None:
        after = _status() or after
        samples.append(Sample(at_s, _rss_mb(run.pid), after.get("lag_s") or 0.0))
        print(f"{at_s:6.0f} s  {samples[-1].rss_mb:7.1f} MB  lag {samples[-1].lag_s:.3f} s  {after.get('sim_now')}")
        sys.stdout.flush()
        time.sleep(max(0.0, began_s + at_s + _EVERY_S - time.monotonic()))
    return samples, before, after


def _verdict(samples: list[Sample], before: dict[str, Any], after: dict[str, Any], code: int, broken: int) -> int:
    length_s = samples[-1].at_s
    early = [s.rss_mb for s in samples if _WARM_UP <= s.at_s / length_s < 2 * _WARM_UP]
    late = [s.rss_mb for s in samples if s.at_s / length_s >= 1 - _WARM_UP]
    first, last = sum(early) / len(early), sum(late) / len(late)
    lags = sorted(s.lag_s for s in samples)
    print(f"from {before['sim_now']} to {after['sim_now']}, {after['rows_written'] - before['rows_written']:,} rows")
    print(f"RSS {first:.1f} MB in the second ten minutes, {last:.1f} MB in the last ({last / first - 1:+.1%})")
    median_s, high_s = lags[len(lags) // 2], lags[len(lags) * 99 // 100]
    print(f"lag: median {median_s:.3f} s, 99 % below {high_s:.3f} s, max {lags[-1]:.3f} s")
    print(f"run ended with {code}, check with {broken}")
    return int(last > first * (1 + _GROWTH_ALLOWED) or lags[-1] > _LAG_ALLOWED_S or bool(code) or bool(broken))


def _status() -> dict[str, Any]:
    said = subprocess.run([*_sim("status"), "--json"], env=_surroundings(), capture_output=True, text=True, check=False)
    found: dict[str, Any] = json.loads(said.stdout) if said.returncode == 0 else {}
    return found


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _sim(command: str) -> list[str]:
    return [sys.executable, "-m", "sim", command]


def _surroundings() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(REPOSITORY)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=60.0, help="real minutes of pacing (default 60)")
    parser.add_argument("--speed", default="500x", help="the speed (default 500x)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
