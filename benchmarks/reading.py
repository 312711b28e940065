"""Reading: every query of the dashboards on a shop that goes on trading at 10x meanwhile.

The window is 30 days: in the copy that is asked, the period named 'Last 28 days' begins 30 days ago. The reader is the
dashboards' own role, one question after the other, and the first round is not counted: a dashboard asks every minute,
so what it reads is warm.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from benchmarks.databases import ask, new_database
from benchmarks.figures import Percentiles, milliseconds, percentiles
from benchmarks.lines import Line, compared
from benchmarks.simulator import simulator
from dashboards.files import load
from report.queries import READER

WANTED_MS = 300.0
SPEED = "10x"
CHOICES = {"city": "All cities", "period": "Last 28 days"}
_FUNCTION = "SELECT pg_get_functiondef('public.period_start(text)'::regprocedure)"
_28_DAYS, _30_DAYS = "'672 hours'", "'720 hours'"
_SIZE = """
SELECT (SELECT count(*) FROM orders), (SELECT rows_written FROM sim.current_run),
       extract(epoch FROM sim_now() - period_start('Last 28 days')) / 86400
"""
_COMMITTED = "SELECT batches FROM sim.current_run"
_SIGN_OF_LIFE_S = 120.0


def measure(server_url: str, shop_url: str, rounds: int) -> dict[str, Any]:
    """Return milliseconds of every query on a copy of the shop that the URL leads to; nobody may be connected to it."""
    with new_database(server_url, template=shop_url) as url:
        _widen_window(url)
        [(orders, rows, days)] = ask(url, _SIZE)
        with trading(url):
            queries = _ask_all(url, rounds)
        slow = [key for key, found in queries.items() if found["p95"] > WANTED_MS]
        plans = {key: explained(url, key) for key in slow}
    worst = max(queries, key=lambda key: queries[key]["p95"])
    return {
        "orders": orders,
        "rows": rows,
        "window_days": round(float(days), 1),
        "rounds": rounds,
        "worst": worst,
        "queries": queries,
        "plans": plans,
    }


def lines(found: dict[str, Any]) -> Iterator[Line]:
    """The figures as lines of the table."""
    size = f"{found['rows']:,} rows, window {found['window_days']:g} days, a simulator at {SPEED} beside it"
    queries: dict[str, Percentiles] = found["queries"]
    worst, within = found["worst"], [key for key in queries if queries[key]["p95"] <= WANTED_MS]
    text = f"{queries[worst]['p95']:.0f} ms ({worst})"
    yield compared(
        "Dashboards: p95 of the slowest query", queries[worst]["p95"], WANTED_MS, text, size, sense="≤", unit=" ms"
    )
    middle = percentiles(found["p50"] for found in queries.values())["p50"]
    yield Line(
        "Dashboards: queries within that",
        f"{len(within)} of {len(queries)}",
        against=f"their median p50 is {middle:.0f} ms",
    )


@contextmanager
def trading(url: str) -> Iterator[None]:
    """Have a simulator in a process of its own go on with a shop, from its first commit to the end of the block."""
    before = ask(url, _COMMITTED)
    with simulator(url, "--speed", SPEED, "--no-catch-up") as process:
        deadline_s = time.monotonic() + _SIGN_OF_LIFE_S
        while ask(url, _COMMITTED) == before:
            if process.poll() is not None or time.monotonic() > deadline_s:
                raise RuntimeError("the simulator did not go on")
            time.sleep(0.1)
        yield


def explained(url: str, key: str) -> list[str]:
    """Return how the server answers a query, as EXPLAIN ANALYZE tells it."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {READER}")
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + load().queries[key].filled(CHOICES))
        return [line for (line,) in cursor.fetchall()]


def _widen_window(url: str) -> None:
    [(definition,)] = ask(url, _FUNCTION)
    if definition.count(_28_DAYS) != 1:
        raise RuntimeError(f"period_start() does not say {_28_DAYS} once, so its window can't be widened")
    ask(url, definition.replace(_28_DAYS, _30_DAYS))


def _ask_all(url: str, rounds: int) -> dict[str, Percentiles]:
    took: dict[str, list[float]] = {key: [] for key in load().queries}
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {READER}")
        for number in range(rounds + 1):
            for key, query in load().queries.items():
                began_s = time.perf_counter()
                cursor.execute(query.filled(CHOICES))
                cursor.fetchall()
                if number:
                    took[key].append(time.perf_counter() - began_s)
    connection.close()
    return {key: milliseconds(percentiles(seconds)) for key, seconds in took.items()}
