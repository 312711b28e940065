"""The past: what an analyst asks of all visits at once, against the same rows as they were asked before.

Before: the first schema's views, whose columns and results are the same, and none of the indexes for such questions.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.databases import ask, new_database
from benchmarks.lines import Line, compared

WANTED = 1 / 3
FIRST_VIEWS = Path(__file__).parent.parent / "db" / "migrations" / "first_schema" / "views.sql"
VIEWS = ("funnel_daily", "cart_abandonment")
BEFORE = "before"
QUESTIONS = {
    "funnel_daily": "SELECT * FROM {schema}.funnel_daily",
    "cart_abandonment": "SELECT city, abandon_reason, sum(cart_value) FROM {schema}.cart_abandonment GROUP BY 1, 2",
    "funnel by events": "SELECT event_type, count(DISTINCT session_id) FROM session_events GROUP BY event_type",
    "one customer's visits": "SELECT * FROM sessions WHERE customer_id = (SELECT min(customer_id) FROM orders)",
}
_NEW_INDEXES = "DROP INDEX ix_sessions_customer_id, ix_session_events_event_type_session_id"


def first_views() -> str:
    """Return statements that make the views as the first schema had them, in a schema of their own."""
    script = FIRST_VIEWS.read_text(encoding="utf-8")
    views = [re.search(rf"CREATE OR REPLACE VIEW ({view} AS\n.*?;)\n", script, re.DOTALL) for view in VIEWS]
    return f"CREATE SCHEMA {BEFORE};" + "".join(f"CREATE VIEW {BEFORE}.{found[1]}" for found in views if found)


def measure(server_url: str, shop_url: str, rounds: int) -> dict[str, Any]:
    """Return the milliseconds of every question, now and before, on a copy of the shop that the URL leads to."""
    with new_database(server_url, template=shop_url) as url:
        [(sessions,)] = ask(url, "SELECT count(*) FROM sessions")
        now = _took(url, "public", rounds)
        ask(url, first_views())
        ask(url, _NEW_INDEXES)
        before = _took(url, BEFORE, rounds)
    return {"sessions": sessions, "questions": {key: {"now": now[key], "before": before[key]} for key in QUESTIONS}}


def lines(found: dict[str, Any]) -> Iterator[Line]:
    """The figures as lines of the table."""
    for question, took in found["questions"].items():
        text = f"{took['now']:.0f} ms, {took['now'] / took['before']:.2f} times"
        against = f"{took['before']:.0f} ms by the first schema, on the same {found['sessions']:,} visits"
        yield compared(
            f"The past: {question}",
            took["now"] / took["before"],
            round(WANTED, 2),
            text,
            against,
            sense="≤",
            unit=" times",
        )


def _took(url: str, schema: str, rounds: int) -> dict[str, float]:
    """Milliseconds of each question: the least of some rounds, of which the first is not counted."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    least: dict[str, float] = {}
    with connection.cursor() as cursor:
        for number in range(rounds + 1):
            for key, question in QUESTIONS.items():
                began_s = time.perf_counter()
                cursor.execute(question.format(schema=schema))
                cursor.fetchall()
                took_ms = (time.perf_counter() - began_s) * 1000.0
                if number:
                    least[key] = min(least.get(key, took_ms), took_ms)
    connection.close()
    return least
