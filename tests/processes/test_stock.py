"""Replenishment and prices over time."""

from __future__ import annotations

from sim.clock.units import WEEK_US
from sim.facts import OrderPlaced, PriceSet, ReplenishmentOrdered, ReplenishmentReceived, StockMoved
from sim.luck import Purpose
from sim.processes.prices import change_prices
from sim.processes.replenishment import reorder
from tests.processes.world import DAY_S, Tiny, scenario

WEEK_S = 7 * DAY_S


def buy(tiny: Tiny, customers: int) -> None:
    for _ in range(customers):
        tiny.visit(tiny.customer())


# --- replenishment ---------------------------------------------------------------------------------------------------


def test_goods_are_ordered_at_the_reorder_point_and_come_after_the_lead_time():
    tiny = Tiny()
    shelf = tiny.warehouse.shelves[1]
    shelf.reserve(88)  # 12 are available; the shelf is reordered at 10
    shelf.take(88)
    buy(tiny, 1)
    tiny.run(DAY_S)
    assert tiny.told(ReplenishmentOrdered) == []
    tiny.visit(tiny.customer(), DAY_S)
    tiny.run(2 * DAY_S)
    (ordered,) = tiny.told(ReplenishmentOrdered)
    assert (ordered.product_id, ordered.quantity) == (1, 90)  # up to 100 from the 10 that are left to sell
    assert (ordered.at, ordered.due_at) == ((DAY_S + 159) * 10**6, (3 * DAY_S + 159) * 10**6)
    assert shelf.on_order == 90
    tiny.run(4 * DAY_S)
    assert [(r.replenishment_id, r.at) for r in tiny.told(ReplenishmentReceived)] == [
        (ordered.replenishment_id, (3 * DAY_S + 159) * 10**6)
    ]
    received = [m for m in tiny.told(StockMoved) if m.reason == "replenishment"]
    assert [(m.quantity, m.on_hand, m.replenishment_id) for m in received] == [(90, 100, ordered.replenishment_id)]
    assert (shelf.on_hand, shelf.on_order) == (100, 0)


def test_while_goods_are_on_order_no_more_are_ordered():
    tiny = Tiny()
    tiny.warehouse.shelves[1].reserve(89)
    buy(tiny, 5)
    tiny.run(DAY_S)
    assert [o.quantity for o in tiny.told(ReplenishmentOrdered)] == [90]


def test_lead_times_scatter_about_their_median():
    late, early = 0.8, 0.2
    tiny = Tiny(luck={(Purpose.LEAD_TIME, 101, 0): {0: late}, (Purpose.LEAD_TIME, 201, 0): {0: early}})
    for product_id in (1, 2):
        tiny.warehouse.shelves[product_id].reserve(90)
        reorder(tiny.world, tiny.warehouse, tiny.warehouse.shelves[product_id])
    tiny.run(9 * DAY_S)
    first, second = tiny.told(ReplenishmentReceived)
    assert (first.replenishment_id, second.replenishment_id) == (201, 101)
    assert first.at < 2 * DAY_S * 10**6 < second.at
    assert abs(first.at * second.at - (2 * DAY_S * 10**6) ** 2) < 1e18  # a lognormal's quantiles mirror each other


def test_a_shelf_sold_empty_is_filled_up_to_its_level():
    tiny = Tiny(scenario(funnel={"one_more_unit": 0.999}))  # 12 units a basket
    shelf = tiny.warehouse.shelves[1]
    shelf.order_up_to = 20
    shelf.reserve(88)
    buy(tiny, 1)
    tiny.run(3 * DAY_S)
    # one basket takes all 12: 20 are ordered at once, and 20 there are when they have come
    assert [(o.quantity, o.at // 10**6) for o in tiny.told(ReplenishmentOrdered)] == [(20, 159)]
    assert shelf.available == 20


# --- prices ----------------------------------------------------------------------------------------------------------


def test_a_promotion_begins_and_ends_with_the_week():
    tiny = Tiny(promotions={(1, 1): 800})
    tiny.env.process(change_prices(tiny.world))
    for at_s in (WEEK_S - 159 - 1, WEEK_S - 159, 2 * WEEK_S - 159):  # ordering takes 159 s
        tiny.visit(tiny.customer(), at_s)
    tiny.run(2 * WEEK_S + 1000)
    assert [tuple(price) for price in tiny.told(PriceSet)] == [
        (1, WEEK_US, 800, "promotion"), (1, 2 * WEEK_US, 1000, "promotion_ended"),
    ]  # fmt: skip
    assert [(order.at, order.lines[0].unit_price_cents) for order in tiny.told(OrderPlaced)] == [
        (WEEK_US - 10**6, 1000), (WEEK_US, 800), (2 * WEEK_US, 1000),
    ]  # fmt: skip


def test_the_price_is_set_before_anybody_pays_it():
    tiny = Tiny(promotions={(1, 1): 800})
    tiny.visit(tiny.customer(), WEEK_S - 159)
    tiny.env.process(change_prices(tiny.world))
    tiny.run(WEEK_S)
    last = [fact for fact in tiny.facts if isinstance(fact, PriceSet | OrderPlaced)]
    assert [type(fact) for fact in last] == [PriceSet, OrderPlaced]
