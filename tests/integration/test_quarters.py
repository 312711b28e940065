"""Visits and views counted by quarters of an hour are what counting the rows gives, whoever writes the rows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from sim.run.history import chunk_sizing
from sim.run.status import Status
from tests.integration.test_running import Shop

PERIODS = ["Today", "Last 24 hours", "Last 7 days", "Last 28 days", "Everything"]
COUNTED_VISITS = """
SELECT city_id, channel, device, sum(sessions), sum(carts), sum(bounced), sum(browsed), sum(cart_abandoned),
       sum(checkout_abandoned), sum(payment_failed), sum(ordered)
FROM visits_in(%s) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
VISITS = """
SELECT city_id, channel, device, count(*), count(*) FILTER (WHERE outcome IN
           ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered')),
       count(*) FILTER (WHERE outcome = 'bounced'), count(*) FILTER (WHERE outcome = 'browsed'),
       count(*) FILTER (WHERE outcome = 'cart_abandoned'), count(*) FILTER (WHERE outcome = 'checkout_abandoned'),
       count(*) FILTER (WHERE outcome = 'payment_failed'), count(*) FILTER (WHERE outcome = 'ordered')
FROM sessions WHERE started_at >= period_start(%s) AND outcome IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
COUNTED_VIEWS = "SELECT city_id, sum(product_views), sum(missed_views) FROM views_in(%s) GROUP BY 1 ORDER BY 1"
VIEWS = """
SELECT s.city_id, count(*), count(*) FILTER (WHERE NOT e.in_stock)
FROM session_events e JOIN sessions s USING (session_id)
WHERE e.occurred_at >= period_start(%s) AND e.event_type = 'product_view' GROUP BY 1 ORDER BY 1
"""
KEPT = "SELECT * FROM sim.session_quarters q ORDER BY q", "SELECT * FROM sim.view_quarters q ORDER BY q"


@pytest.fixture(scope="module")
def shop(postgres_url: str) -> Iterator[Shop]:
    """Made in two halves, and ending at no quarter; not to be changed."""
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(duration="27h")
        shop.run(duration="33h7m")
        yield shop


@pytest.mark.parametrize("period", PERIODS)
def test_a_period_has_its_rows_and_no_others(period: str, shop: Shop):
    visits, views = shop.rows(COUNTED_VISITS, period), shop.rows(COUNTED_VIEWS, period)
    assert visits
    assert views
    assert visits == shop.rows(VISITS, period)
    assert views == shop.rows(VIEWS, period)


def test_while_history_is_loaded_the_rows_are_counted(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chunk_sizing, "ROWS_A_CHUNK", 1_000)
    shop, stop, found = Shop(database_url), threading.Event(), list[Any]()

    def look(_: Status) -> None:
        """Ask in one snapshot, until there are visits; the run waits for us and ends then."""
        if stop.is_set():
            return
        found.clear()
        with shop.connected() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            for sql in ("SELECT to_regclass('sim.unbuilt') IS NOT NULL", COUNTED_VISITS, VISITS, COUNTED_VIEWS, VIEWS):
                cursor.execute(sql, ("Last 28 days",) if "%s" in sql else None)
                found.append(cursor.fetchall())
        if len(found[2]) > 1:
            stop.set()

    shop.run(observe=look, stop=stop, duration="30h", scale="0.1", processes="2")
    being_loaded, counted_visits, visits, counted_views, views = found
    assert being_loaded == [(True,)]
    assert len(visits) > 1
    assert (counted_visits, counted_views) == (visits, views)


def test_counting_all_rows_anew_changes_nothing(shop: Shop):
    before = [shop.rows(sql) for sql in KEPT]
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT sim.refill_quarters()")
    assert [shop.rows(sql) for sql in KEPT] == before


def test_what_is_changed_and_deleted_by_hand_is_counted_so(database_url: str):
    shop = Shop(database_url)
    shop.run(duration="9h")
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE sessions SET channel = 'email' WHERE channel = 'ads'")
        assert "quarters_count_every_row" not in shop.broken_invariants()
        cursor.execute("UPDATE session_events SET in_stock = NOT in_stock WHERE seq = 2 AND in_stock IS NOT NULL")
        cursor.execute("DELETE FROM session_events WHERE session_id IN (SELECT session_id FROM sessions WHERE "
                       "outcome = 'bounced')")  # fmt: skip
        cursor.execute("DELETE FROM sessions WHERE outcome = 'bounced'")
        changed = [shop.rows(sql) for sql in KEPT]
        assert "quarters_count_every_row" not in shop.broken_invariants()
        cursor.execute("SELECT sim.refill_quarters()")
    assert [shop.rows(sql) for sql in KEPT] == changed
    assert shop.rows("SELECT sum(bounced), sum(browsed) > 0 FROM sim.session_quarters") == [(0, True)]
