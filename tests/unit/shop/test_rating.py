"""Stars, causes, returns and refunds, by hand."""

from __future__ import annotations

import pytest

from sim.clock.units import HOUR_US
from sim.facts import OrderLine
from sim.scenario.post_delivery import Return, Review
from sim.shop.order import Order
from sim.shop.people import Address, Customer
from sim.shop.rating import (
    Opinion,
    complaint,
    praise,
    refund_cents,
    restock_chance,
    return_chance,
    stars,
    units_sent_back,
)
from tests.unit.shop.city import WAREHOUSE

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
    placed = Order(order_id, Customer(1, "loyal", *address, 50, 1.0), 1, WAREHOUSE, address, made, 0, LEAD_US)
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


EARLY, IN_TIME, LATE = order(-LEAD_US // 2), order(), order(1)
VERY_LATE, SECOND_TRY, LATE_AND_SECOND_TRY = order(HOUR_US + 1), order(0, 2), order(1, 2)


@pytest.mark.parametrize(
    ("made", "opinion", "subject"),
    [
        (LATE_AND_SECOND_TRY, Opinion(1, "not_as_described", None), "bad_product"),
        (LATE_AND_SECOND_TRY, Opinion(1, "damaged", "damaged"), "damaged"),
        (LATE_AND_SECOND_TRY, Opinion(2, None, None), "late"),
        (LATE, Opinion(3, None, "too_late"), "late"),
        (VERY_LATE, Opinion(3, None, None), "very_late"),
        (order(HOUR_US), Opinion(3, None, None), "late"),
        (SECOND_TRY, Opinion(3, None, None), "failed_attempt"),
        (IN_TIME, Opinion(3, None, None), "neutral"),
        (IN_TIME, Opinion(3, None, "wrong_size"), "wrong_size"),
        (IN_TIME, Opinion(3, None, "changed_mind"), "changed_mind"),
        (IN_TIME, Opinion(2, None, "changed_mind"), "unhappy"),
    ],
)
def test_a_complaint_is_about_the_worst_that_happened(made, opinion, subject):
    assert complaint(made, opinion, "nobody_home", very_late_by_min=60.0) == subject


def test_a_door_that_was_not_found_is_no_empty_house():
    assert complaint(SECOND_TRY, Opinion(3, None, None), "address_problem", 60.0) == "address_problem"


@pytest.mark.parametrize(
    ("made", "opinion", "subject"),
    [
        (LATE, Opinion(4, "damaged", None), "small_fault"),
        (LATE, Opinion(4, None, "wrong_size"), "wrong_size"),
        (EARLY, Opinion(5, None, "changed_mind"), "changed_mind"),
        (LATE_AND_SECOND_TRY, Opinion(4, None, None), "late_but_good"),
        (SECOND_TRY, Opinion(5, None, None), "failed_attempt_but_good"),
        (EARLY, Opinion(5, None, None), "early"),
        (EARLY, Opinion(4, None, None), "good_product"),
        (order(-LEAD_US // 4), Opinion(5, None, None), "good_product"),
    ],
)
def test_praise_keeps_to_what_happened(made, opinion, subject):
    assert praise(made, opinion, tells_speed=True, again=False) == subject


def test_not_everybody_praises_the_speed_and_some_have_had_one_before():
    assert praise(EARLY, Opinion(5, None, None), tells_speed=False, again=False) == "good_product"
    assert praise(EARLY, Opinion(5, None, None), tells_speed=False, again=True) == "again"
    assert praise(LATE, Opinion(5, None, None), tells_speed=False, again=True) == "late_but_good"


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
    assert [refund_cents(placed, line, line.quantity) for line in placed.lines] == [
        2000 - 201,
        500 - 51,
    ]  # 200.8 and 50.2


def test_without_a_discount_the_price_comes_back():
    placed = order(0, 1, 101, (3, 999))
    assert refund_cents(placed, placed.lines[0], 3) == 2997


def test_a_part_bears_its_part_of_the_discount():
    placed = order(0, 1, 101, (3, 1000), discount=100)
    assert [refund_cents(placed, placed.lines[0], units) for units in (1, 2, 3)] == [966, 1933, 2900]  # 33.3 and 66.7


@pytest.mark.parametrize(
    ("quantity", "u_part", "u_units", "units"),
    [(1, 0.0, 0.0, 1), (2, 0.39, 0.99, 1), (2, 0.4, 0.0, 2), (4, 0.0, 0.0, 1), (4, 0.0, 0.34, 2), (4, 0.0, 0.999, 3)],
)
def test_several_units_may_come_back_in_part(quantity, u_part, u_units, units):
    assert units_sent_back(OrderLine(1, 1, quantity, 100), Return(in_part=0.4), u_part, u_units) == units


def test_what_can_be_sold_again_depends_on_why_it_came_back():
    odds = {"not_as_described": 0.0, "wrong_size": 1.0, "changed_mind": 0.5, "too_late": 3.0}
    returns = Return(restock=0.5, restock_odds=odds)
    chances = [restock_chance(returns, reason) for reason in ("damaged", *odds)]
    assert chances == pytest.approx([0.0, 0.0, 0.5, 1 / 3, 0.75])
    assert restock_chance(Return(restock=1.0), "damaged") == 0.0
