"""Cost as it grows: the same shop, longer and longer; rows a second, memory, time to go on, bytes on disk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks import shop
from benchmarks.apart import apart
from benchmarks.databases import ask, checkpoint, new_database
from benchmarks.lines import Line, compared
from benchmarks.shop import DEFAULT
from benchmarks.simulator import resident_mb, simulator

# How long the default shop takes to so many orders: 2,270 a day, fewer in its first.
SMALL = {"1 k": "12h", "10 k": "108h"}
LARGE = {"1 k": "12h", "100 k": "45d"}
MILLION = {"100 k": "49h", "1 M": "485h"}
FEW_VISITS = {"scenario": str(Path(__file__).with_name("many_orders.yaml"))}

HISTORY = {**DEFAULT, "processes": "2"}
_TABLES = """
SELECT format('(SELECT count(*) FROM %I)', relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
_SIZE = "SELECT pg_database_size(current_database())"
_COMMITTED = "SELECT batches FROM sim.current_run"
_PATIENCE_S = 300.0


def measure(server_url: str, durations: dict[str, str], keep: ExitStack, **options: str) -> tuple[dict[str, Any], str]:
    """Return the figures of each size, and the URL of the largest shop, which `keep` drops in the end."""
    found: dict[str, Any] = {}
    url = ""
    for name, duration in durations.items():
        url = keep.enter_context(new_database(server_url))
        found[name] = of_shop(server_url, url, {**HISTORY, **options, "duration": duration})
    return found, url


def measure_few_visits(server_url: str) -> dict[str, Any]:
    """Return the figures of half a million customers who rarely come without buying, up to a million orders."""
    with ExitStack() as keep:
        return measure(server_url, MILLION, keep, **FEW_VISITS)[0]


def of_shop(server_url: str, url: str, options: dict[str, str]) -> dict[str, Any]:
    """Make a shop in an empty database, go on with it, and return what both took."""
    checkpoint(server_url)
    opening = _opening(server_url, options)
    figures = apart(shop.run, url, options)
    stored, size = _stored_rows(url), _bytes(url)
    [(orders, customers)] = ask(url, "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM customers)")
    resume_s, resumed_rss_mb = time_to_go_on(url)
    return {
        **figures,
        "orders": orders,
        "customers": customers,
        "rows_stored": stored,
        "rows_per_order": (stored - opening["rows"]) / orders,
        "bytes": size,
        "bytes_per_order": (size - opening["bytes"]) / orders,
        "resume_s": resume_s,
        "resumed_rss_mb": resumed_rss_mb,
    }


def _opening(server_url: str, options: dict[str, str]) -> dict[str, float]:
    """What the shop is before its first order: its customers, stock and empty tables."""
    with new_database(server_url) as url:
        apart(shop.run, url, {**options, "duration": "1s", "processes": "1"})
        return {"rows": _stored_rows(url), "bytes": _bytes(url)}


def _stored_rows(url: str) -> int:
    """Rows in the shop's tables; one that was changed later counts once."""
    counts = " + ".join(count for (count,) in ask(url, _TABLES))
    [(rows,)] = ask(url, f"SELECT {counts}")
    return int(rows)


def _bytes(url: str) -> int:
    [(size,)] = ask(url, _SIZE)
    return int(size)


def time_to_go_on(url: str) -> tuple[float, float]:
    """Return the seconds from the start of `python -m sim run` on a shop to its first new commit; its memory then."""
    before, began_s = ask(url, _COMMITTED), time.perf_counter()
    with simulator(url, "--no-catch-up") as process, closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        while True:
            cursor.execute(_COMMITTED)
            if cursor.fetchall() != before:
                return time.perf_counter() - began_s, resident_mb(process.pid)
            if process.poll() is not None or time.perf_counter() > began_s + _PATIENCE_S:
                raise RuntimeError("the shop was not gone on with")
            time.sleep(0.01)


def few_visits_lines(found: dict[str, Any]) -> Iterator[Line]:
    """The figures as lines of the table."""
    yield from lines(found, ", few visits", "many_orders.yaml")


def lines(found: dict[str, Any], which: str = "", shop: str = "the default shop") -> Iterator[Line]:
    """The figures as lines of the table; `which` orders they are, and of which `shop`."""
    sizes = list(found)
    for size, figures in found.items():
        name = f"{size} orders{which}"
        rows = f"{figures['rows_stored']:,.0f} rows stored, {figures['rows_per_order']:.1f} an order"
        rate = f"{figures['rows_per_s_after_first']:,.0f} rows/s after the opening"
        yield Line(name, f"{rate}, {figures['bytes_per_order']:,.0f} bytes an order on disk", against=rows)
        customers = f"{figures['customers']:,} customers"
        memory = f"{figures['rss_mb']:.0f} MB making it, {figures['resumed_rss_mb']:.0f} MB going on"
        what = f"{name}: memory of a simulating process"
        most = max(figures["rss_mb"], figures["resumed_rss_mb"])
        yield compared(what, most, 400.0, memory, customers, sense="≤", unit=" MB")
        yield Line(f"{name}: to go on", f"{figures['resume_s']:.1f} s to the first new commit")
    if len(sizes) > 1:
        smallest, largest = sizes[0], sizes[-1]
        ratio = found[largest]["rows_per_s_after_first"] / found[smallest]["rows_per_s_after_first"]
        what = f"Rows/s at {largest} orders of those at {smallest}{which}"
        yield compared(what, ratio, 0.85, f"{ratio:.2f}", f"{shop}, history mode", sense="≥")
