"""Points, tiers and satisfaction, by hand."""

from __future__ import annotations

import pytest

from sim.facts import LoyaltyPointsMoved, SatisfactionMoved
from sim.shop.loyalty import experience, move_points, tier_of
from sim.shop.people import Address, Customer

TIER_FROM = {"bronze": 0, "silver": 150, "gold": 400, "platinum": 1000}
DELTAS = {"delivered_late": -7, "good_product": 3}


@pytest.fixture
def customer() -> Customer:
    return Customer(201, "planner", *Address(301, 0.0, 0.0), 50, 1.0)


@pytest.mark.parametrize(
    ("points", "tier"),
    [
        (0, "bronze"),
        (149, "bronze"),
        (150, "silver"),
        (399, "silver"),
        (400, "gold"),
        (1000, "platinum"),
        (-5, "bronze"),
    ],
)
def test_a_tier_is_held_from_its_threshold_on(points, tier):
    assert tier_of(points, TIER_FROM) == tier


def test_a_purchase_earns_and_lifts(customer):
    fact = move_points(customer, 150, "purchase", 401, 99, TIER_FROM)
    assert fact == LoyaltyPointsMoved(201, 1, 401, 150, 150, "silver", "purchase", 99, 150)


def test_redeeming_costs_points_but_no_tier(customer):
    move_points(customer, 400, "opening", None, 0, TIER_FROM)
    redeemed = move_points(customer, -100, "redemption", 401, 1, TIER_FROM)
    assert (redeemed.points, redeemed.balance, redeemed.tier, redeemed.seq) == (-100, 300, "gold", 2)
    undone = move_points(customer, 100, "redemption_undone", 401, 2, TIER_FROM)
    assert (undone.balance, undone.tier, customer.lifetime_points) == (400, "gold", 400)


def test_a_refund_can_cost_the_tier(customer):
    move_points(customer, 160, "purchase", 401, 0, TIER_FROM)
    assert move_points(customer, -20, "refund", 401, 1, TIER_FROM).tier == "bronze"


def test_no_balance_falls_below_nothing(customer):
    move_points(customer, 5, "purchase", 401, 0, TIER_FROM)
    fact = move_points(customer, -20, "refund", 401, 1, TIER_FROM)
    assert (fact.points, fact.balance) == (-5, 0)


def test_an_experience_moves_satisfaction(customer):
    assert experience(customer, "delivered_late", DELTAS, 401, 7) == SatisfactionMoved(
        201, 1, "delivered_late", -7, 43, 401, 7
    )
    assert experience(customer, "good_product", DELTAS, None, 8).satisfaction == 46


@pytest.mark.parametrize(
    ("start", "reason", "delta", "after"), [(3, "delivered_late", -3, 0), (99, "good_product", 1, 100)]
)
def test_satisfaction_stays_between_0_and_100_and_says_what_it_really_moved(customer, start, reason, delta, after):
    customer.satisfaction = start
    fact = experience(customer, reason, DELTAS, None, 0)
    assert (fact.delta, fact.satisfaction, customer.satisfaction) == (delta, after, after)
