"""The journal's batches: complete, coalesced, in order."""

from __future__ import annotations

import pytest

from sim.facts import (
    CategoryListed,
    OrderLine,
    OrderPaid,
    OrderPlaced,
    PickStarted,
    ReplenishmentOrdered,
    ReplenishmentReceived,
    SessionStepped,
    StockReserved,
)
from sim.journal.batch import Batch
from sim.journal.journal import Journal
from sim.journal.port import SinkError


class Shelf:
    """A sink that only keeps what it is given."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def write(self, batch: Batch) -> None:
        self.batches.append(batch)

    def flush(self) -> None: ...

    def close(self) -> None: ...


class Refusing(Shelf):
    def write(self, batch: Batch) -> None:
        raise SinkError(f"no room for {batch.rows} row")


STEP = SessionStepped(1, 1, "visit", None, None, 10)
ORDERED = ReplenishmentOrdered(5, 11, 7, 40, 100, 900)
PLACED = OrderPlaced(1, 2, 3, 11, 4, 10, 90, 60, 500, 0, 0, 500, (OrderLine(1, 7, 1, 500),))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def journal(shelf: Shelf) -> Journal:
    return Journal(shelf)


def test_a_fact_that_is_a_row_is_kept_as_it_is(journal: Journal, shelf: Shelf):
    journal.record(STEP)
    journal.commit(20)
    [batch] = shelf.batches
    assert batch.appended == {"session_events": [STEP]}
    assert batch.appended["session_events"][0] is STEP
    assert (batch.sim_now_us, batch.rows) == (20, 1)


def test_a_change_to_a_row_of_the_same_batch_is_folded_into_it(journal: Journal, shelf: Shelf):
    journal.record(ORDERED)
    journal.record(ReplenishmentReceived(5, 800))
    journal.commit(1_000)
    [batch] = shelf.batches
    assert batch.inserted["replenishments"][(5,)]["received_at"] == 800
    assert batch.changed == {}
    assert batch.rows == 1


def test_a_change_to_a_row_of_an_earlier_batch_is_a_change(journal: Journal, shelf: Shelf):
    journal.record(ORDERED)
    journal.commit(500)
    journal.record(ReplenishmentReceived(5, 800))
    journal.commit(1_000)
    assert shelf.batches[1].inserted == {}
    assert shelf.batches[1].changed == {"replenishments": {(5,): {"received_at": 800}}}


def test_changes_to_one_row_become_one_row_with_the_newest_values(journal: Journal, shelf: Shelf):
    journal.record(OrderPaid(1, 2, 10))
    journal.record(PickStarted(1, 20))
    for reserved in (1, 2, 5):
        journal.record(StockReserved(11, 7, 1, reserved))
    journal.commit(30)
    [batch] = shelf.batches
    assert batch.changed == {
        "orders": {(1,): {"status": "paid", "paid_at": 10, "pick_started_at": 20}},
        "inventory": {(11, 7): {"reserved": 5}},
    }


def test_pending_counts_the_rows_to_be_written(journal: Journal):
    assert journal.pending == 0
    journal.record(STEP)
    journal.record(PLACED)  # the order, a line and a status
    journal.record(OrderPaid(1, 2, 20))  # another status; the order is the same row
    journal.record(StockReserved(11, 7, 1, 1))
    assert journal.pending == 6
    journal.commit(30)
    assert journal.pending == 0


def test_rows_are_what_pending_said(journal: Journal, shelf: Shelf):
    journal.record(PLACED)
    journal.record(StockReserved(11, 7, 1, 1))
    pending = journal.pending
    journal.commit(30)
    assert shelf.batches[0].rows == pending == 4


def test_a_batch_without_rows_still_carries_the_instant(journal: Journal, shelf: Shelf):
    journal.commit(40)
    assert shelf.batches == [Batch(40, {}, {}, {}, 0)]


def test_a_batch_handed_over_is_never_touched_again(journal: Journal, shelf: Shelf):
    journal.record(CategoryListed(1, "Books"))
    journal.record(ORDERED)
    journal.commit(1)
    journal.record(CategoryListed(2, "Toys"))
    journal.record(ReplenishmentReceived(5, 800))
    assert shelf.batches[0].appended == {"categories": [(1, "Books")]}
    assert "received_at" not in shelf.batches[0].inserted["replenishments"][(5,)]


def test_the_same_row_twice_in_a_batch_is_refused(journal: Journal):
    journal.record(ORDERED)
    with pytest.raises(ValueError, match=r"replenishments \(5,\) was inserted twice"):
        journal.record(ORDERED)


def test_what_is_not_a_fact_is_refused(journal: Journal):
    with pytest.raises(KeyError):
        journal.record((1, 2, 3))  # type: ignore[arg-type]


def test_a_failure_of_the_sink_reaches_the_caller():
    journal = Journal(Refusing())
    journal.record(STEP)
    with pytest.raises(SinkError, match="no room for 1 row"):
        journal.commit(1)
