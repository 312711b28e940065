"""Customers who think again or lose patience; only what nobody has in hand is stopped."""

from __future__ import annotations

import pytest

from sim.facts import (
    LoyaltyPointsMoved,
    OrderCancelled,
    OrderDelivered,
    ParcelWithdrawn,
    PaymentRefunded,
    PickStarted,
    SatisfactionMoved,
    StockMoved,
    StockReserved,
    TripStarted,
)
from sim.luck import Purpose
from sim.processes.cancellation import schedule_cancellation
from tests.processes.world import HOUR_S, ONE_MEAN, Script, Tiny, by_hour, scenario

THINKS_AGAIN: Script = {(Purpose.CHANGE_OF_MIND, 101, 0): {0: 0.2, 1: ONE_MEAN}}
LOSES_PATIENCE: Script = {(Purpose.CHANGE_OF_MIND, 101, 0): {2: 0.2, 3: ONE_MEAN}}


def cancelling(luck: Script, after_min: float = 30.0, after_h: float = 1.0, **warehouse: object) -> Tiny:
    """The customer of order 101 cancels after exactly the stated means; nobody else does."""
    cancellation = {"change_of_mind_after_min": after_min, "gives_up_after_h": after_h}
    return Tiny(scenario(cancellation=cancellation, warehouse=warehouse), luck=luck)


# --- changing one's mind ---------------------------------------------------------------------------------------------


def test_a_change_of_mind_stops_an_order_that_waits_for_a_picker():
    tiny = cancelling(THINKS_AGAIN, pickers_by_hour=by_hour({0: 0, 1: 1}))
    tiny.paid(10.0, units=((1, 2), (4, 1)))
    tiny.paid(20.0)
    tiny.run(1809)
    assert tiny.told(OrderCancelled) == []
    tiny.run(1810)
    (cancelled,) = tiny.told(OrderCancelled)
    assert (cancelled.order_id, cancelled.reason, cancelled.at) == (101, "changed_mind", 1810_000_000)
    assert [(r.product_id, r.quantity, r.reserved) for r in tiny.told(StockReserved)] == [(1, -2, 1), (4, -1, 0)]
    assert tiny.told(StockMoved) == []
    (refund,) = tiny.told(PaymentRefunded)
    assert (refund.order_id, refund.amount_cents, refund.method, refund.at) == (101, 2250, "card", 1810_000_000)
    assert tiny.told(SatisfactionMoved) == []  # it was the customer's own wish
    assert tiny.warehouse.pickers.waiting == 1
    tiny.at(HOUR_S, lambda: tiny.warehouse.pickers.assign(tiny.env.now))
    tiny.run(2 * HOUR_S)
    assert tiny.by_order(PickStarted) == {201: HOUR_S}


def test_a_change_of_mind_comes_too_late_once_picking_has_begun():
    tiny = cancelling(THINKS_AGAIN, after_min=1.0)
    tiny.courier()
    tiny.paid()
    tiny.run(HOUR_S)
    assert tiny.told(OrderCancelled) == []
    assert tiny.by_order(OrderDelivered) == {101: 160.0 + 600 + 100 + 120}


def test_a_change_of_mind_does_not_take_a_parcel_off_the_dock():
    tiny = cancelling(THINKS_AGAIN, after_min=5.0)
    tiny.paid()  # on the dock from 160 on
    tiny.run(HOUR_S)
    assert tiny.told(OrderCancelled) == []
    assert list(tiny.warehouse.dock) == [101]


def test_the_picker_who_takes_an_order_at_the_same_instant_is_first():
    tiny = cancelling({(Purpose.CHANGE_OF_MIND, 201, 0): {0: 0.2, 1: ONE_MEAN}}, after_min=100 / 60)
    tiny.paid(0.0)  # picked until 100
    tiny.paid(0.0)
    tiny.run(HOUR_S)
    assert tiny.by_order(PickStarted) == {101: 0.0, 201: 100.0}
    assert tiny.told(OrderCancelled) == []


# --- losing patience -------------------------------------------------------------------------------------------------


def test_who_waits_too_long_gets_the_money_back_and_the_parcel_leaves_the_dock():
    tiny = cancelling(LOSES_PATIENCE)  # no courier at all
    order = tiny.paid(promised_s=5000.0, units=((1, 2),))
    order.redeemed_points = 100
    tiny.run(8600)
    (cancelled,) = tiny.told(OrderCancelled)
    assert (cancelled.reason, cancelled.at) == ("waited_too_long", 8600_000_000)  # an hour after the promise
    assert [p.delivery_id for p in tiny.told(ParcelWithdrawn)] == [101]
    assert [(m.quantity, m.reason, m.at) for m in tiny.told(StockMoved)] == [
        (-2, "sale", 110_000_000), (2, "cancellation", 8600_000_000),
    ]  # fmt: skip
    assert (tiny.warehouse.shelves[1].on_hand, tiny.warehouse.shelves[1].reserved) == (100, 0)
    assert [(p.amount_cents, p.at) for p in tiny.told(PaymentRefunded)] == [(2000, 8600_000_000)]
    assert [(p.points, p.reason) for p in tiny.told(LoyaltyPointsMoved)] == [(100, "redemption_undone")]
    assert [(m.reason, m.delta, m.satisfaction) for m in tiny.told(SatisfactionMoved)] == [("order_cancelled", -8, 52)]
    tiny.at(9000, tiny.courier)
    tiny.run(3 * HOUR_S)
    assert tiny.told(TripStarted) == []
    assert tiny.warehouse.dock == {}


def test_patience_can_end_in_the_queue_of_the_packers():
    tiny = cancelling(LOSES_PATIENCE, packers_by_hour=by_hour({0: 0, 9: 1}))
    tiny.paid(promised_s=1000.0)
    tiny.run(4600)
    assert tiny.seconds(OrderCancelled) == [4600.0]
    assert [(m.quantity, m.reason) for m in tiny.told(StockMoved)] == [(-1, "sale"), (1, "cancellation")]
    assert tiny.warehouse.packers.waiting == 0


@pytest.mark.parametrize("busy", [{"pick_base_s": 9000.0}, {"pack_base_s": 9000.0}], ids=["picked", "packed"])
def test_nobody_stops_what_somebody_has_in_hand(busy):
    tiny = cancelling(LOSES_PATIENCE, **busy)
    tiny.courier()
    tiny.paid(promised_s=1000.0)
    tiny.run(5 * HOUR_S)
    assert tiny.told(OrderCancelled) == []
    assert len(tiny.told(OrderDelivered)) == 1


def test_patience_does_not_stop_what_is_on_its_way():
    tiny = cancelling(LOSES_PATIENCE, after_h=1 / 60)
    tiny.courier()
    tiny.at(0, lambda: schedule_cancellation(tiny.world, parcel))
    parcel = tiny.parcel(metres=3000, promised_s=60.0)  # gives up at 120, is under way from 0 to 420
    tiny.run(HOUR_S)
    assert tiny.told(OrderCancelled) == []
    assert tiny.seconds(OrderDelivered) == [420.0]


def test_who_was_served_in_time_has_nothing_to_be_impatient_about():
    tiny = cancelling(LOSES_PATIENCE)
    tiny.courier()
    tiny.paid(promised_s=5000.0)
    tiny.run(5 * HOUR_S)
    assert tiny.told(OrderCancelled) == []
