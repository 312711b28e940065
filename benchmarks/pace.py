"""Pace, freshness and idle cost: an evening of the whole shop, gone on with at several speeds."""

from __future__ import annotations

from typing import Any

from benchmarks.databases import new_database
from benchmarks.figures import milliseconds, percentiles
from benchmarks.probe import Probe, probed_run
from benchmarks.reader import watching

EVENING = {"start": "2026-01-05T08:00Z", "seed": "1", "scale": "1"}
UNTIL = "9h"  # 17:00 UTC: busy in Europe, awake in America
SPEEDS = ("1x", "10x", "100x")
READ_AT = "10x"


def measure(server_url: str, seconds: float) -> dict[str, Any]:
    """Return, by speed: lateness of facts, the clock's distance from true pace, speed kept, CPU, freshness (ms)."""
    with new_database(server_url) as url:
        probed_run(url, {**EVENING, "speed": "max", "duration": UNTIL})
        return {speed: _at(url, speed, seconds) for speed in SPEEDS}


def _at(url: str, speed: str, seconds: float) -> dict[str, Any]:
    if speed != READ_AT:
        return _figures(probed_run(url, {"speed": speed}, stop_after_s=seconds))
    with watching(url, since_us=9 * 3_600_000_000) as seen:
        probe = probed_run(url, {"speed": speed}, stop_after_s=seconds)
    delays_s = [at_s - probe.true_s(at_us) for at_us, at_s in seen if at_us > probe.anchor_us + probe.factor * 1e6]
    return {**_figures(probe), "visible_after_ms": milliseconds(percentiles(delays_s))}


def _figures(probe: Probe) -> dict[str, Any]:
    paced_s = probe.wall_s
    return {
        "fact_late_ms": milliseconds(percentiles(probe.fact_late_s)),
        "clock_behind_ms": milliseconds(percentiles(probe.clock_behind_s)),
        "facts": len(probe.fact_late_s),
        "asked": probe.factor,
        "kept": probe.sim_us / 1e6 / paced_s,
        "cpu_percent": 100.0 * probe.cpu_s / paced_s,
    }
