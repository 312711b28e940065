"""Who speaks of a first one when reviewing a second: in life, and told from the rows of the last weeks."""

from __future__ import annotations

from statistics import fmean

import numpy as np
import pytest

from sim.clock.units import DAY_US, seconds_us
from sim.facts import ReviewWritten
from sim.luck import Luck, Purpose
from sim.processes.post_delivery import begin_post_delivery
from sim.processes.purchase_memory import recall, remember, still_remembered
from sim.shop.order import Order
from sim.shop.people import Customer
from sim.shop.quality import Qualities
from sim.snapshot import DeliveredLines
from tests.processes.world import DAY_S, HOUR_S, MARKET, Script, Tiny, scenario

REVIEWS = {"write": 0.75, "with_text": 0.75, "remembered": 0.6, "praise_speed": 0.0}


def deliver(tiny: Tiny, customer: Customer, product: int, placed_s: float, delivered_s: float) -> Order:
    order = tiny.order(customer=customer, units=((product, 1),), promised_s=delivered_s)
    order.placed_at, order.attempts = seconds_us(placed_s), 1

    def arrive() -> None:
        order.delivered_at = tiny.env.now
        begin_post_delivery(tiny.world, order)

    tiny.at(delivered_s, arrive)
    return order


def subjects(tiny: Tiny) -> list[str]:
    """What the reviews are about, in the order of their writing."""
    by_text = {text: subject for subject, texts in MARKET.reviews.all_alternatives() for text in texts}
    return [by_text[review.comment or ""] for review in tiny.told(ReviewWritten)]


@pytest.mark.parametrize(
    ("product", "placed_s", "luck", "second"),
    [
        (1, 2 * DAY_S, {}, "again"),
        (2, 2 * DAY_S, {}, "good_product"),
        (1, DAY_S - 1, {}, "good_product"),  # ordered before the first one had come
        (1, 2 * DAY_S, {(Purpose.REMEMBERED, 101, 1): {0: 0.7}}, "good_product"),
        (1, 2 * DAY_S, {(Purpose.REVIEW, 101, 1): {0: 0.1, 1: 0.9}}, "good_product"),  # the first one was bad
        (1, 31 * DAY_S, {}, "good_product"),  # too long ago
    ],
    ids=["again", "another product", "at once", "forgotten", "bad", "long ago"],
)
def test_a_second_one_is_called_so_by_who_remembers_the_first(product: int, placed_s: float, luck: Script, second: str):
    tiny = Tiny(scenario(review=REVIEWS), luck=luck)
    customer = tiny.customer()
    deliver(tiny, customer, 1, 0.0, DAY_S)
    deliver(tiny, customer, product, placed_s, placed_s + 5 * HOUR_S)
    tiny.run(60 * DAY_S)
    assert subjects(tiny)[-1] == second
    assert "again" not in subjects(tiny)[:-1]


def test_nobody_remembers_what_somebody_else_has_bought():
    tiny = Tiny(scenario(review=REVIEWS))
    deliver(tiny, tiny.customer(), 1, 0.0, DAY_S)
    deliver(tiny, tiny.customer(), 1, 2 * DAY_S, 3 * DAY_S)
    tiny.run(60 * DAY_S)
    assert subjects(tiny) == ["good_product", "good_product"]


def test_rows_tell_what_life_remembers():
    """Three hundred orders of a month, half of them remembered, one in five bad, but by product."""
    plan = scenario(review={"remembered": 0.5, "bad_product": 0.2}, products={"quality_sigma": 1.0})
    luck = Luck(4)
    living, taken_up = Tiny(plan, luck), Tiny(plan)
    for shelf in living.warehouse.shelves.values():
        shelf.put(1000)
    orders = []
    customers = [living.customer() for _ in range(20)]
    for number in range(300):
        order = living.order(customer=customers[number % 20], units=[(1 + number % 3, 1), (4, 1)])
        order.delivered_at = number * DAY_US // 10
        remember(living.world.opinions, order)
        orders.append(order)
    columns = zip(
        *[
            (o.order_id, line.line_no, o.delivered_at, False, o.customer.customer_id, line.product_id)
            for o in reversed(orders)
            for line in o.lines
        ],
        strict=True,
    )
    rows = still_remembered(DeliveredLines(*map(np.array, columns)), luck.seed, plan)
    qualities = Qualities(luck, plan)
    good = fmean(1.0 - qualities.of(line.product_id).disappoints for order in orders for line in order.lines)
    assert abs(len(rows) / 600 - 0.5 * good) < 4.0 * (0.25 / 600) ** 0.5
    assert abs(good - 0.8) > 0.05, "products should differ"
    recall(taken_up.world.region_of, rows)
    now = 30 * DAY_US
    for customer in customers:
        for product in (1, 2, 3, 4):
            for before in range(0, now, DAY_US):
                asked = customer.customer_id, product, before, now
                assert living.region.purchase_memory.had(*asked) == taken_up.region.purchase_memory.had(*asked)
