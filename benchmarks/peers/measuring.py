"""Runs the makers in turn, each with a time-out; one that fails or hangs is a line that says so."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

from benchmarks.databases import checkpoint, new_database
from benchmarks.figures import medians
from benchmarks.lines import Line, compared
from benchmarks.peers.environment import make
from benchmarks.peers.makers import Maker, makers
from benchmarks.processor import Family

TIME_OUT_S = 60.0
GOALS = {"jafgen": 5.0, "desflow": 10.0}


def measure(server_url: str, repeat: int) -> dict[str, Any]:
    """Return medians of each maker's rows a second and a processor second, or what became of it."""
    programs = make()
    runs: dict[str, list[dict[str, Any]]] = {}
    writes: dict[str, str] = {}
    for _ in range(repeat):
        for name in [maker.name for maker in makers(programs, "")]:
            if any("failed" in run for run in runs.get(name, ())):
                continue  # once is enough
            with new_database(server_url) as url, tempfile.TemporaryDirectory(prefix="bazaar-peer-") as folder:
                maker = next(maker for maker in makers(programs, url) if maker.name == name)
                writes[name] = maker.writes
                checkpoint(server_url)
                runs.setdefault(name, []).append(_run(maker, Path(folder), url))
    return {name: {"writes": writes[name], **_summary(figures)} for name, figures in runs.items()}


def lines(found: dict[str, Any]) -> Iterator[Line]:
    """The figures as lines of the table."""
    ours = found["bazaar"]
    for name, figures in found.items():
        if failed := figures.get("failed"):
            yield Line(f"{name}, whole", failed, against=figures["writes"])
            continue
        text = f"{figures['rows_per_s']:,.0f} rows/s, {figures['rows_per_cpu_s']:,.0f} a CPU-second"
        yield Line(f"{name}, whole", text, against=figures["writes"])
        if name != "bazaar" and "failed" not in ours:
            ratio, by_cpu = (ours[key] / figures[key] for key in ("rows_per_s", "rows_per_cpu_s"))
            text = f"{ratio:.1f} × its rows/s, {by_cpu:.1f} × a CPU-second"
            what = f"Bazaar (history mode) of {name}"
            yield compared(what, ratio, GOALS[name], text, sense="≥", unit=" ×") if name in GOALS else Line(what, text)


def _summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    failed = [run for run in runs if "failed" in run]
    return failed[0] if failed else medians(runs)


def _run(maker: Maker, folder: Path, url: str) -> dict[str, Any]:
    server = Family.of_server(url)
    served_s, used_s, began_s = server.seconds(), _children_cpu_s(), time.perf_counter()
    code = _call(maker, folder)
    wall_s = time.perf_counter() - began_s
    if code is None:
        rows = maker.count(folder, url)
        return {"failed": f"had not ended after {TIME_OUT_S:g} s; {rows:,} rows were there"}
    if code != 0:
        return {"failed": f"ended with exit code {code}"}
    rows, cpu_s = maker.count(folder, url), _children_cpu_s() - used_s
    server_cpu_s = server.since(served_s)
    return {
        "rows": float(rows),
        "wall_s": wall_s,
        "rows_per_s": rows / wall_s,
        "cpu_s": cpu_s,
        # What the server does for a maker is part of its price.
        "rows_per_cpu_s": rows / (cpu_s + (server_cpu_s or 0.0)),
        **({} if server_cpu_s is None else {"server_cpu_s": server_cpu_s}),
    }


def _call(maker: Maker, folder: Path) -> int | None:
    """Run it to its end and return its exit code; None when it took too long, and was killed with its children."""
    process = subprocess.Popen(
        maker.command,
        cwd=folder,
        env={**os.environ, **maker.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(TIME_OUT_S)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _children_cpu_s() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
