"""A run's whole life in a real database: it opens, goes as far as asked, says so, and is alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest
from sqlalchemy import NullPool, create_engine, make_url

from db.checks import run_checks
from sim.run.start import Refused, run_shop
from sim.run.status import Status
from sim.settings import Given, Settings, resolve
from tests.databases import new_database
from tools.torture.digests import table_digests

MONDAY = "2026-01-05T00:00Z"
SMALL: dict[str, Any] = {"seed": "1", "start": MONDAY, "scale": "0.05", "speed": "max"}
PATIENCE_S = 60


def settings_of(*, catch_up: bool = True, **options: Any) -> Settings:
    """Settings as the command line's options make them: of `SMALL` unless stated otherwise."""
    return resolve(Given({**SMALL, **options}, {}), catch_up=catch_up)


class Shop:
    """A database of its own with, after the first run, a shop in it."""

    def __init__(self, url: str) -> None:
        self.url = url

    @classmethod
    @contextmanager
    def in_new_database(cls, server_url: str) -> Iterator[Shop]:
        """An empty database on the server, dropped afterwards; for fixtures that outlive a test."""
        with new_database(server_url) as url:
            yield cls(url)

    def run(
        self,
        *,
        stop: threading.Event | None = None,
        observe: Callable[[Status], None] = lambda _: None,
        catch_up: bool = True,
        **options: Any,
    ) -> None:
        """Run with these options on top of `SMALL`; raises what `run_shop` raises."""
        run_shop(settings_of(catch_up=catch_up, **options), self.url, observe, stop or threading.Event())

    def go_on(self, *, stop: threading.Event | None = None, **options: Any) -> None:
        """Go on with nothing but these options given: the rest is recorded in the database."""
        run_shop(resolve(Given(options, {})), self.url, lambda _: None, stop or threading.Event())

    def digests(self) -> dict[str, str]:
        with self.connected() as connection:
            return table_digests(connection)

    def broken_invariants(self) -> dict[str, object]:
        engine = create_engine(make_url(self.url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
        with engine.connect() as connection:
            return {result.check.name: result.rows for result in run_checks(connection) if not result.holds}

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall()

    def run_row(self) -> tuple[Any, ...]:
        """The run's own row, its bookkeeping included."""
        [row] = self.rows("SELECT * FROM sim.runs")
        return row

    def is_as_it_was(self, before: tuple[object, ...]) -> bool:
        return before == self.all_there_is()

    def all_there_is(self) -> tuple[object, ...]:
        return self.digests(), self.run_row()

    @contextmanager
    def connected(self) -> Iterator[psycopg2.extensions.connection]:
        connection = psycopg2.connect(self.url, application_name="test")
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def running(self, **options: Any) -> Iterator[RunningShop]:
        """A run in a thread of its own, stopped at the end; what it raised is in `raised`."""
        running = RunningShop(self, options)
        running.thread.start()
        try:
            yield running
        finally:
            running.stop.set()
            running.thread.join(PATIENCE_S)
            assert not running.thread.is_alive()


class RunningShop:
    """A run in the background and what it has shown of itself."""

    def __init__(self, shop: Shop, options: dict[str, Any]) -> None:
        self.stop = threading.Event()
        self.seen: list[Status] = []
        self.raised: list[Exception] = []
        self.thread = threading.Thread(target=self._run, args=(shop, options), name="a running shop")

    def _run(self, shop: Shop, options: dict[str, Any]) -> None:
        try:
            shop.run(stop=self.stop, observe=self.seen.append, **options)
        except Exception as error:  # noqa: BLE001 - the test looks at it, whatever it is
            self.raised.append(error)

    def wait_for(self, condition: Callable[[Status], bool]) -> Status:
        eventually(lambda: bool(self.raised) or any(map(condition, self.seen[-3:])))
        assert not self.raised, self.raised
        return self.seen[-1]

    def wait_for_the_end(self) -> None:
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def differences(some: dict[str, str], others: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """The tables that differ, with both digests (`rows:md5`)."""
    return {
        name: (some.get(name), others.get(name))
        for name in sorted(some.keys() | others.keys())
        if some.get(name) != others.get(name)
    }


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


def test_a_run_goes_exactly_as_far_as_asked_and_says_so(shop: Shop):
    seen: list[Status] = []
    shop.run(observe=seen.append, duration="90m")
    [(status, sim_now, speed, batches, rows)] = shop.rows(
        "SELECT status, sim_now, speed, batches, rows_written FROM sim.runs"
    )
    end = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
    assert (status, sim_now, speed) == ("finished", end, "max")
    assert seen[-1].phase == "finished"
    assert seen[-1].sim_now == end
    assert (seen[-1].rows, seen[-1].batches_behind) == (rows, 0)
    assert batches >= 2
    assert shop.rows("SELECT sim_now()") == [(end,)]
    assert shop.broken_invariants() == {}


def test_the_epoch_is_a_history_ago_at_a_full_hour(shop: Shop):
    before = datetime.now(UTC)
    run_shop(
        resolve(Given({"history": "26h", "speed": "max", "scale": "0.02", "duration": "1s"}, {})),
        shop.url,
        lambda _: None,
        threading.Event(),
    )
    [(epoch,)] = shop.rows("SELECT epoch FROM sim.runs")
    ages = [now - timedelta(hours=26) for now in (before, datetime.now(UTC))]
    assert epoch in {age.replace(minute=0, second=0, microsecond=0) for age in ages}


def test_the_largest_seed_is_a_seed_like_any_other(shop: Shop):
    shop.run(seed=str(2**63 - 1), duration="30m")
    assert shop.rows("SELECT seed FROM sim.runs") == [(2**63 - 1,)]


def test_a_run_told_to_stop_before_it_begins_leaves_the_opening_and_nothing_else(shop: Shop):
    stop = threading.Event()
    stop.set()
    shop.run(stop=stop)
    assert shop.rows("SELECT status, sim_now = epoch FROM sim.runs") == [("stopped", True)]
    assert shop.rows("SELECT count(*) > 0 FROM customers") == [(True,)]
    assert shop.broken_invariants() == {}


def test_what_is_open_and_counted_in_the_status_is_what_the_rows_say(shop: Shop):
    seen: list[Status] = []
    for until in ("18h", "20h"):
        seen.clear()
        shop.run(observe=seen.append, duration=until)
    last = seen[-1]
    [(sessions, carts, packing, dock, out, on_shift)] = shop.rows(
        """SELECT (SELECT count(*) FROM sessions WHERE ended_at IS NULL),
                  (SELECT count(*) FROM carts WHERE closed_at IS NULL),
                  (SELECT count(*) FROM orders WHERE status IN ('paid', 'picked')),
                  (SELECT count(*) FROM deliveries WHERE status = 'ready'),
                  (SELECT count(*) FROM trips WHERE ended_at IS NULL),
                  (SELECT count(*) FROM courier_shifts WHERE ended_at IS NULL)"""
    )
    assert (last.sessions_open, last.carts_open, last.orders_in_warehouse) == (sessions, carts, packing)
    assert last.parcels_on_dock >= dock  # parcels that come back for another attempt stand there too
    assert (last.couriers_out, last.couriers_on_shift) == (out, on_shift)
    [(placed,)] = shop.rows("SELECT count(*) FROM orders WHERE placed_at > timestamptz %s", "2026-01-05T18:00Z")
    assert last.orders == placed > 0
    [(overdue, late)] = shop.rows(
        """SELECT (SELECT count(*) FROM promises_due WHERE is_overdue),
                  (SELECT count(*) FROM orders WHERE delivered_at > promised_at AND delivered_at > timestamptz %s)""",
        "2026-01-05T18:00Z",
    )
    assert (last.overdue, last.late) == (overdue, late)


def test_it_catches_up_with_the_wall_clock_and_then_keeps_pace(shop: Shop):
    start = (datetime.now(UTC) - timedelta(minutes=20)).isoformat()
    with shop.running(speed="10x", start=start) as running:
        running.wait_for(lambda status: status.phase == "pacing" and (status.lag_s or 0.0) < 1.0)
        began = running.seen[-1].sim_now
        assert abs(began - datetime.now(UTC)) < timedelta(seconds=10 * PATIENCE_S)
        running.wait_for(lambda status: status.sim_now > began + timedelta(seconds=10))
    assert not running.raised
    assert running.seen[0].phase == "opening"
    assert {status.phase for status in running.seen[1:]} <= {"catching_up", "pacing", "stopped"}
    assert shop.rows("SELECT status FROM sim.runs") == [("stopped",)]
    assert shop.broken_invariants() == {}


def test_a_second_simulator_is_refused_at_once_and_the_first_goes_on(shop: Shop):
    with shop.running(speed="1x", catch_up=False) as first:
        first.wait_for(lambda status: status.phase == "pacing" and status.rows > 0)  # the opening is committed
        before = shop.digests()["customers"], shop.rows("SELECT started_at, pid FROM sim.runs")
        with pytest.raises(Refused, match=r"another simulator is running on it \(process \d+ on .+\)") as refused:
            shop.run(speed="max")
        assert "\n" not in str(refused.value)
        assert (shop.digests()["customers"], shop.rows("SELECT started_at, pid FROM sim.runs")) == before
        then = first.seen[-1].sim_now
        first.wait_for(lambda status: status.sim_now > then)
    assert not first.raised
    shop.go_on(speed="max", duration="5m")  # and when the first is gone the database is free


def test_another_programs_tables_are_left_alone(shop: Shop):
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE couriers (id int); INSERT INTO couriers VALUES (7)")
    before = shop.digests()
    with pytest.raises(Refused, match=r"under names that a shop needs: couriers") as refused:
        shop.run(duration="1h")
    assert "\n" not in str(refused.value)
    assert shop.digests() == before
    assert shop.rows("SELECT to_regnamespace('sim')") == [(None,)]


def test_a_newer_schema_is_left_alone(shop: Shop):
    shop.run(duration="1h")
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE sim.alembic_version SET version_num = '0999'")
    before = shop.all_there_is()
    with pytest.raises(Refused, match="newer") as refused:
        shop.run(duration="2h")
    assert "\n" not in str(refused.value)
    assert shop.is_as_it_was(before)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [({"scenario": "no_such_scenario"}, "no_such_scenario"), ({"market": "atlantis"}, "atlantis")],
    ids=["scenario", "market"],
)
def test_an_unknown_name_is_refused_before_anything_is_made(shop: Shop, options: dict[str, Any], complaint: str):
    with pytest.raises(Refused, match=complaint) as refused:
        shop.run(**options)
    assert "\n" not in str(refused.value)
    assert shop.rows("SELECT to_regnamespace('sim')") == [(None,)]


@pytest.mark.parametrize(
    "change",
    [{"password": "s3cret-and-wrong"}, {"port": 1}, {"host": "no-such-host.invalid"}, {"database": "nowhere"}],
    ids=["wrong password", "nobody listens", "no such host", "no such database"],
)
def test_a_database_that_cannot_be_reached_is_refused_in_one_line_without_the_password(
    shop: Shop, change: dict[str, Any]
):
    url = make_url(shop.url).set(**change)
    with pytest.raises(Refused, match=r"^database: ") as refused:
        run_shop(settings_of(), url.render_as_string(hide_password=False), lambda _: None, threading.Event())
    assert "\n" not in str(refused.value)
    assert str(url.password) not in str(refused.value)
