"""Which delivered orders may still have consequences: all that do, and few that do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.clock.units import DAY_US, HOUR_US
from sim.luck import Luck
from sim.processes.pending_consequences import pending_consequences
from sim.processes.post_delivery import Consequence, consequences
from sim.scenario import Scenario
from sim.scenario.funnel import PERSONAS
from sim.shop.catalogue import Catalogue
from sim.shop.order import Order
from sim.shop.rating import horizon_us
from sim.snapshot import DeliveredLines
from tests.processes.world import MARKET, Tiny

SEED = 4
ORDERS = 1500
NOW = 40 * DAY_US
SCENARIOS: dict[str, dict[str, dict[str, Any]]] = {
    "baseline": {},
    "everybody writes, late": {"review": {"write": 1, "delay_median_h": 300, "delay_sigma": 0.2}},
    "what was bad is passed over in silence": {"review": {"write": 0.9, "write_after_bad": 0.1, "bad_product": 0.5}},
    "everything comes back": {"returns": {"rate": 1, "highest": 1, "delay_median_days": 12}},
    "late parcels are kept": {"returns": {"rate": 0.6, "late_factor": 0, "bad_product_factor": 0.5}},
    "everybody waits for the evening": {"review": {"write": 1, "by_hour": (0.0,) * 23 + (1.0,)}},
    "everybody waits for tomorrow": {"review": {"write": 1, "by_hour": (1.0,) + (0.0,) * 23}},
    "everybody answers, late": {"survey": {"answer": 1, "asked_after_h": 200, "delay_median_h": 90}},
    "always after the same time": {"review": {"delay_sigma": 0}, "returns": {"delay_sigma": 0}},
}


def delivered_orders(tiny: Tiny, age_us: int) -> list[Order]:
    """Orders of one to three lines delivered evenly over the time until now, every third of them late."""
    orders = []
    for number in range(ORDERS):
        customer = tiny.customer()
        customer.persona = sorted(PERSONAS)[number % len(PERSONAS)]
        order = tiny.order(customer=customer, units=[(1 + i, 1) for i in range(1 + number % 3)])
        order.delivered_at = NOW - number * age_us // ORDERS
        order.promised_at = order.delivered_at + (-HOUR_US if number % 3 == 0 else HOUR_US)
        orders.append(order)
    return orders


def all_of(tiny: Tiny, order: Order) -> list[Consequence]:
    return consequences(tiny.world.opinions, tiny.world.survey, order)


def as_lines(orders: list[Order]) -> DeliveredLines:
    lines = [
        (o.order_id, line.line_no, o.delivered_at, o.late, o.customer.customer_id, line.product_id)
        for o in orders
        for line in o.lines
    ]
    ids, numbers, *others = zip(*lines, strict=True)
    return DeliveredLines(np.array(ids), np.array(numbers, np.int16), *map(np.array, others))


@pytest.mark.parametrize("sections", SCENARIOS.values(), ids=SCENARIOS)
def test_all_that_something_will_come_of_and_few_others(sections: dict[str, dict[str, Any]]):
    scenario = Scenario.model_validate(sections)
    luck = Luck(SEED)
    catalogue = Catalogue.build(
        MARKET,
        luck,
        products=8,
        popularity_exponent=0.5,
        promotion_share=0.1,
        promotion_discounts_percent=(10,),
    )
    tiny = Tiny(scenario, luck, catalogue=catalogue)
    for warehouse in tiny.world.warehouses.values():
        for shelf in warehouse.shelves.values():
            shelf.put(10 * ORDERS)
    orders = delivered_orders(tiny, horizon_us(scenario) + DAY_US)
    begun = {
        order.order_id
        for order in orders
        if any(what.at > NOW and what.kind != "refund" for what in all_of(tiny, order))
    }
    found = pending_consequences(as_lines(orders), NOW, SEED, scenario, MARKET)
    assert begun, "a test in which nothing is to come proves nothing"
    assert begun <= found
    assert len(found) < 5 * len(begun)
    oldest = min(order.delivered_at or 0 for order in orders if order.order_id in begun)
    assert NOW - oldest <= horizon_us(scenario)
