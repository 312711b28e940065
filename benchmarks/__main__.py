"""Measure, print one table and write the figures as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.databases import ask, server
from benchmarks.lines import show
from benchmarks.page import PAGE, RESULTS, lines_of, rendered
from benchmarks.parts import PARTS, Asked
from benchmarks.unmeasurable import Unmeasurable
from sim.cli.terminal import spell_what_it_can


def parts_of(kept: str) -> list[str]:
    """The names of the parts whose results are kept together."""
    return [name for name, part in PARTS.items() if part.kept == kept]


def main() -> int:
    """Run what the command line asks for: 0, or 2 when something that it needs is not here."""
    spell_what_it_can(sys.stdout)
    asked = _arguments()
    try:
        results = _measured(asked)
    except Unmeasurable as why:
        print(f"benchmarks: {why}", file=sys.stderr)
        return 2
    show(lines_of(results))
    print(f"written to {asked.out}", file=sys.stderr)
    if asked.write:
        _keep(results, asked.kept)
    return 0


def _measured(asked: argparse.Namespace) -> dict[str, Any]:
    needed = any(PARTS[name].needs_server for name in asked.parts)
    with server(asked.database_url) if needed else nullcontext("") as url:
        results = _header(url)
        for name in asked.parts:
            began_s = time.monotonic()
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            results[name] = PARTS[name].measure(Asked(url, asked.repeat, asked.seconds, asked.rounds))
            print(f"measuring {name} took {time.monotonic() - began_s:.0f} s", file=sys.stderr, flush=True)
            _write(asked.out, results)  # so that a later part's failure loses nothing
    return results


def _header(url: str) -> dict[str, Any]:
    machine = {"cores": os.cpu_count(), "python": platform.python_version()}
    if url:
        machine["postgres"] = ask(url, "SHOW server_version")[0][0].split()[0]
    machine["system"] = f"{platform.system()} {platform.machine()}"
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine}


def _write(path: Path, results: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _keep(results: dict[str, Any], name: str) -> None:
    """Keep the results in the repository, and put them into the page."""
    _write(RESULTS / f"{name}.json", results)
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"kept in {RESULTS / name}.json and {PAGE}", file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    small, large = parts_of("bench"), parts_of("large")
    parser.add_argument("parts", nargs="*", help=f"what to measure: {', '.join(PARTS)} (default: {', '.join(small)})")
    parser.add_argument("--large", action="store_true", help=f"measure {', '.join(large)}: 20 minutes or so")
    parser.add_argument("--write", action="store_true", help=f"keep the results in {RESULTS.name}/ and in {PAGE}")
    parser.add_argument("--out", type=Path, default=None, help="where the JSON goes (default .cache/benchmarks.json)")
    parser.add_argument("--seconds", type=float, default=10.0, help="real seconds at each speed (default 10)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the median is taken (default 3)")
    parser.add_argument("--rounds", type=int, default=20, help="rounds through all dashboards (default 20)")
    parser.add_argument("--database-url", default=None, help="a server to use in place of an embedded one")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    asked.parts = asked.parts or (large if asked.large else small)
    asked.kept = PARTS[asked.parts[0]].kept
    if asked.write and sorted(asked.parts) != sorted(parts_of(asked.kept)):
        parser.error("--write keeps all parts or none: leave out their names")
    asked.out = asked.out or Path(f".cache/benchmarks{'' if asked.kept == 'bench' else f'-{asked.kept}'}.json")
    return asked


if __name__ == "__main__":
    sys.exit(main())
