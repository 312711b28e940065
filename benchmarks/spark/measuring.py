"""The part `spark`: shops of growing size, all marts of each by DuckDB and by Spark, and their lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks import marts, shop
from benchmarks.apart import apart
from benchmarks.compose.system import system
from benchmarks.databases import new_database
from benchmarks.growth import HISTORY
from benchmarks.lines import Line, compared
from benchmarks.spark import building

_SETTINGS = {"COMPOSE_PROFILES": "pipeline"}
_BUILT = ("preflight", *building.SPARK, building.CLIENT)

Found = dict[str, Any]


def measure(server_url: str) -> Found:
    """Measure it on shops of each size, made here and copied into MySQL. Raises Unmeasurable without Docker."""
    found: Found = {}
    with system(_SETTINGS, _BUILT, ("mysql",)) as made:
        for size, options in marts.SIZES.items():
            with new_database(server_url) as url:
                apart(shop.run, url, {**HISTORY, **options})
                duckdb = _told(f"{size}, DuckDB", marts.of_shop(url, 1))
                found[size] = {"duckdb": duckdb, "spark": _told(f"{size}, Spark", building.of_shop(made, url))}
    return found


def lines(found: Found) -> Iterator[Line]:
    """The figures as lines of the table."""
    for size, each in found.items():
        yield from _of_size(size, each["duckdb"], each["spark"])
    smallest, *larger = found
    for size in larger:
        yield from _growth(found, smallest, size)


def _of_size(size: str, duckdb: Found, spark: Found) -> Iterator[Line]:
    first, again = spark["first"], spark["again"]
    what = f"Marts by Spark, {size} orders"
    against = f"{_costs(first)} the first time after a start; of a processor {_largest(again['cpu_s'])}"
    yield Line(what, f"{_costs(again)} of a processor", against=against)
    yield Line(
        f"{what}: of DuckDB's on the same shop",
        f"{again['s'] / duckdb['s']:.1f} × the time, {_cpu_s(again) / duckdb['cpu_s']:.1f} × the processor time",
        against=f"{duckdb['s']:.1f} s, {duckdb['cpu_s']:.1f} of a processor, {duckdb['rss_mb']:.0f} MB",
    )
    if most := spark["memory_mb"].get("spark-worker"):
        limit, lost = spark["limit_mb"]["spark-worker"], spark["executors"] - 1 + spark["killed"]
        yield Line(
            f"{what}: the worker's memory", f"{most:,.0f} MB, {lost} times out of it",
            f"≤ {limit:,.0f} MB, never out of it", most <= limit and not lost,
            f"{spark['peak_mb']['spark-worker']:,.0f} MB with what is kept of files; {_largest(_others(spark))}",
        )  # fmt: skip


def _growth(found: Found, smallest: str, size: str) -> Iterator[Line]:
    """At most linear: no more times the cost than there are times the orders."""
    small, large = (found[each]["spark"]["again"] for each in (smallest, size))
    more = round(found[size]["duckdb"]["orders"] / found[smallest]["duckdb"]["orders"], 1)
    by_mart = {name: built["s"] / small["marts"][name]["s"] for name, built in large["marts"].items()}
    steepest = max(by_mart, key=lambda name: by_mart[name])
    seconds, cpu = large["s"] / small["s"], _cpu_s(large) / _cpu_s(small)
    what = f"marts by Spark at {size} orders of that at {smallest}"
    against = f"steepest is {steepest}: {by_mart[steepest]:.1f}, {large['marts'][steepest]['s']:.1f} s"
    yield compared(f"Time of {what}", seconds, more, f"{seconds:.1f}", against, sense="≤")
    yield compared(f"Processor time of {what}", cpu, more, f"{cpu:.1f}", "all containers", sense="≤")


def _costs(build: Found) -> str:
    return f"{build['s']:.0f} s, {_cpu_s(build):.0f}"


def _cpu_s(build: Found) -> float:
    return float(sum(build["cpu_s"].values()))


def _others(spark: Found) -> dict[str, float]:
    return {name: mb for name, mb in spark["memory_mb"].items() if name != "spark-worker"}


def _largest(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {figure:.0f}" for name, figure in sorted(figures.items(), key=lambda each: -each[1]))


def _told(what: str, found: Found) -> Found:
    print(f"spark: {what}: {json.dumps(found)}", file=sys.stderr, flush=True)
    return found
