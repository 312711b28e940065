"""The PostgreSQL sink against a real server: what it writes, and what it does when it can't."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest
from sqlalchemy import NullPool, create_engine, make_url

from db.apply import apply_schema
from sim.facts import (
    CategoryListed,
    CityOpened,
    CustomerRegistered,
    Fact,
    LoyaltyPointsMoved,
    PriceSet,
    ProductListed,
    SatisfactionMoved,
    SessionStarted,
    ShelfOpened,
    StockReserved,
    WarehouseOpened,
)
from sim.journal.batch import Batch, Record
from sim.journal.journal import Journal
from sim.journal.port import SinkError
from sim.postgres.writing.sink import PostgresSink
from sim.postgres.writing.writer import Bound
from tools.torture.digests import table_digests

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
PATIENCE_S = 60
WRITER = "FROM pg_stat_activity WHERE application_name = 'bazaar' AND datname = current_database()"
A_RUN = """
INSERT INTO sim.runs (run_id, seed, scenario, scenario_config, scenario_digest, market, scale, version, schema_version,
                      epoch, began_at, sim_now, speed, status, started_at, heartbeat_at, pid, host, rows_written,
                      batches)
VALUES (1, 1, 'baseline', '{}', 'x', 'international', 1, '1', 6, %(epoch)s, %(epoch)s,
        %(epoch)s, 'max', 'catching_up', now(), 'epoch', 1, 'here', 100, 10)
"""
CITY = CityOpened(1, "Bergen", "Norway", 60.39, 5.32, "Europe/Oslo", 290_000)
WAREHOUSE = WarehouseOpened(11, 1, "Bergen I", 60.4, 5.3)
BOOKS = CategoryListed(1, "Books")


def customer(n: int, city_id: int = 1) -> CustomerRegistered:
    return CustomerRegistered(n, city_id, f"Customer {n}", f"{n}@example.com", 0, "bronze", 0, "sign_up")


@pytest.fixture
def url(database_url: str) -> str:
    """A database with the shop's tables and run 1, which has written 100 rows in 10 batches before."""
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    with engine.connect() as connection:
        apply_schema(connection)
        connection.exec_driver_sql(A_RUN, {"epoch": EPOCH})
        connection.commit()
    return database_url


@pytest.fixture
def reader(url: str) -> Iterator[Reader]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    yield Reader(connection)
    connection.close()


class Reader:
    """Somebody else who looks into the database."""

    def __init__(self, connection: psycopg2.extensions.connection) -> None:
        self.connection = connection

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def one(self, sql: str, *values: object) -> Any:
        [[value]] = self.rows(sql, *values)
        return value

    def sim_now_us(self) -> int:
        now: datetime = self.one("SELECT sim_now FROM sim.runs")
        return (now - EPOCH) // timedelta(microseconds=1)

    def wait_for_blocked_writer(self) -> None:
        eventually(lambda: self.one(f"SELECT count(*) {WRITER} AND wait_event_type = 'Lock'") == 1)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


@pytest.fixture
def sink(url: str) -> Iterator[PostgresSink]:
    sink = PostgresSink(url, EPOCH, run_id=1, bound=Bound(batches=2))
    yield sink
    with suppress(SinkError):  # the tests of failures look at these; here it only must not hang
        sink.close()


def batch_of(*facts: Fact, at: int = 0) -> Batch:
    kept: list[Batch] = []

    class Catching:
        def write(self, batch: Batch) -> None:
            kept.append(batch)

        def flush(self) -> None: ...

        def close(self) -> None: ...

    journal = Journal(Catching())
    for fact in facts:
        journal.record(fact)
    journal.commit(at)
    return kept[0]


class Blocked:
    """Another client's lock on `cities`: while it is held, a batch with a city can't be committed."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url)

    def __enter__(self) -> Blocked:
        with self._connection.cursor() as cursor:
            cursor.execute("LOCK TABLE cities IN ACCESS EXCLUSIVE MODE")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_batch_arrives_with_its_instant_and_its_counts(sink: PostgresSink, reader: Reader):
    sink.write(batch_of(CITY, WAREHOUSE, customer(1), at=86_400_000_001))
    sink.flush()
    assert reader.rows("SELECT * FROM cities") == [tuple(CITY)]
    assert reader.sim_now_us() == sink.committed_sim_now_us == 86_400_000_001
    assert reader.rows("SELECT rows_written, batches, heartbeat_at > now() - interval '1 minute' FROM sim.runs") == [
        (103, 11, True)
    ]
    assert (sink.rows_written, sink.batches, sink.behind) == (3, 1, 0)


def test_values_are_converted_at_the_door(sink: PostgresSink, reader: Reader):
    sink.write(
        batch_of(BOOKS, ProductListed(7, 1, "Atlas", 1_999, 850, 2_345), PriceSet(7, -1_500_000, 1_799, "opening"))
    )
    sink.flush()
    assert reader.rows("SELECT list_price::text, unit_cost::text, weight_kg::text FROM products") == [
        ("19.99", "8.50", "2.345")
    ]
    assert reader.rows("SELECT valid_from, price::text FROM product_prices") == [
        (EPOCH - timedelta(seconds=1.5), "17.99")
    ]


def test_changes_set_what_they_say_and_nothing_else(sink: PostgresSink, reader: Reader):
    sink.write(batch_of(CITY, customer(1), customer(2), customer(3)))
    points = LoyaltyPointsMoved(1, 1, None, 250, 250, "silver", "opening", 5, 250)
    sink.write(batch_of(points, LoyaltyPointsMoved(2, 1, None, 73, 73, "bronze", "opening", 6, 73)))
    sink.write(batch_of(LoyaltyPointsMoved(2, 2, None, -4, 69, "bronze", "redemption", 8, 73)))
    sink.flush()
    assert reader.rows(
        "SELECT customer_id, full_name, loyalty_tier, loyalty_points FROM customers ORDER BY customer_id"
    ) == [
        (1, "Customer 1", "silver", 250),
        (2, "Customer 2", "bronze", 69),
        (3, "Customer 3", "bronze", 0),
    ]


def test_a_batch_without_rows_moves_the_simulated_now(sink: PostgresSink, reader: Reader):
    sink.write(batch_of(at=77))
    sink.flush()
    assert reader.sim_now_us() == 77
    assert sink.rows_written == 0


def test_progress_is_written_with_the_next_batch_and_stays(sink: PostgresSink, reader: Reader):
    columns = "SELECT speed, kept_speed, lag_s, status FROM sim.runs"
    sink.report({"speed": "10x", "kept_speed": 9.5, "lag_s": 0.25, "status": "pacing"})
    sink.flush()
    assert reader.rows(columns) == [("max", None, None, "catching_up")]
    sink.write(batch_of(at=1))
    sink.report({"status": "paused"})
    sink.write(batch_of(at=2))
    sink.write(batch_of(at=3))
    sink.flush()
    assert reader.rows(columns) == [("10x", 9.5, 0.25, "paused")]


def test_progress_of_another_name_is_refused(sink: PostgresSink):
    with pytest.raises(ValueError, match="not a column to report: speeed"):
        sink.report({"speeed": "10x"})


def test_close_commits_what_was_handed_over(sink: PostgresSink, reader: Reader):
    for n in range(5):
        sink.write(batch_of(CategoryListed(n, f"Category {n}"), at=n))
    sink.close()
    sink.close()
    assert reader.one("SELECT count(*) FROM categories") == 5
    with pytest.raises(SinkError, match="closed"):
        sink.write(batch_of())


def test_changes_and_key_checks_go_by_the_key_whatever_the_planner_guesses(sink: PostgresSink, reader: Reader):
    """No statistics are there: left to itself the planner scans all customers to change one."""
    sink.write(batch_of(CITY, WAREHOUSE, customer(1)))
    sink.write(batch_of(SessionStarted(1, 1, 1, 1, 11, "search", "mobile", 0)))
    sink.write(batch_of(*map(customer, range(2, 3_000))))
    for n in range(2, 12):  # key checks are planned once, in the first of them at the latest
        change = LoyaltyPointsMoved(n, 1, None, 71, 71, "bronze", "opening", n, 71)
        sink.write(batch_of(change, SessionStarted(n, n, n, 1, 11, "search", "mobile", n)))
    sink.close()
    eventually(lambda: reader.one(f"SELECT count(*) {WRITER}") == 0)
    assert reader.rows("SELECT n_tup_ins, n_tup_upd FROM pg_stat_user_tables WHERE relname = 'customers'") == [
        (2_999, 10)
    ]
    assert reader.one("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'customers'") == 0


# --- overlapping and back-pressure ------------------------------------------------------------------------------------


def test_writing_blocks_while_the_database_is_behind_and_goes_on_after(url: str, sink: PostgresSink, reader: Reader):
    deepest = 0

    def write_all() -> None:
        nonlocal deepest
        sink.write(batch_of(CITY, at=1))
        for n in range(2, 8):
            sink.write(batch_of(CategoryListed(n, f"Category {n}"), at=n))
            deepest = max(deepest, sink.behind)

    simulating = threading.Thread(target=write_all)
    with Blocked(url):
        simulating.start()
        reader.wait_for_blocked_writer()
        eventually(lambda: sink.behind == 2)
        simulating.join(timeout=0.3)
        assert simulating.is_alive()
        assert (sink.behind, sink.batches) == (2, 0)
    simulating.join(timeout=PATIENCE_S)
    assert not simulating.is_alive()
    sink.flush()
    assert deepest == 2
    assert reader.one("SELECT count(*) FROM categories") == 6
    assert reader.sim_now_us() == 7


def test_write_returns_before_the_commit(url: str, sink: PostgresSink, reader: Reader):
    with Blocked(url):
        sink.write(batch_of(CITY, at=5))
        assert sink.behind == 1
        assert sink.committed_sim_now_us is None
        assert reader.sim_now_us() == 0
    sink.flush()
    assert reader.sim_now_us() == 5


def test_a_reader_never_sees_half_a_batch(sink: PostgresSink, reader: Reader):
    """Batch n adds n categories and changes a shelf: whoever sees its instant sees all of it, and nothing later."""
    opening = (CITY, WAREHOUSE, BOOKS, ProductListed(7, 1, "Atlas", 1_999, 850, 2_345))
    shelf = ShelfOpened(11, 7, 10, 1_000)
    sink.write(batch_of(*opening, shelf))
    sink.flush()
    batches, seen, stop = 25, set[int](), threading.Event()
    look = """SELECT (extract(epoch FROM r.sim_now - r.epoch) * 1000000)::bigint,
                     (SELECT count(*) FROM categories) - 1, (SELECT order_up_to FROM inventory) FROM sim.runs AS r"""

    def watch() -> None:
        while not stop.is_set():
            [(n, categories, level)] = reader.rows(look)
            if (categories, level) != (n * (n + 1) // 2, 1_000 + n):
                seen.add(-1)
            seen.add(n)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        first = 2
        for n in range(1, batches + 1):
            new: list[Record] = [(first + k, f"Category {first + k}") for k in range(n)]
            sink.write(Batch(n, {"categories": new}, {}, {"inventory": {(11, 7): {"order_up_to": 1_000 + n}}}, n + 1))
            first += n
            if n % 5 == 0:  # the watcher must have seen some batches between others
                eventually(lambda n=n: n in seen)  # type: ignore[misc]
    finally:
        stop.set()
        watching.join()
    assert seen >= {5, 10, 15, 20, 25}
    assert -1 not in seen


# --- failing ----------------------------------------------------------------------------------------------------------


def test_a_failing_batch_is_undone_whole_and_none_follows(url: str, sink: PostgresSink, reader: Reader):
    sink.write(batch_of(CITY, at=1))
    sink.flush()
    with Blocked(url):
        sink.write(batch_of(BOOKS, customer(1, city_id=99), at=2))
        sink.write(batch_of(CategoryListed(2, "Toys"), at=3))
    with pytest.raises(
        SinkError, match=r"batch 2 could not be written: .*fk_customers_city_id.*\(city_id\)=\(99\)"
    ) as raised:
        sink.flush()
    assert isinstance(raised.value.__cause__, psycopg2.errors.ForeignKeyViolation)
    assert "\n" not in str(raised.value)
    for again in (sink.flush, lambda: sink.write(batch_of(at=4))):
        with pytest.raises(SinkError) as repeated:
            again()
        assert repeated.value is raised.value
    sink.close()  # it has been said already
    assert reader.sim_now_us() == 1
    assert reader.one("SELECT count(*) FROM cities") == 1
    assert reader.one("SELECT count(*) FROM categories") == 0
    assert reader.rows("SELECT rows_written, batches FROM sim.runs") == [(101, 11)]


def test_a_write_that_waits_hears_of_the_failure(url: str, sink: PostgresSink, reader: Reader):
    raised: list[SinkError] = []

    def write_all() -> None:
        try:
            sink.write(batch_of(CITY, customer(1, city_id=99), at=1))
            sink.write(batch_of(BOOKS, at=2))
            sink.write(batch_of(CategoryListed(2, "Toys"), at=3))
        except SinkError as error:
            raised.append(error)

    simulating = threading.Thread(target=write_all)
    with Blocked(url):
        simulating.start()
        reader.wait_for_blocked_writer()
        eventually(lambda: sink.behind == 2)
    simulating.join(timeout=PATIENCE_S)
    assert not simulating.is_alive()
    assert len(raised) == 1
    assert reader.one("SELECT count(*) FROM categories") == 0


def test_close_raises_a_failure_that_nobody_has_heard_of(sink: PostgresSink):
    sink.write(batch_of(customer(1, city_id=99)))
    with pytest.raises(SinkError, match="fk_customers_city_id"):
        sink.close()


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ((StockReserved(11, 7, 1, 1),), "inventory: 1 rows to change, but 0 found"),
        ((customer(1), SatisfactionMoved(1, 1, "delighted", 1, 71, None, 0)), "ck_satisfaction_changes_reason_known"),
        ((CITY, CITY), "pk_cities"),
        ((BOOKS, ProductListed(1, 1, "Gold", 10**12, 1, 1)), "numeric field overflow"),
        ((CategoryListed(1, "Bo\0ks"),), "invalid byte sequence"),
    ],
    ids=["no row to change", "broken check", "key twice", "too much money", "zero byte"],
)
def test_what_the_server_refuses_stops_the_run(sink: PostgresSink, facts: tuple[Fact, ...], message: str):
    if CITY not in facts:
        sink.write(batch_of(CITY))
    sink.write(batch_of(*facts))
    with pytest.raises(SinkError, match=message):
        sink.flush()


def test_a_value_that_no_column_takes_is_refused_at_once(sink: PostgresSink, reader: Reader):
    sink.write(batch_of(CITY, at=1))
    with pytest.raises(SinkError, match="categories: a row does not fit"):
        sink.write(batch_of(CategoryListed(70_000, "Books"), at=2))
    with pytest.raises(SinkError, match="categories"):
        sink.write(batch_of(at=3))
    sink.close()
    assert reader.sim_now_us() == 1


def test_a_run_that_is_not_there_is_an_error(url: str, reader: Reader):
    with pytest.raises(SinkError, match=r"run 2 is not in sim\.runs"):
        PostgresSink(url, EPOCH, run_id=2)
    eventually(lambda: reader.one(f"SELECT count(*) {WRITER}") == 0)


def test_a_database_out_of_reach_is_an_error_in_one_line():
    with pytest.raises(SinkError, match="can't connect to PostgreSQL") as raised:
        PostgresSink("postgresql://nobody@127.0.0.1:1/nowhere", EPOCH, run_id=1)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("wrong", [{"epoch": datetime(2026, 1, 5)}, {"bound": Bound(rows=0)}])  # noqa: DTZ001 - that's the point
def test_wrong_settings_are_refused(wrong: dict[str, Any]):
    with pytest.raises(ValueError, match=r"epoch|rows=0"):
        PostgresSink("postgresql://nobody@127.0.0.1:1/nowhere", **{"epoch": EPOCH, "run_id": 1, **wrong})


# --- digests ----------------------------------------------------------------------------------------------------------


def test_digests_ignore_the_order_of_rows_and_the_session_and_see_every_value(
    url: str, sink: PostgresSink, reader: Reader
):
    prices = [PriceSet(7, at, 1_000 + at, "promotion") for at in range(50)]
    sink.write(batch_of(CITY, BOOKS, ProductListed(7, 1, "Atlas", 1_999, 850, 2_345), *prices))
    sink.close()
    before = table_digests(reader.connection)
    assert before["product_prices"].startswith("50:")
    assert before["orders"].startswith("0:")
    assert set(before) >= {"cities", "session_events", "reviews"}
    reader.connection.cursor().execute(
        "SET timezone = 'Asia/Tokyo'; SET extra_float_digits = 0; SET datestyle = 'German';"
        "CREATE TEMP TABLE kept AS SELECT * FROM product_prices ORDER BY valid_from DESC;"
        "DELETE FROM product_prices; INSERT INTO product_prices SELECT * FROM kept"
    )
    assert table_digests(reader.connection) == before
    assert reader.one("SHOW timezone") == "Asia/Tokyo"
    reader.connection.cursor().execute(
        "UPDATE product_prices SET price = price + 0.01 WHERE valid_from = (SELECT max(valid_from) FROM kept)"
    )
    after = table_digests(reader.connection)
    assert {name for name in after if after[name] != before[name]} == {"product_prices"}
