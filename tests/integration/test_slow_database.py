"""A database that is slow or cut off holds the shop up and loses nothing; what it refuses ends the run in one line."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from sim.journal.port import SinkError
from sim.postgres.writing.sink import PostgresSink
from sim.postgres.writing.writer import Bound
from sim.run import lifecycle
from sim.run.pacing.runner import ROWS_A_BATCH
from sim.run.start import Refused
from tests.integration.test_running import RunningShop, Shop, differences, eventually

HOURS: dict[str, Any] = {"start": "2026-01-05T14:00Z", "duration": "9h"}
PACED = {**HOURS, "speed": "12000x", "catch_up": False}
MOST_PENDING = 3
OF_THE_SHOP = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
WRITER = f"{OF_THE_SHOP} AND application_name = 'bazaar'"


@pytest.fixture(scope="module")
def undisturbed(postgres_url: str) -> Iterator[dict[str, str]]:
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(**HOURS)
        yield shop.digests()


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


@contextmanager
def locked(shop: Shop, table: str) -> Iterator[None]:
    """Somebody else's lock, under which nobody reads or writes the table."""
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        cursor.execute("COMMIT")


def well_under_way(running: RunningShop) -> None:
    running.wait_for(lambda status: status.phase == "pacing" and status.sim_now.hour >= 15)


def test_a_locked_table_holds_the_shop_up_and_nothing_is_lost(
    shop: Shop, undisturbed: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lifecycle, "PostgresSink", partial(PostgresSink, bound=Bound(batches=MOST_PENDING)))
    with shop.running(**PACED) as running:
        well_under_way(running)
        with locked(shop, "session_events"):
            running.wait_for(lambda status: status.batches_behind == MOST_PENDING)
            # As many batches as may wait do; then the simulation itself waits, and goes on showing itself.
            shown = len(running.seen)
            running.wait_for(lambda _: len(running.seen) > shown + 4)
            assert len({status.sim_now for status in running.seen[-3:]}) == 1, "it went on without a database"
        running.wait_for_the_end()
    assert not running.raised
    assert max(status.batches_behind for status in running.seen) <= MOST_PENDING
    assert running.seen[-1].phase == "finished"
    assert differences(shop.digests(), undisturbed) == {}


def test_what_may_be_in_memory_at_most():
    """Three batches of the size that catching up makes, or two minutes of pacing with five commits a second."""
    assert 2 * ROWS_A_BATCH < Bound().rows <= 3 * ROWS_A_BATCH
    assert Bound().batches == 2 * 60 * 5


def test_after_being_held_up_it_is_back_at_true_pace(shop: Shop):
    with shop.running(start="2026-01-05T14:00Z", speed="1000x", catch_up=False) as running:
        running.wait_for(lambda status: status.phase == "pacing" and status.rows > 0)
        began_s, began = time.monotonic(), running.seen[-1].sim_now
        with locked(shop, "session_events"):
            eventually(lambda: time.monotonic() > began_s + 1.5)

        def missing_s() -> float:
            """Real seconds between where it is and where it would be undisturbed."""
            return time.monotonic() - began_s - (running.seen[-1].sim_now - began).total_seconds() / 1000

        eventually(lambda: missing_s() < 0.6)  # a status is a quarter of a second old at most
    assert not running.raised


@pytest.mark.parametrize("victims", [WRITER, OF_THE_SHOP], ids=["the writer's connection", "all connections"])
def test_a_connection_that_is_cut_is_made_anew(shop: Shop, undisturbed: dict[str, str], victims: str):
    with shop.running(**PACED) as running:
        for _ in range(3):
            well_under_way(running)
            shop.rows(f"SELECT pg_terminate_backend(pid) {victims}")
        running.wait_for_the_end()
    assert not running.raised
    assert running.seen[-1].phase == "finished"
    eventually(lambda: shop.rows(f"SELECT count(*) {OF_THE_SHOP}") == [(0,)])  # nothing is left behind
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("postgres-")]
    assert shop.broken_invariants() == {}
    assert differences(shop.digests(), undisturbed) == {}


def test_rows_that_the_database_refuses_end_the_run_in_one_line(shop: Shop, undisturbed: dict[str, str]):
    shop.run(**{**HOURS, "duration": "2h"})
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders ADD CONSTRAINT no_more CHECK (order_id < 0) NOT VALID")
    before = shop.digests()
    with pytest.raises(SinkError, match="no_more") as failure:
        shop.run(**HOURS)
    assert "\n" not in str(failure.value)
    assert shop.digests() == before
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders DROP CONSTRAINT no_more")
    shop.run(**HOURS)
    assert differences(shop.digests(), undisturbed) == {}


def test_a_database_that_may_only_be_read_is_refused(shop: Shop):
    shop.run(**{**HOURS, "duration": "1h"})
    before = shop.all_there_is()
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(
            "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database()"
            " || ' SET default_transaction_read_only = on'; END $$"
        )
    with pytest.raises(Refused, match="read-only") as refused:
        shop.run(**HOURS)
    assert "\n" not in str(refused.value)
    assert shop.is_as_it_was(before)
