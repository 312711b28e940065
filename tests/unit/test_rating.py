"""Stars, causes, returns and refunds, by hand."""

from __future__ import annotations

import pytest

from sim.clock.units import HOUR_US
from sim.facts import OrderLine
from sim.scenario.aftermath import Return, Review
from sim.shop.order import Order
from sim.shop.people import Address, Customer
from sim.shop.rating import cause_of, refund_cents, return_chance, stars

LEAD_US = 4 * HOUR_US
REVIEW = Review(
    leaning=4.8,
    bad_product_stars=3.0,
    late_stars=1.0,
    late_stars_per_lead=1.0,
    failed_attempt_stars=0.5,
    noise_stars=1.0,
)
MEDIAN = 0.5


def order(
    late_us: int = 0, attempts: int = 1, order_id: int = 101, *lines: tuple[int, int], discount: int = 0
) -> Order:
    made = tuple(
        OrderLine(no, no, quantity, cents) for no, (quantity, cents) in enumerate(lines or ((1, 1000),), start=1)
    )
    address = Address(1, 0.0, 0.0)
    placed = Order(order_id, Customer(1, "loyal", address, 50, 1.0), 1, 11, address, made, 0, LEAD_US)
    placed.delivered_at, placed.attempts = LEAD_US + late_us, attempts
    placed.subtotal_cents = sum(line.quantity * line.unit_price_cents for line in made)
    placed.discount_cents = discount
    return placed


@pytest.mark.parametrize(
    ("late_us", "attempts", "bad", "rating"),
    [
        (0, 1, False, 5),  # 4.8
        (0, 2, False, 4),  # 4.3
        (0, 1, True, 2),  # 1.8
        (1, 1, False, 4),  # 3.8: any lateness costs a star
        (LEAD_US // 2, 1, False, 3),  # 3.3
        (LEAD_US, 1, False, 3),  # 2.8
        (2 * LEAD_US, 1, False, 2),  # 1.8
        (9 * LEAD_US, 1, False, 2),  # the same: nobody gets angrier
        (2 * LEAD_US, 3, True, 1),  # -1.7, but no fewer than 1
    ],
)
def test_stars_are_the_leaning_less_what_went_wrong(late_us, attempts, bad, rating):
    assert stars(order(late_us, attempts), REVIEW, 0.0, MEDIAN, bad=bad) == rating


def test_chance_and_character_add_to_it():
    assert stars(order(), REVIEW, 0.0, 0.1587, bad=False) == 4  # one standard deviation below: 3.8
    assert stars(order(), REVIEW, -1.0, MEDIAN, bad=False) == 4  # 3.8
    assert stars(order(), REVIEW, 2.0, 0.999, bad=False) == 5  # no more than 5


@pytest.mark.parametrize(
    ("made", "rating", "bad", "cause"),
    [
        (order(1, 2), 1, True, "bad_product"),
        (order(1, 2), 2, False, "late"),
        (order(0, 2), 4, False, "failed_attempt"),
        (order(), 3, False, "neutral"),
        (order(), 5, False, "good_product"),
        (order(-LEAD_US // 2), 5, False, "early"),
        (order(-LEAD_US // 2), 4, False, "good_product"),
        (order(-LEAD_US // 4), 5, False, "good_product"),
    ],
)
def test_a_review_is_about_the_worst_that_happened(made, rating, bad, cause):
    assert cause_of(made, Review(praise_speed=0.75), rating, MEDIAN, bad=bad) == cause


def test_not_everybody_praises_the_speed():
    early = order(-LEAD_US // 2)
    assert cause_of(early, Review(praise_speed=0.25), 5, MEDIAN, bad=False) == "good_product"


@pytest.mark.parametrize(
    ("weight", "bad", "late", "chance"),
    [
        (1.0, False, False, 0.1),
        (0.5, True, False, 0.2),
        (1.0, False, True, 0.15),
        (2.0, True, True, 0.85),
        (0.0, True, True, 0.0),
    ],
)
def test_the_chance_of_a_return_is_the_product_of_its_causes(weight, bad, late, chance):
    returns = Return(rate=0.1, bad_product_factor=4.0, late_factor=1.5, highest=0.85)
    assert return_chance(returns, weight, bad=bad, late=late) == pytest.approx(chance)


def test_a_refund_is_the_price_less_its_part_of_the_discount_rounded_up():
    placed = order(0, 1, 101, (2, 1000), (1, 500), discount=251)
    assert [refund_cents(placed, line) for line in placed.lines] == [2000 - 201, 500 - 51]  # 200.8 and 50.2


def test_without_a_discount_the_price_comes_back():
    placed = order(0, 1, 101, (3, 999))
    assert refund_cents(placed, placed.lines[0]) == 2997
