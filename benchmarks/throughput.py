"""Catching up: simulated days and rows a unit of time, with PostgreSQL and with a sink that forgets."""

from __future__ import annotations

from statistics import median
from typing import Any

from benchmarks.databases import new_database
from benchmarks.probe import Probe, probed_run

HISTORY = {"start": "2026-01-05T00:00Z", "seed": "1", "scale": "1", "speed": "max", "duration": "12h"}


def measure(server_url: str, repeat: int) -> dict[str, Any]:
    """Return medians of runs of half a day at the default scale; the opening is not counted."""
    written, forgotten = [], []
    for _ in range(repeat):  # taking turns, so that a busy moment of the machine meets both
        written.append(_run(server_url, null_sink=False))
        forgotten.append(_run(server_url, null_sink=True))
    with_postgres, alone = _figures(written), _figures(forgotten)
    return {
        "with_postgres": with_postgres,
        "simulation_alone": alone,
        "ratio": with_postgres["rows_per_s"] / alone["rows_per_s"],
    }


def _run(server_url: str, *, null_sink: bool) -> Probe:
    with new_database(server_url) as url:
        return probed_run(url, HISTORY, null_sink=null_sink)


def _figures(probes: list[Probe]) -> dict[str, float]:
    return {
        "rows_per_s": median(_rows(probe) / probe.wall_s for probe in probes),
        "days_per_min": median(probe.sim_us / 86_400e6 / probe.wall_s * 60.0 for probe in probes),
        "cpu_cores": median(probe.cpu_s / probe.wall_s for probe in probes),
    }


def _rows(probe: Probe) -> int:
    return probe.statuses[-1].rows - probe.opening_rows
