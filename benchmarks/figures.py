"""Percentiles, and the table that people read."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

Percentiles = dict[str, float]


def percentiles(values: list[float]) -> Percentiles:
    """Return p50, p99 and the largest of some values; nothing of nothing."""
    if not values:
        return {}
    ordered = sorted(values)
    last = len(ordered) - 1
    return {"p50": ordered[round(0.5 * last)], "p99": ordered[round(0.99 * last)], "max": ordered[-1]}


def milliseconds(seconds: Percentiles) -> Percentiles:
    """Return seconds as milliseconds, to the hundredth."""
    return {name: round(value * 1000.0, 2) for name, value in seconds.items()}


def show(results: dict[str, Any], console: Console | None = None) -> None:
    """Print the results as one table."""
    table = Table("what", "measured", "wanted", title="Bazaar on this machine")
    for speed, found in results.get("pace", {}).items():
        table.add_row(f"{speed}: a fact is late by", _ms(found["fact_late_ms"]), "p99 ≤ 50 ms at 10x")
        table.add_row(f"{speed}: the clock stands behind by", _ms(found["clock_behind_ms"]), "")
        table.add_row(f"{speed}: kept of asked", f"{found['kept']:.2f}x of {found['asked']:g}x", "")
        wanted = "< 5 % of a core" if speed == "1x" else ""
        table.add_row(f"{speed}: processor", f"{found['cpu_percent']:.1f} % of a core", wanted)
        if "visible_after_ms" in found:
            table.add_row(f"{speed}: a row is visible after", _ms(found["visible_after_ms"]), "p99 ≤ 500 ms")
    if throughput := results.get("throughput"):
        for name in ("with_postgres", "simulation_alone"):
            found = throughput[name]
            rate = f"{found['rows_per_s']:,.0f} rows/s, {found['days_per_min']:.2f} days/min"
            table.add_row(f"catching up, {name.replace('_', ' ')}", rate, "")
        table.add_row("catching up, ratio of the two", f"{throughput['ratio']:.2f}", "")
    (console or Console()).print(table)


def _ms(found: Percentiles) -> str:
    return ", ".join(f"{name} {value:.1f} ms" for name, value in found.items()) or "nothing happened"
