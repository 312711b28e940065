"""What the pipeline's containers cost while the shop goes at the pace of real time, a run of the DAG among it."""

from __future__ import annotations

import time

from benchmarks.compose.system import System
from benchmarks.replica.rig import PIPELINE, accounts, cpu_s, memory_mb

SECONDS = 600.0  # the DAG's schedule: one run, wherever this begins
_BESIDE = ("postgres", "sim")


def measure(made: System) -> dict[str, dict[str, float]]:
    """Each container's share of one core, in per cent, and its memory in MB."""
    services = (*PIPELINE, *_BESIDE)
    files = accounts(made, services)
    before, began_s = cpu_s(files), time.monotonic()
    time.sleep(SECONDS)
    after, wall_s = cpu_s(files), time.monotonic() - began_s
    percent = {name: round(100 * (after[name] - before[name]) / wall_s, 2) for name in files}
    return {"percent": percent, "memory_mb": memory_mb(made, services)}
