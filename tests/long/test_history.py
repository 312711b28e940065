"""History made by several processes is that of one; interrupted it goes on, and what was set aside is built."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, make_url

from db.apply import apply_schema
from db.deferred_indexes import build, defer, deferred
from models.declarations import appended_tables
from sim.cli.main import main
from sim.journal.port import SinkError
from sim.postgres.writing import index_building
from sim.postgres.writing.index_building import build_in_parallel
from sim.postgres.writing.session import Session
from sim.postgres.writing.statements import Statement, Transaction
from sim.run.history import Coordinator, chunk_sizing, coordinator
from tests.integration.test_running import Shop, differences, eventually
from tools.torture.simulator import Simulator, Start

WHOLE: dict[str, Any] = {"duration": "14h", "scale": "0.1"}
SETTINGS = ("--seed", "1", "--start", "2026-01-05T00:00Z", "--scale", "0.1")
KEYS_AND_INDEXES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
WHERE connamespace IN ('public'::regnamespace, 'sim'::regnamespace, 'truth'::regnamespace)
UNION ALL
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indisvalid
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace IN ('public'::regnamespace, 'sim'::regnamespace, 'truth'::regnamespace)
UNION ALL
SELECT tgrelid::regclass::text, tgname, tgenabled::text, true FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1, 2, 3
"""
MISSING = "SELECT to_regclass('sim.unbuilt') IS NOT NULL"


@pytest.fixture(scope="module")
def whole(postgres_url: str) -> Iterator[Shop]:
    """The same hours made by one process in the ordinary way; not to be changed."""
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(**WHOLE)
        yield shop


@pytest.fixture(scope="module")
def rows(whole: Shop) -> dict[str, str]:
    return whole.digests()


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


@pytest.fixture
def short_sizer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk_sizing, "ROWS_A_CHUNK", 1_000)


def is_as_if_nothing_had_been(shop: Shop, whole: Shop, rows: dict[str, str]) -> bool:
    """Whether rows, keys and indexes are those of the ordinary way, none missing and none unchecked."""
    assert differences(shop.digests(), rows) == {}
    assert shop.rows(KEYS_AND_INDEXES) == whole.rows(KEYS_AND_INDEXES)
    assert shop.broken_invariants() == {}
    return shop.rows(MISSING) == [(False,)] and shop.rows("SELECT status FROM sim.runs") == [("finished",)]


@pytest.mark.parametrize("processes", ["1", "9"])
def test_however_many_processes_made_it(processes: str, shop: Shop, whole: Shop, rows: dict[str, str]):
    shop.run(processes=processes, **WHOLE)
    assert is_as_if_nothing_had_been(shop, whole, rows)


def test_a_shop_that_is_there_already_keeps_its_keys(shop: Shop, whole: Shop, rows: dict[str, str]):
    shop.run(duration="3h", scale="0.1")
    had = shop.rows(KEYS_AND_INDEXES)
    with shop.running(processes="2", **WHOLE) as running:
        running.wait_for(lambda status: status.rows > 0)
        assert shop.rows(KEYS_AND_INDEXES) == had
        running.wait_for_the_end()
    assert is_as_if_nothing_had_been(shop, whole, rows)


def test_then_it_is_live(shop: Shop):
    """After history the shop is one process again, which keeps pace: from the same rows, with its keys."""
    with shop.running(processes="2", start=None, history="8h", speed="1x", scale="0.1") as running:
        running.wait_for(lambda status: status.phase == "pacing")
        assert shop.rows(MISSING) == [(False,)]
        assert multiprocessing.active_children() == []
    assert not running.raised
    assert shop.broken_invariants() == {}


@pytest.mark.usefixtures("short_sizer")
def test_stopped_in_the_middle_it_is_whole_and_goes_on(
    shop: Shop, whole: Shop, rows: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(coordinator, "OBSERVE_EVERY_S", 0.001)  # so that it is seen as soon as something is handed over
    stop = threading.Event()
    shop.run(stop=stop, observe=lambda _: stop.set(), processes="2", **WHOLE)
    [(hours, missing)] = shop.rows(f"SELECT extract(epoch FROM sim_now - epoch) / 3600, ({MISSING}) FROM sim.runs")
    assert 0 <= hours < 14
    assert not missing
    shop.run(**WHOLE)
    assert is_as_if_nothing_had_been(shop, whole, rows)


def test_killed_in_the_middle_it_says_so_and_goes_on_in_the_same_way(
    shop: Shop, whole: Shop, rows: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    simulator = Simulator(
        shop.url, Start((*SETTINGS, "--processes", "2", "--for", "3000h"), rows_a_batch=2_000), tmp_path / "log"
    )
    eventually(lambda: bool(_batches(shop) > 2) or simulator.has_ended)
    assert simulator.kill(), simulator.last_line()
    assert shop.rows(MISSING) == [(True,)]
    assert main(["check", "--database-url", shop.url]) == 1
    assert "keys and indexes are missing, which a `run` builds" in capsys.readouterr().err
    assert main(["status", "--database-url", shop.url]) == 0
    assert "keys and indexes are built when it is there" in capsys.readouterr().out
    [(hours,)] = shop.rows("SELECT extract(epoch FROM sim_now - epoch) / 3600 FROM sim.runs")
    there = f"{float(hours) + 1:.6f}h"
    shop.run(processes="3", duration=there, scale="0.1")
    with Shop.in_new_database(whole.url) as other:
        other.run(duration=there, scale="0.1")
        assert is_as_if_nothing_had_been(shop, other, other.digests())


def _batches(shop: Shop) -> int:
    if shop.rows("SELECT to_regclass('sim.runs') IS NULL") == [(True,)]:
        return 0
    [(batches,)] = shop.rows("SELECT coalesce(max(batches), 0) FROM sim.runs")
    return int(batches)


def test_ended_while_it_builds_it_builds_the_rest(
    shop: Shop, whole: Shop, rows: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        build = Coordinator.build

        def build_some(coordinator: Coordinator, steps: list[Callable[[], None]]) -> None:
            build(coordinator, steps[: len(steps) // 2])
            raise ZeroDivisionError

        broken.setattr(Coordinator, "build", build_some)
        with pytest.raises(ZeroDivisionError):
            shop.run(processes="2", **WHOLE)
    [(left,)] = shop.rows("SELECT count(*) FROM sim.unbuilt")
    assert 0 < left < len(whole.rows(KEYS_AND_INDEXES))
    shop.run(**WHOLE)
    assert is_as_if_nothing_had_been(shop, whole, rows)


def test_what_breaks_a_key_is_never_called_done(shop: Shop, tmp_path: Path):
    simulator = Simulator(
        shop.url, Start((*SETTINGS, "--processes", "2", "--for", "3000h"), rows_a_batch=2_000), tmp_path / "log"
    )
    eventually(lambda: bool(_batches(shop) > 2) or simulator.has_ended)
    assert simulator.kill(), simulator.last_line()
    shop.rows("WITH gone AS (DELETE FROM order_items WHERE order_id = (SELECT min(order_id) FROM order_items)"
              " RETURNING 1) SELECT count(*) FROM gone")  # fmt: skip
    shop.rows("WITH gone AS (DELETE FROM carts WHERE cart_id = (SELECT min(cart_id) FROM orders) RETURNING 1)"
              " SELECT count(*) FROM gone")  # fmt: skip
    [(hours,)] = shop.rows("SELECT extract(epoch FROM sim_now - epoch) / 3600 FROM sim.runs")
    with pytest.raises(SinkError, match="fk_"):
        shop.run(processes="2", duration=f"{float(hours) + 1:.6f}h", scale="0.1")
    assert shop.rows(MISSING) == [(True,)]
    assert shop.rows("SELECT status FROM sim.runs") == [("catching_up",)]


@pytest.mark.usefixtures("short_sizer")
def test_a_process_that_is_gone_ends_the_run_in_a_line(shop: Shop, whole: Shop, rows: dict[str, str]):
    with shop.running(processes="2", **WHOLE) as running:
        eventually(lambda: bool(multiprocessing.active_children()))
        for process in multiprocessing.active_children():
            process.kill()
        running.wait_for_the_end()
    [error] = running.raised
    assert isinstance(error, SinkError)
    assert "a process that made history ended" in str(error)
    shop.run(**WHOLE)
    assert is_as_if_nothing_had_been(shop, whole, rows)


def test_no_row_is_changed_by_a_key_that_is_set_aside(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    changed: set[str] = set()
    send = Session.send

    def watched(session: Session, transaction: Transaction, counter: Any) -> None:
        changed.update(statement.table for statement in transaction.statements if _changes(statement))
        send(session, transaction, counter)

    monkeypatch.setattr(Session, "send", watched)
    monkeypatch.setattr(chunk_sizing, "ROWS_A_CHUNK", 1_000)
    shop.run(processes="2", **WHOLE)
    assert "sessions" in changed
    assert changed.isdisjoint(appended_tables())


def _changes(statement: Statement) -> bool:
    return statement.expected_rows is not None


def test_readers_see_every_stretch_whole(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """Each transaction is a consistent cut of all cities, also while keys are missing."""
    monkeypatch.setattr(chunk_sizing, "ROWS_A_CHUNK", 2_000)
    with shop.running(processes="2", **WHOLE) as running:
        running.wait_for(lambda status: status.rows > 0)
        seen = [shop.broken_invariants().keys() for _ in range(3)]
        running.stop.set()
    assert set().union(*seen) <= {"quarters_count_every_row"}  # counted once, in the end
    assert not running.raised


@pytest.fixture
def connection(shop: Shop) -> Iterator[Connection]:
    """Of an empty shop whose keys are set aside."""
    engine = create_engine(make_url(shop.url).set(drivername="postgresql+psycopg2"))
    with engine.connect() as connection:
        apply_schema(connection)
        defer(connection)
        connection.commit()
        yield connection
    engine.dispose()


def test_all_can_be_built_at_once(shop: Shop, whole: Shop, connection: Connection):
    build(connection)
    connection.commit()
    assert shop.rows(KEYS_AND_INDEXES) == whole.rows(KEYS_AND_INDEXES)
    assert shop.rows(MISSING) == [(False,)]


def test_side_by_side_only_what_concerns_several_tables_is_left(shop: Shop, connection: Connection):
    missing = deferred(connection)
    connection.rollback()
    build_in_parallel(shop.url, missing)
    left = {missing.what.split(" ")[0] for missing in deferred(connection)}
    assert left == {"foreign", "counts"}
    assert {missing.what.split(" ")[0] for missing in missing} == left | {"key", "index"}


def test_who_reads_on_and_on_leaves_a_table_to_the_writer(
    shop: Shop, connection: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(index_building, "_SETTINGS", (*index_building._SETTINGS, "SET LOCAL lock_timeout = '50ms'"))
    missing = deferred(connection)
    connection.exec_driver_sql("SELECT FROM session_events")  # and the transaction stays open
    build_in_parallel(shop.url, missing)
    assert "session_events are left to the writer" in caplog.text
    assert {missing.relation for missing in deferred(connection)} == {None, "session_events"}


def test_bad_numbers_of_processes_are_refused(capsys: pytest.CaptureFixture[str]):
    for bad in ("0", "65", "two", "-1", "1.5"):
        assert main(["run", "--processes", bad]) == 2
        assert capsys.readouterr().err.startswith(f"bazaar: processes: '{bad}' is not allowed; allowed are")
