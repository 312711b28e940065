"""Pace, freshness and idle cost: an evening of the whole shop, gone on with at several speeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks import shop
from benchmarks.apart import apart
from benchmarks.databases import new_database
from benchmarks.figures import Percentiles, milliseconds, percentiles
from benchmarks.lines import Line, compared
from benchmarks.probe import Probe, probed_run
from benchmarks.reader import Seen, watching
from benchmarks.shop import DEFAULT

UNTIL = "9h"  # 17:00 UTC: busy in Europe, awake in America
EVENING = {**DEFAULT, "start": "2026-01-05T08:00Z", "duration": UNTIL, "processes": "1"}
SPEEDS = ("1x", "10x", "100x")
READ_AT = "10x"
TRIED = ("2000x", "4000x", "8000x", "16000x", "32000x")
TRIED_FOR_S = 5.0
KEPT = 0.95  # of what was asked: it has kept pace


def measure(server_url: str, seconds: float) -> dict[str, Any]:
    """Return, by speed: lateness of facts, the clock's distance from true pace, speed kept, CPU, freshness (ms)."""
    with new_database(server_url) as url:
        apart(shop.run, url, EVENING)
        found = {speed: apart(at_speed, url, speed, seconds) for speed in SPEEDS}
        return {"speeds": found, **_highest(url)}


def lines(found: dict[str, Any]) -> Iterator[Line]:
    """The figures as lines of the table."""
    for speed, figures in found["speeds"].items():
        late: Percentiles = figures["fact_late_ms"]
        text = ", ".join(f"{name} {late[name]:.1f} ms" for name in ("p50", "p99") if name in late) or "nothing happened"
        against = f"{figures['facts']:,} facts, kept {figures['kept']:.2f}x"
        if speed == READ_AT:
            yield compared(f"{speed}: a fact is late by", late["p99"], 50, text, against, sense="≤", unit=" ms p99")
        else:
            yield Line(f"{speed}: a fact is late by", text, against=against)
        if visible := figures.get("visible_after_ms"):
            text = ", ".join(f"{name} {visible[name]:.0f} ms" for name in ("p50", "p99"))
            what = f"{speed}: a row is visible after"
            yield compared(what, visible["p99"], 500, text, "a reader asking every 10 ms", sense="≤", unit=" ms p99")
        text = f"{figures['cpu_percent']:.1f} % of a core"
        if speed == "1x":
            what = "1x: processor, without the live view"
            yield compared(what, figures["cpu_percent"], 5, text, sense="≤", unit=" %")
        else:
            yield Line(f"{speed}: processor", text)
    tried = ", ".join(f"{speed} {kept:.0%}" for speed, kept in found["tried"].items())
    yield Line("Highest speed kept", found["highest"], against=f"one process; kept of asked: {tried}")


def at_speed(url: str, speed: str, seconds: float) -> dict[str, Any]:
    """Go on with a shop at a speed for so long."""
    if speed != READ_AT:
        return _figures(probed_run(url, {"speed": speed}, stop_after_s=seconds))
    seen: Seen
    with watching(url, since_us=9 * 3_600_000_000) as seen:
        probe = probed_run(url, {"speed": speed}, stop_after_s=seconds)
    delays_s = [at_s - probe.true_s(at_us) for at_us, at_s in seen if at_us > probe.anchor_us + probe.factor * 1e6]
    return {**_figures(probe), "visible_after_ms": milliseconds(percentiles(delays_s))}


def unwatched(url: str, speed: str, seconds: float) -> dict[str, Any]:
    """Go on with a shop at a speed for so long, without the cost of looking at every fact."""
    return _figures(probed_run(url, {"speed": speed}, stop_after_s=seconds, at_facts=False))


def _highest(url: str) -> dict[str, Any]:
    """Ask for ever higher speeds until one is not kept."""
    tried: dict[str, float] = {}
    for speed in TRIED:
        figures = apart(unwatched, url, speed, TRIED_FOR_S)
        tried[speed] = figures["kept"] / figures["asked"]
        if tried[speed] < KEPT:
            break
    return {"tried": tried, "highest": max((s for s in tried if tried[s] >= KEPT), key=TRIED.index, default="none")}


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
