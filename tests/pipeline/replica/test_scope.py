"""Which rows are comparable while a shop goes on, on one that has lived for a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from sqlalchemy import Table

from models.base import APPENDED
from pipeline.replica import chosen, scope, shop
from pipeline.replica.scope import Span
from tests.integration.test_running import Shop
from tests.pipeline.replica.settings import settings

TABLES = {table.name: table for table in chosen.tables()}


@pytest.fixture(scope="module")
def here(postgres_url: str) -> Iterator[Connection]:
    """A small shop, a day old, in a database of its own."""
    with Shop.in_new_database(postgres_url) as day:
        day.run(duration="1d")
        with shop.connected(settings(DATABASE_URL=day.url)) as connection:
            yield connection


@pytest.fixture
def noon(here: Connection) -> Span:
    now = shop.moment(here)
    return Span(now.kept_since, now.kept_since + timedelta(hours=12))


def said(here: Connection, table: Table, span: Span | None) -> tuple[int, str]:
    question = scope.shop_question(table, span)
    [(rows, digest)] = shop.ask(here, question.sql, question.values)
    return rows, digest


@pytest.mark.parametrize("name", TABLES)
def test_a_whole_table_is_all_of_its_rows(here: Connection, name: str):
    rows, digest = said(here, TABLES[name], None)
    assert [(rows,)] == shop.ask(here, f"SELECT count(*) FROM {chosen.qualified(TABLES[name])}")
    assert (digest == "0") == (rows == 0)


@pytest.mark.parametrize("name", TABLES)
def test_what_comes_later_changes_nothing_about_what_is_settled(here: Connection, noon: Span, name: str):
    """A shop of half a day and the same one after a whole day: rows went on changing, and more came."""
    table = TABLES[name]
    before = said(here, table, noon)
    begins = scope.begins_at(table)
    shop.ask(here, "BEGIN; SET LOCAL session_replication_role = replica")
    try:
        if begins is not None and name != "runs":
            shop.ask(here, f"DELETE FROM {chosen.qualified(table)} WHERE {begins} >= %s", (noon.as_of,))
        if APPENDED not in table.info:
            others = [c.name for c in chosen.columns(table) if c not in scope.compared(table, noon) and c.nullable]
            for column in others:
                shop.ask(here, f"ALTER TABLE {chosen.qualified(table)} DROP COLUMN {column} CASCADE")
        assert said(here, table, noon) == before
    finally:
        shop.ask(here, "ROLLBACK")


def test_lines_of_orders_come_with_their_orders(here: Connection, noon: Span):
    rows, _ = said(here, TABLES["order_items"], noon)
    [(of_orders,)] = shop.ask(
        here, "SELECT count(*) FROM order_items JOIN orders USING (order_id) WHERE placed_at < %s", (noon.as_of,)
    )
    assert 0 < rows == of_orders < said(here, TABLES["order_items"], None)[0]


def test_what_is_cut_off_meanwhile_changes_nothing(here: Connection, noon: Span):
    later = Span(noon.as_of - timedelta(hours=2), noon.as_of)
    before = said(here, TABLES["payments"], later)
    shop.ask(here, "BEGIN")
    try:
        shop.ask(here, "DELETE FROM payments WHERE attempted_at < %s", (later.since,))
        assert said(here, TABLES["payments"], later) == before
        shop.ask(
            here,
            "DELETE FROM payments WHERE payment_id = (SELECT max(payment_id) FROM payments WHERE attempted_at < %s)",
            (later.as_of,),
        )
        assert said(here, TABLES["payments"], later) != before
    finally:
        shop.ask(here, "ROLLBACK")


def test_a_value_that_never_changes_is_compared_while_the_shop_goes_on(here: Connection, noon: Span):
    before = said(here, TABLES["payments"], noon)
    shop.ask(here, "BEGIN")
    try:
        shop.ask(
            here, "UPDATE payments SET amount = amount + 0.01 WHERE payment_id = (SELECT min(payment_id) FROM payments)"
        )
        assert said(here, TABLES["payments"], noon) != before
    finally:
        shop.ask(here, "ROLLBACK")


def test_signs_of_life_of_the_simulator_are_not_compared(here: Connection):
    before = said(here, TABLES["runs"], None)
    shop.ask(here, "UPDATE sim.runs SET heartbeat_at = now(), lag_s = 5, kept_speed = 7, batches = 0")
    assert said(here, TABLES["runs"], None) == before
    shop.ask(here, "UPDATE sim.runs SET sim_now = sim_now + interval '1 s'")
    assert said(here, TABLES["runs"], None) != before
    shop.ask(here, "UPDATE sim.runs SET sim_now = sim_now - interval '1 s'")


def test_mysql_is_asked_for_the_same_instants_without_a_zone(noon: Span):
    question = scope.replica_question(TABLES["orders"], noon)
    assert "WHERE `placed_at` >= %s AND `placed_at` < %s" in question.sql
    assert all(each.tzinfo is None for each in question.values)
    assert question.values[1] - question.values[0] == timedelta(hours=12)
