"""The counter of a run: what came late, and what is overdue at an instant."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from sim.facts import OrderCancelled, OrderDelivered, OrderPlaced
from sim.journal.journal import Journal
from sim.run.pacing.fact_counter import FactCounter
from sim.run.status import Status


class Ear(dict[type, Any]):
    """Takes any fact."""

    def __missing__(self, _: type) -> Any:
        return lambda _: None


def counter_of(*promises: int) -> FactCounter:
    """A counter that has seen orders 1, 2 and so on placed at 0 with these promises."""
    counter = FactCounter(cast(Journal, SimpleNamespace(take=Ear())))
    for order_id, promised_at in enumerate(promises, 1):
        counter.tell(OrderPlaced(order_id, 1, order_id, 11, 1, 0, promised_at, 0, 0, 0, 0, 0, ()))
    return counter


def test_on_the_minute_of_the_promise_is_in_time():
    counter = counter_of(10, 10)
    counter.tell(OrderDelivered(1, 6, 10))
    counter.tell(OrderDelivered(2, 6, 11))
    assert (counter.late, counter.overdue(100)) == (1, 0)


def test_what_is_under_way_is_overdue_once_its_promise_has_passed():
    counter = counter_of(10, 20, 30)
    assert [counter.overdue(at) for at in (10, 11, 21, 31)] == [0, 1, 2, 3]
    counter.tell(OrderCancelled(1, 3, "waited_too_long", 15))
    counter.tell(OrderDelivered(2, 6, 25))
    assert (counter.late, counter.overdue(31)) == (1, 1)


def test_the_orders_of_a_shop_that_is_taken_up_are_known():
    counter = counter_of()
    rows: Any = [
        SimpleNamespace(order_id=1, promised_at=10, delivered_at=None),
        SimpleNamespace(order_id=2, promised_at=10, delivered_at=9),  # a review may follow
    ]
    counter.resume(rows)
    assert counter.overdue(11) == 1
    counter.tell(OrderDelivered(1, 6, 12))
    assert (counter.late, counter.overdue(13)) == (1, 0)


def test_while_nothing_is_delivered_the_late_share_grows():
    """Nine of ten came in time; then nothing comes any more, and ten more are overdue."""
    delivered = {"delivered": 10, "late": 1}
    usual, strike = (cast(Status, SimpleNamespace(**delivered, overdue=overdue)) for overdue in (0, 10))
    shares = [late / whole for late, whole in map(Status.late_and_overdue.fget, (usual, strike))]  # type: ignore[attr-defined]
    assert shares == [0.1, 11 / 20]
