"""A shop that forgets: what it keeps are the rows of one that forgets nothing, and what it forgets leaves no hole."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import NullPool, create_engine, make_url

from models import metadata
from sim.cli.status import for_people
from sim.postgres.connection import open_connection
from sim.postgres.control.status import run_status
from sim.postgres.retention import purge, purger
from sim.postgres.retention.purger import Purger
from tests.integration.test_running import Shop, eventually
from tools.torture.simulator import Simulator, Start

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
KEEP, DAYS = timedelta(days=2), 5
KEPT_SINCE = EPOCH + timedelta(days=DAYS) - KEEP
# Two days are enough for a shop in which carts, reviews and returns are soon of the past.
SCENARIO = """
demand: {cart_return_within_h: 24}
review: {delay_median_h: 8, within_days: 1, answered_by_stars: [0, 0, 0, 0, 0]}
returns: {delay_median_days: 0.4, within_days: 1, processing_days: 0.4, processing_most_days: 1}
survey: {answer: 0.5, asked_after_h: 2, delay_median_h: 2, within_days: 1}
"""
DUE_DATES = {"promised_at", "due_at", "ends_at"}
NEVER_CUT = {
    "addresses", "categories", "cities", "couriers", "customer_devices", "customers", "inventory", "product_prices",
    "products", "warehouses",
}  # fmt: skip
CUT = sorted(table.name for table in metadata.sorted_tables if table.schema is None and table.name not in NEVER_CUT)
PARENTS = {
    "session_events": "sessions", "cart_items": "carts", "order_items": "orders", "order_status_changes": "orders",
    "delivery_attempts": "deliveries",
}  # fmt: skip

BORN = {
    "sessions": "started_at", "carts": "created_at", "orders": "placed_at", "payments": "attempted_at",
    "stock_movements": "occurred_at", "replenishments": "ordered_at", "courier_shifts": "started_at",
    "trips": "started_at", "deliveries": "ready_at",
}  # fmt: skip


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    scenario = tmp_path_factory.mktemp("scenario") / "hasty.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    return {"scenario": str(scenario), "duration": f"{DAYS}d"}


@pytest.fixture(scope="module")
def whole(postgres_url: str, options: dict[str, Any]) -> Iterator[Shop]:
    """A shop that keeps everything; not to be changed."""
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(**options)
        yield shop


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


@pytest.fixture
def copy(whole: Shop, postgres_url: str) -> Iterator[Shop]:
    """A copy of the whole shop, to be cut."""
    name = f"bazaar_test_{uuid.uuid4().hex}"
    source = make_url(whole.url).database
    with closing(psycopg2.connect(postgres_url)) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
            yield Shop(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def purging_session(shop: Shop) -> Iterator[psycopg2.extensions.connection]:
    with closing(open_connection(shop.url)) as connection:
        yield connection


def cut_until(shop: Shop, since: datetime) -> None:
    with purging_session(shop) as connection:
        for _ in purge.purge(connection, since):
            pass


@contextmanager
def deleting_slowly(shop: Shop) -> Iterator[None]:
    """Visits are deleted so slowly that nobody is done before something was noticed."""
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$; "
            "CREATE TRIGGER slowly BEFORE DELETE ON sessions EXECUTE FUNCTION slowly()"
        )
        yield
        cursor.execute("DROP TRIGGER slowly ON sessions; DROP FUNCTION slowly()")


def rows_of(shop: Shop, table: str) -> set[str]:
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(f"SET timezone = 'UTC'; SELECT t::text FROM {table} t")
        return {text for (text,) in cursor.fetchall()}


def latest_of(table: str) -> str:
    """SQL for a row's latest instant."""
    columns = [column.name for column in metadata.tables[table].columns if column.name.endswith("_at")]
    times = [f"t.{name}" for name in columns if name not in DUE_DATES]
    return f"greatest({', '.join(times)})"


def recent_rows(shop: Shop, table: str) -> set[str]:
    """The rows with an instant since which everything is kept, and those that belong to one."""
    if table in PARENTS:
        key = metadata.tables[PARENTS[table]].primary_key.columns[0].name
        where = f"t.{key} IN (SELECT {key} FROM {PARENTS[table]} t WHERE {latest_of(PARENTS[table])} >= %s)"
    else:
        where = f"{latest_of(table)} >= %s" if "_at" in latest_of(table) else "%s IS NOT NULL"
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(f"SET timezone = 'UTC'; SELECT t::text FROM {table} t WHERE {where}", (KEPT_SINCE,))
        return {text for (text,) in cursor.fetchall()}


def assert_forgot_rightly(shop: Shop, whole: Shop) -> None:
    """Nothing changed, nothing recent is missing, some of the past of each kind is gone, and all invariants hold."""
    assert shop.rows("SELECT kept_since()") == [(KEPT_SINCE,)]
    assert shop.broken_invariants() == {}
    for table in NEVER_CUT:
        assert rows_of(shop, table) == rows_of(whole, table), table
    for table in CUT:
        kept, all_rows = rows_of(shop, table), rows_of(whole, table)
        assert recent_rows(whole, table) <= kept < all_rows, table


def test_what_is_kept_are_the_rows_of_a_shop_that_forgets_nothing(shop: Shop, whole: Shop, options: dict[str, Any]):
    shop.run(**options, keep="2d")
    assert_forgot_rightly(shop, whole)


def test_a_history_made_by_several_processes_is_forgotten_like_any_other(
    shop: Shop, whole: Shop, options: dict[str, Any]
):
    shop.run(**options, keep="2d", processes="2")
    assert_forgot_rightly(shop, whole)


def test_a_run_that_has_reached_its_end_may_still_forget(copy: Shop, whole: Shop, options: dict[str, Any]):
    copy.run(**options, keep="4d")
    assert copy.rows("SELECT kept_since()") == [(EPOCH + timedelta(days=DAYS - 4),)]
    copy.run(**options, keep="2d")
    assert_forgot_rightly(copy, whole)
    copy.run(**options, keep="4d")
    assert_forgot_rightly(copy, whole)


def test_it_has_about_as_many_rows_as_belong_to_what_it_keeps(copy: Shop, whole: Shop):
    cut_until(copy, KEPT_SINCE)
    for table in (
        "sessions",
        "session_events",
        "carts",
        "payments",
        "stock_movements",
        "trips",
        "truth.satisfaction_changes",
        "truth.exit_reasons",
    ):
        recent, kept = len(recent_rows(whole, table)), len(rows_of(copy, table))
        assert kept < 1.35 * recent, table  # besides, orders of before that came to their end since then


def test_stopped_and_gone_on_with_many_times(shop: Shop, whole: Shop, options: dict[str, Any]):
    for stop in ("2d7h", "3d", "3d9h30m", "4d1m"):
        shop.run(**options | {"duration": stop}, keep="2d")
        assert shop.broken_invariants() == {}, stop
    shop.run(**options | {"duration": "4d12h"})  # once without forgetting anything
    shop.run(**options, keep="2d")
    assert_forgot_rightly(shop, whole)


def test_all_of_the_past_may_be_gone(copy: Shop, whole: Shop, options: dict[str, Any]):
    """More than is allowed: all that has come to an end. The shop goes on all the same, and gives no id twice."""
    end = EPOCH + timedelta(days=DAYS)
    cut_until(copy, end - timedelta(seconds=1))
    assert copy.broken_invariants() == {}
    copy.run(**options | {"duration": f"{DAYS}d6h"})
    assert copy.broken_invariants() == {}
    for table, column in BORN.items():
        key = metadata.tables[table].primary_key.columns[0].name
        new = {id_ for (id_,) in copy.rows(f"SELECT {key} FROM {table} WHERE {column} > %s", end)}
        assert new, table
        assert new.isdisjoint(id_ for (id_,) in whole.rows(f"SELECT {key} FROM {table}")), table


def test_the_invariants_hold_after_every_piece_wherever_it_ends(copy: Shop, whole: Shop, monkeypatch):
    monkeypatch.setattr(purge, "VISITS_A_CHUNK", 150)
    monkeypatch.setattr(purge, "ROWS_A_CHUNK", 40)
    pieces, days = 0, [EPOCH + timedelta(days=1.3), EPOCH + timedelta(days=2.1), KEPT_SINCE]
    for since, stop in zip(days, (9, 14, 19), strict=True):  # each is broken off, and the next one begins anew
        with purging_session(copy) as connection:
            for _ in islice(purge.purge(connection, since), stop):
                pieces += 1
                assert pieces % 5 or copy.broken_invariants() == {}, pieces
    with purging_session(copy) as connection:
        for _ in purge.purge(connection, KEPT_SINCE):
            pieces += 1
            assert pieces % 25 or copy.broken_invariants() == {}, pieces
    assert_forgot_rightly(copy, whole)


def test_killed_while_it_forgets(shop: Shop, whole: Shop, options: dict[str, Any], tmp_path: Path):
    shop.run(**options | {"duration": "4d"})
    start = Start(("--for", f"{DAYS}d", "--keep", "2d"))
    with deleting_slowly(shop):  # two days are there to be forgotten at once
        simulator = Simulator(shop.url, start, tmp_path / "log")
        eventually(
            lambda: simulator.has_ended or bool(shop.rows("SELECT FROM sim.carried_ids WHERE entity = 'session'"))
        )
        assert simulator.kill(), simulator.last_line()
    [(left,)] = shop.rows("SELECT count(*) FROM sessions WHERE ended_at < kept_since()")
    assert left > 1000
    assert shop.broken_invariants() == {}
    shop.run(**options, keep="2d")
    assert_forgot_rightly(shop, whole)


def test_a_connection_lost_while_it_forgets_is_made_again(copy: Shop, whole: Shop, monkeypatch, caplog):
    monkeypatch.setattr(purger, "_LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(purger, "_AFTER_AN_ERROR_S", 0.01)
    monkeypatch.setattr(purge, "VISITS_A_CHUNK", 20)
    ours = "FROM pg_stat_activity WHERE application_name = 'bazaar retention' AND datname = current_database()"
    with closing(Purger(copy.url, KEEP)) as thread, caplog.at_level(logging.WARNING):
        eventually(lambda: bool(copy.rows("SELECT FROM sim.retention")))
        assert copy.rows(f"SELECT pg_terminate_backend(pid) {ours}") == [(True,)]
        eventually(lambda: bool(caplog.messages))
        thread.finish(threading.Event())
    assert "nothing is cut off for now" in caplog.text
    assert_forgot_rightly(copy, whole)


def test_what_cannot_be_forgotten_is_said_and_the_shop_goes_on(copy: Shop, options: dict[str, Any], caplog):
    with copy.connected() as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$; "
            "CREATE TRIGGER never BEFORE DELETE ON order_items EXECUTE FUNCTION never()"
        )
    with caplog.at_level(logging.WARNING):
        copy.run(**options | {"duration": f"{DAYS}d1h"}, keep="2d")
    assert "never" in caplog.text
    assert copy.rows("SELECT sim_now FROM sim.runs") == [(EPOCH + timedelta(days=DAYS, hours=1),)]
    assert copy.broken_invariants() == {}


def test_the_status_says_since_when_all_is_kept(copy: Shop, whole: Shop):
    cut_until(copy, KEPT_SINCE)
    assert "kept       since Thu 2026-01-08 00:00:00 UTC" in status_of(copy)
    assert "kept " not in status_of(whole).replace(", kept ", "")


def status_of(shop: Shop) -> str:
    engine = create_engine(make_url(shop.url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    with engine.connect() as connection:
        found = run_status(connection)
    assert found is not None
    return for_people(found)


def test_nothing_is_forgotten_while_history_is_loaded_without_keys(copy: Shop):
    with copy.connected() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE sim.unbuilt (position int)")
    with closing(Purger(copy.url, KEEP)) as thread:
        thread.finish(threading.Event())
    assert copy.rows("SELECT count(*) FROM sim.retention") == [(0,)]


def test_an_open_order_keeps_back_the_past_since_it_was_placed(copy: Shop):
    """The points redeemed for it are still to be given back when it is cancelled."""
    [(placed_at,)] = copy.rows("SELECT min(placed_at) FROM orders WHERE placed_at > %s", EPOCH + timedelta(hours=30))
    with copy.connected() as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders SET status = 'placed', paid_at = NULL, pick_started_at = NULL, picked_at = NULL, "
            "pack_started_at = NULL, packed_at = NULL, dispatched_at = NULL, delivered_at = NULL, cancelled_at = NULL, "
            "cancel_reason = NULL WHERE placed_at = %s",
            (placed_at,),
        )
    with closing(Purger(copy.url, KEEP)) as thread:
        thread.finish(threading.Event())
    assert copy.rows("SELECT kept_since()") == [(placed_at,)]
