"""Marts by DuckDB as the shop grows: processor time, memory, and the file that comes of it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import shop
from benchmarks.apart import apart
from benchmarks.databases import ask, new_database
from benchmarks.figures import medians
from benchmarks.growth import FEW_VISITS, HISTORY
from benchmarks.lines import Line, compared
from pipeline.marts.catalogue import marts
from pipeline.marts.engines import duckdb as engine
from pipeline.marts.engines.from_postgres import from_postgres

# The default shop, and then one of as many more customers, most of whose visits are orders: fifty of the first's.
SIZES = {"10 k": {"duration": "108h"}, "100 k": {"duration": "45d"}, "500 k": {**FEW_VISITS, "duration": "243h"}}

Found = dict[str, Any]


def measure(server_url: str, repeat: int) -> Found:
    """Build all marts of shops of each size, as often as `repeat` says."""
    found: Found = {}
    for size, options in SIZES.items():
        with new_database(server_url) as url:
            apart(shop.run, url, {**HISTORY, **options})
            found[size] = of_shop(url, repeat)
    return found


def of_shop(url: str, repeat: int) -> dict[str, float]:
    """The medians of several builds, each in a process of its own, and how many orders there are."""
    [(orders,)] = ask(url, "SELECT count(*) FROM orders")
    return {"orders": orders, **medians([apart(built, url) for _ in range(repeat)])}


def built(url: str) -> dict[str, float]:
    """Build all marts into a new file; for `apart`, where CPU and memory are all its own."""
    began_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, from_postgres(url) as source:
        out = Path(folder) / "marts.duckdb"
        results = engine.build(marts(), source, out, None, lambda _: None)
        if wrong := [result.mart for result in results if result.wrong]:
            raise RuntimeError(f"{', '.join(wrong)}: something is wrong with them")
        return {
            "s": time.perf_counter() - began_s,
            "cpu_s": shop.cpu_s(),
            "rss_mb": shop.peak_rss_mb(),
            "marts": float(len(results)),
            "bytes": float(out.stat().st_size),
            "computing_s": sum(result.seconds for result in results),
        }


def lines(found: Found) -> Iterator[Line]:
    """The figures as lines of the table."""
    for size, figures in found.items():
        computing = f"{figures['computing_s']:.1f} of the {figures['s']:.1f} s are computing, the rest is reading"
        told = f"{figures['s']:.1f} s, {figures['cpu_s']:.1f} of a processor, {figures['rss_mb']:.0f} MB"
        yield Line(f"Marts by DuckDB, {size} orders", told, against=computing)
    smallest, *larger = found
    for size in larger:
        ratio = found[size]["cpu_s"] / found[smallest]["cpu_s"]
        more = found[size]["orders"] / found[smallest]["orders"]
        what = f"Processor time of marts at {size} orders of that at {smallest}"
        yield compared(what, ratio, round(more, 1), f"{ratio:.1f}", "no more than there are more orders", sense="≤")
