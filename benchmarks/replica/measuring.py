"""The part `replica`: all its measurements on one system, and their lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.lines import Line, compared
from benchmarks.replica import beside, idle, lateness, snapshot
from benchmarks.replica.rig import FOLLOWING, PIPELINE, newest, raised, rig, until

FOLLOWED_S, AT_EASE_S = 120.0, 60.0

Found = dict[str, Any]


def measure(seconds: float) -> Found:
    """Measure all of it on one shop. Raises Unmeasurable without Docker."""
    with rig() as made:
        raised(made, *FOLLOWING)
        found: Found = {"snapshot": _told("snapshot", snapshot.measure(made))}
        raised(made, *PIPELINE)
        raised(made, "sim")
        before = newest(made)
        until(lambda: newest(made) != before, "replica that follows")
        lateness.measure(made, AT_EASE_S)  # Airflow has begun with its first run, and what was started is warm
        found["late"] = _told("late", lateness.measure(made, FOLLOWED_S))
        found["pairs"] = _told("pairs", beside.measure(made, max(seconds, 20.0)))
        raised(made, "sim")
        made.run("exec", "-T", "sim", "python", "-m", "sim", "speed", "1x")
        found["idle"] = _told("idle", idle.measure(made))
        return found


def lines(found: Found) -> Iterator[Line]:
    """The figures as lines of the table."""
    made, late, spent = found["snapshot"], found["late"], found["idle"]
    rate = made["rows"] / made["s"]
    cost = ", ".join(
        f"{name} {1e5 * made[f'{name}_cpu_s'] / made['rows']:.1f}" for name in FOLLOWING if f"{name}_cpu_s" in made
    )
    follows = f", {made['follows_s']:.0f} s until it follows" if "follows_s" in made else ""
    yield compared(
        "Replica: rows/s of a snapshot", rate, 10_000, f"{rate:,.0f}",
        f"{made['rows']:,} rows, {made['in_all_s']:.0f} s from `ensure` to the last{follows}; CPU s per 100 k: {cost}",
        sense="≥",
    )  # fmt: skip
    yield compared(
        "Replica: a commit at 60x is in MySQL after, p95", late["p95"], 2, f"{late['p95']:.2f} s",
        f"p50 {late['p50']:.2f} s, at most {late['max']:.2f} s", sense="≤", unit=" s",
    )  # fmt: skip
    yield from _pairs(found["pairs"])
    percent = _of_the_pipeline(spent["percent"])
    beside_it = f"beside it postgres {spent['percent']['postgres']:.0f}, sim {spent['percent']['sim']:.0f}"
    yield compared(
        "Pipeline, shop at 1x: % of a core", sum(percent.values()), 35, f"{sum(percent.values()):.0f}",
        f"{_largest(percent, '.1f')}; {beside_it}", sense="≤",
    )  # fmt: skip
    memory = {name: size / 1e3 for name, size in _of_the_pipeline(spent["memory_mb"]).items()}
    yield Line("Pipeline, shop at 1x: memory", f"{sum(memory.values()):.1f} GB", against=_largest(memory, ".2f"))


def _pairs(runs: dict[str, list[beside.Run]]) -> Iterator[Line]:
    """The medians; what is wanted is that the simulator keeps its pace."""
    for what, figure in (("speed", "speed"), ("shop time a processor second", "per_cpu_s")):
        pairs = zip(runs["alone"], runs["replicated"], strict=True)
        if ratios := sorted(replicated[figure] / alone[figure] for alone, replicated in pairs if alone[figure]):
            told = f"The simulator at {beside.SPEED}x, its shop replicated: {what}"
            against = f"of that alone; {len(ratios)} pairs, {ratios[0]:.2f} to {ratios[-1]:.2f}"
            middle = median(ratios)
            if figure == "speed":
                yield compared(told, middle, 0.95, f"{middle:.2f}", against, sense="≥")
            else:
                yield Line(told, f"{middle:.2f}", against=against)


def _of_the_pipeline(figures: dict[str, float]) -> dict[str, float]:
    return {name: figure for name, figure in figures.items() if name in PIPELINE}


def _largest(figures: dict[str, float], form: str) -> str:
    ordered = sorted(figures.items(), key=lambda each: -each[1])
    return ", ".join(f"{name} {figure:{form}}" for name, figure in ordered)


def _told(what: str, found: Any) -> Any:
    print(f"replica: {what}: {json.dumps(found)}", file=sys.stderr, flush=True)
    return found
