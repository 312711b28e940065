"""What a cut shows as of an instant, of a shop that was there then and has gone on since."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.base import APPENDED
from models.declarations import event_times
from pipeline.marts import cuts
from pipeline.replica import chosen
from pipeline.replica.scope import begins_at
from tests.pipeline.marts.shops import AS_OF, Seen, cut_rows, digest

CUTS = cuts.cuts()


@pytest.mark.parametrize("name", CUTS)
def test_the_same_instant_shows_the_same_rows_now_and_a_day_later(seen: Seen, name: str):
    assert seen.then[name] == digest(seen.shop, name)
    assert seen.then[name].rows or name in {"incidents", "retention"}


@pytest.mark.parametrize("name", CUTS)
def test_each_column_that_is_named_is_of_a_table_whose_rows_change(name: str):
    table = CUTS[name].table
    columns = {each.name for each in table.columns}
    named = cuts.CHANGING.get(name, set()) | cuts.KNOWN_SINCE.get(name, {}).keys()
    assert named <= columns
    assert not (named and APPENDED in table.info)
    assert set(cuts.KNOWN_SINCE.get(name, {}).values()) <= {each.name for each in event_times(table)}


@pytest.mark.parametrize("name", ["orders", "deliveries", "sessions", "returns", "trips"])
def test_later_times_are_null_though_the_row_has_them(seen: Seen, name: str):
    shown = [each.name for each in CUTS[name].columns]
    times = [each.name for each in event_times(CUTS[name].table) if each.name != begins_at(CUTS[name].table)]
    as_of = AS_OF.replace(tzinfo=None)
    rows = cut_rows(seen.shop, name, AS_OF)
    for time in times:
        values = [row[shown.index(time)] for row in rows]
        assert all(value is None or value < as_of for value in values), time
    later = " OR ".join(f"{time} >= '{AS_OF}'" for time in times)
    was_there = f"{begins_at(CUTS[name].table)} < '{AS_OF}'"
    [(came_later,)] = seen.shop.rows(f"SELECT count(*) FROM {name} WHERE {was_there} AND ({later})")
    assert came_later > 0


def test_what_is_only_known_later_is_not_told(seen: Seen):
    shown = [each.name for each in CUTS["sessions"].columns]
    at = {name: shown.index(name) for name in ("customer_id", "ended_at", "outcome")}
    sessions = cut_rows(seen.shop, "sessions", AS_OF)
    assert {row[at["ended_at"]] is None for row in sessions} == {True, False}
    assert all((row[at["ended_at"]] is None) == (row[at["outcome"]] is None) for row in sessions)
    known = {row[at["customer_id"]] for row in sessions} - {None}
    assert known <= {row[0] for row in cut_rows(seen.shop, "customers", AS_OF)}


@pytest.mark.parametrize(
    "column", ["orders.status", "customers.loyalty_tier", "deliveries.courier_id", "inventory.on_hand", "runs.sim_now"]
)
def test_what_changes_without_a_time_is_not_there(column: str):
    table, name = column.split(".")
    assert name not in {each.name for each in CUTS[table].columns}
    assert name in {each.name for each in chosen.columns(CUTS[table].table)}


def test_of_a_past_that_was_cut_off_only_what_is_complete_is_seen(seen: Seen):
    since = AS_OF - timedelta(hours=30)
    orders, all_of_them = cut_rows(seen.shop, "orders", AS_OF, since), cut_rows(seen.shop, "orders", AS_OF)
    shown = [each.name for each in CUTS["orders"].columns]
    placed = shown.index("placed_at")
    assert orders == [row for row in all_of_them if row[placed] >= since.replace(tzinfo=None)]
    assert 0 < len(orders) < len(all_of_them)
    ids = {row[0] for row in orders}
    assert {row[0] for row in cut_rows(seen.shop, "order_items", AS_OF, since)} == ids
    assert cut_rows(seen.shop, "customers", AS_OF, since) == cut_rows(seen.shop, "customers", AS_OF)


def test_each_dialect_says_the_same_in_its_own_way():
    mysql, postgres, duckdb = (CUTS["order_items"].sql(dialect, AS_OF) for dialect in ("mysql", "postgresql", "duckdb"))
    assert (
        "WHERE `order_id` IN (SELECT `order_id` FROM `orders` WHERE `placed_at` < TIMESTAMP '2026-01-08 14:00" in mysql
    )
    assert '"public"."orders" WHERE "placed_at" < TIMESTAMPTZ \'2026-01-08 14:00:00.000000+00:00\'' in postgres
    assert '"shop"."orders"' in duckdb


@pytest.mark.parametrize("name", CUTS)
def test_no_row_asks_a_question_of_its_own(seen: Seen, name: str):
    """PostgreSQL would answer each by going through all of another table, once that is more than its memory takes."""
    plan = [line for (line,) in seen.shop.rows(f"EXPLAIN {CUTS[name].sql('postgresql', AS_OF)}")]
    assert [line for line in plan if "SubPlan" in line] == []
