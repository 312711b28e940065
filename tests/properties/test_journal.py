"""Whatever happens in the shop, and wherever batches end: every sink holds the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, make_url

from db.apply import apply_schema
from sim import facts
from sim.facts import Fact
from sim.journal.batch import Key, Row
from sim.journal.journal import Journal
from sim.journal.port import Sink
from sim.postgres.writing.sink import PostgresSink
from sim.sinks.memory import MemorySink
from sim.sinks.shapes import ColumnShape, shop_shapes

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
A_RUN = """
INSERT INTO sim.runs (run_id, seed, scenario, scenario_config, scenario_digest, market, scale, version, schema_version,
                      epoch, began_at, sim_now, speed, status, started_at, heartbeat_at, pid, host, rows_written,
                      batches)
VALUES (1, 1, 'baseline', '{}', 'x', 'international', 1, '1', 6, %(epoch)s, %(epoch)s,
        %(epoch)s, 'max', 'catching_up', now(), now(), 1, 'here', 0, 0)
"""
PRODUCTS = (1, 2, 3)

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
degrees = st.floats(-90, 90)


class History:
    """Facts in an order in which they could happen: every reference, CHECK and milestone holds."""

    def __init__(self, data: st.DataObject) -> None:
        self._draw = data.draw
        self._now = 0
        self._sequences: dict[tuple[str, int], int] = {}
        self._customers: list[int] = []
        self._with_a_device: set[int] = set()
        self._visits: list[Iterator[None]] = []  # each a life that goes on at every step
        self.facts: list[Fact] = []
        self._open()
        for _ in range(self._draw(st.integers(0, 30))):
            self._happen()
        if self._draw(st.booleans()):
            for visit in self._visits:
                list(visit)

    def _say(self, *happened: Fact) -> None:
        self.facts += happened

    def _tick(self) -> int:
        self._now += self._whole(1, 10**9)
        return self._now

    def _new(self, what: str) -> int:
        return self._next(what, of=0) * 100 + 1

    def _next(self, what: str, of: int) -> int:
        self._sequences[what, of] = self._sequences.get((what, of), 0) + 1
        return self._sequences[what, of]

    def _whole(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def _some(self, *choices: Any) -> Any:
        return self._draw(st.sampled_from(choices))

    def _word(self) -> str:
        return self._draw(texts)

    def _place(self) -> tuple[float, float]:
        return self._draw(degrees), self._draw(degrees)

    def _open(self) -> None:
        self._say(
            facts.CityOpened(1, self._word(), "Norway", *self._place(), "Europe/Oslo", 9),
            facts.WarehouseOpened(11, 1, self._word(), *self._place()),
            facts.CategoryListed(1, self._word()),
            facts.CourierHired(101, 11, self._word(), "van", -self._tick()),
            facts.ShiftStarted(101, 101, self._now, self._now + 10**15),
        )
        for product in PRODUCTS:
            price, cost = self._whole(1, 10**12 - 1), self._whole(0, 10**12 - 1)
            self._say(
                facts.ProductListed(product, 1, self._word(), price, cost, self._whole(1, 99_999_999)),
                facts.PriceSet(product, 0, price, "opening"),
                facts.ShelfOpened(11, product, 1, 9),
            )
        self._register()

    def _happen(self) -> None:
        happening = self._some(self._register, self._restock, self._feel, self._earn, self._visit, *[self._go_on] * 5)
        happening()

    def _register(self) -> None:
        customer = self._new("customer")
        email, name = f"{customer}{self._word()}", self._word()
        self._say(
            facts.CustomerRegistered(customer, 1, name, email, self._tick(), "bronze", 0, "sign_up"),
            facts.CustomerDrawn(customer, "loyal", 70, 1.5, 10, "mobile", "ads", "card", 1, 0.9, 0.1, 1.1, 1.2, 0.8),
            facts.AddressAdded(customer, customer, self._word(), "5003", *self._place(), self._now),
        )
        self._customers.append(customer)

    def _feel(self) -> None:
        customer = self._some(*self._customers)
        seq, satisfaction = self._next("feeling", customer), self._whole(0, 100)
        self._say(facts.SatisfactionMoved(customer, seq, "good_product", 0, satisfaction, None, self._tick()))

    def _earn(self) -> None:
        customer = self._some(*self._customers)
        seq, balance, tier = self._next("points", customer), self._whole(0, 2**31 - 1), self._some("silver", "gold")
        self._say(facts.LoyaltyPointsMoved(customer, seq, None, -3, balance, tier, "opening", self._tick(), balance))

    def _restock(self) -> None:
        order, movement, product = self._new("replenishment"), self._new("movement"), self._some(*PRODUCTS)
        on_hand = self._whole(1, 2**31 - 1)
        self._say(
            facts.ReplenishmentOrdered(order, 11, product, on_hand, self._tick(), self._now + 5),
            facts.ReplenishmentReceived(order, self._tick()),
            facts.StockMoved(movement, 11, product, on_hand, "replenishment", None, order, on_hand, 0, self._now),
            facts.StockReserved(11, product, 1, self._whole(0, on_hand)),
        )

    def _visit(self) -> None:
        self._visits.append(self._session(self._new("session")))
        self._go_on()

    def _go_on(self) -> None:
        if self._visits:
            next(self._some(*self._visits), None)

    def _session(self, session: int) -> Iterator[None]:
        """A visit, perhaps with a cart, perhaps with an order and all that becomes of it."""
        self._say(facts.SessionStarted(session, session, None, 1, 11, "search", "mobile", self._tick()))
        self._say(facts.SessionStepped(session, 1, "visit", None, None, self._now))
        yield
        self._say(facts.SessionStepped(session, 2, "product_view", 1, self._some(True, False), self._tick()))
        cart, customer = self._new("cart"), self._some(*self._customers)
        self._fill(session, cart, customer)
        yield
        ordered, reason = self._some(True, True, False), self._some(None, "price", "whim")
        if ordered:
            order = self._place_order(cart, customer)
            yield
            yield from self._fate(order, customer)
        self._say(facts.CartClosed(cart, "abandoned", reason, self._tick()))
        self._say(facts.SessionEnded(session, "browsed", reason, self._tick()))

    def _fill(self, session: int, cart: int, customer: int) -> None:
        self._say(
            facts.CustomerIdentified(session, customer, self._tick()),
            facts.DeviceRemembered(customer, "mobile", session, customer not in self._with_a_device, self._now),
            facts.CartOpened(cart, session, cart - 100 if cart > 101 else None, self._tick()),
            *(facts.ItemAdded(cart, product, self._whole(1, 9), self._now) for product in (1, 2)),
            facts.ItemRemoved(cart, 2, self._tick()),
        )
        self._with_a_device.add(customer)

    def _place_order(self, cart: int, customer: int) -> int:
        order = self._new("order")
        lines = tuple(facts.OrderLine(n, n, n, self._whole(1, 10**9)) for n in (1, 2))
        subtotal = sum(line.quantity * line.unit_price_cents for line in lines)
        discount, fee = self._whole(0, subtotal), self._whole(0, 999)
        money = (subtotal, discount, fee, subtotal - discount + fee)
        self._say(
            facts.OrderPlaced(
                order, customer, cart, 11, customer, self._tick(), self._now + 1, self._now, *money, lines
            )
        )
        return order

    def _fate(self, order: int, customer: int) -> Iterator[None]:
        if self._some(True, False):
            self._say(facts.PaymentAttempted(self._new("payment"), order, "card", 5, "declined", "funds", self._tick()))
            yield
        if self._some(True, False, False):
            self._say(facts.OrderCancelled(order, 2, "changed_mind", self._tick()))
            return
        self._say(facts.OrderPaid(order, 2, self._tick()), facts.PickStarted(order, self._tick()))
        yield
        self._say(facts.OrderPicked(order, 3, self._tick()), facts.PackStarted(order, self._tick()))
        yield
        metres = self._whole(0, 99_999_999)
        self._say(facts.OrderPacked(order, 4, self._tick()))
        self._say(facts.ParcelReady(order, order, self._now + 5, metres, self._now))
        yield
        if self._some(True, False, False):
            self._say(facts.ParcelWithdrawn(order), facts.OrderCancelled(order, 5, "waited_too_long", self._tick()))
            self._say(facts.PaymentRefunded(self._new("payment"), order, "card", 5, self._now))
            return
        yield from self._delivery(order, metres)
        self._say(facts.ReviewWritten(order, order, 1, customer, 5, self._draw(st.none() | texts), self._tick()))
        self._say(facts.ReturnRequested(order, order, 2, 1, "damaged", self._whole(0, 999), self._tick()))
        yield
        self._say(facts.ReturnRefunded(order, self._tick()))

    def _delivery(self, order: int, metres: int) -> Iterator[None]:
        left, attempts = self._tick(), self._whole(1, 3)
        self._say(facts.OrderDispatched(order, 5, left))
        for n in range(1, attempts + 1):
            trip = self._new("trip")
            outcome = ("delivered", "delivered") if n == attempts else ("nobody_home", "awaiting_retry")
            self._say(facts.TripStarted(trip, 101, 101, self._tick(), 1, metres))
            self._say(facts.ParcelLoaded(order, trip, 101, n, left))
            yield
            self._say(facts.DeliveryAttempted(order, n, trip, *outcome, self._tick()))
            self._say(facts.TripEnded(trip, 0, self._now))
        self._say(facts.OrderDelivered(order, 6, self._now))


@st.composite
def cut(draw: st.DrawFn, length: int) -> list[bool]:
    """Behind which of so many facts a batch ends: never, rarely, often or always."""
    chance = draw(st.sampled_from([0, 5, 50, 100]))
    return [draw(st.integers(1, 100)) <= chance for _ in range(length)] if 0 < chance < 100 else [chance > 0] * length


def play(sink: Sink, happened: list[Fact], ends: list[bool]) -> None:
    journal = Journal(sink)
    for n, (fact, batch_ends) in enumerate(zip(happened, ends, strict=True)):
        journal.record(fact)
        if batch_ends:
            journal.commit(n)
    journal.commit(len(happened))
    sink.flush()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_rows_do_not_depend_on_where_batches_end(data: st.DataObject):
    happened = History(data).facts
    at_once, piecemeal = MemorySink(), MemorySink()
    play(at_once, happened, [False] * len(happened))
    play(piecemeal, happened, data.draw(cut(len(happened))))
    event(f"{piecemeal.batches > 1=}")
    assert at_once.tables == piecemeal.tables


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg2.extensions.connection]:
    """A connection to a database with the shop's tables."""
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    with engine.connect() as to_make_tables:
        apply_schema(to_make_tables)
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    yield connection
    connection.close()


def begin_run(connection: psycopg2.extensions.connection) -> None:
    """Empty every table and enter a new run."""
    tables = ", ".join(shop_shapes())
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}, sim.runs CASCADE")
        cursor.execute(A_RUN, {"epoch": EPOCH})


def in_inside_units(column: ColumnShape, value: Any) -> Any:
    match value:
        case datetime():
            return (value - EPOCH) // timedelta(microseconds=1)
        case Decimal():
            return int(value.scaleb(column.scale))
        case _:
            return value


def tables_of(connection: psycopg2.extensions.connection) -> dict[str, dict[Key, Row]]:
    """Everything in the database, as the memory sink keeps it."""
    tables: dict[str, dict[Key, Row]] = {}
    with connection.cursor() as cursor:
        for name, shape in shop_shapes().items():
            cursor.execute(f"SELECT {', '.join(shape.names)} FROM {name}")
            rows = [
                {column.name: in_inside_units(column, value) for column, value in zip(shape.columns, row, strict=True)}
                for row in cursor.fetchall()
            ]
            tables[name] = {tuple(row[key] for key in shape.key): row for row in rows}
    return tables


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_postgres_holds_what_memory_holds(connection: psycopg2.extensions.connection, database_url: str, data: Any):
    happened = History(data).facts
    ends = data.draw(cut(len(happened)))
    begin_run(connection)
    memory, postgres = MemorySink(), PostgresSink(database_url, EPOCH, run_id=1)
    try:
        play(memory, happened, ends)
        play(postgres, happened, ends)
    finally:
        postgres.close()
    event(f"{memory.batches > 1=}")
    assert tables_of(connection) == memory.tables
    assert (postgres.rows_written, postgres.batches) == (memory.rows_written, memory.batches)
    assert postgres.committed_sim_now_us == memory.sim_now_us
