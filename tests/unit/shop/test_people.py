"""Customers: activity, earlier lives, visit propensity."""

from __future__ import annotations

from statistics import fmean, median

import pytest

from sim.clock.units import DAY_US
from sim.luck import Luck, Purpose
from sim.scenario import Scenario
from sim.scenario.demand import Demand
from sim.shop.people import Address, Customer, EarlierLife, VisitPropensity, activity_by, earlier_life_by

BASELINE = Scenario()
DEMAND = Demand(satisfaction_pull=0.5, recency_floor=0.2, recency_half_life_days=10.0, rest_after_order_days=2.0)


def somebody(satisfaction: int, days_ago: float | None) -> Customer:
    customer = Customer(101, "loyal", *Address(101, 0.0, 0.0), satisfaction, 1.0)
    customer.last_order_at = None if days_ago is None else -round(days_ago * DAY_US)
    return customer


@pytest.mark.parametrize(
    ("satisfaction", "days_ago", "expected"),
    [
        (50, None, 0.2),  # never ordered: the floor
        (100, None, 0.3),  # satisfaction pulls by half
        (0, None, 0.1),
        (50, 10.0, 0.2 + 0.8 / 2),  # one half-life
        (50, 30.0, 0.2 + 0.8 / 8),
        (50, 1.0, 0.25 * (0.2 + 0.8 * 0.5**0.1)),  # a quarter rested: the pause is 2 x 2 days
        (50, 0.0, 0.0),
    ],
)
def test_visit_propensity_follows_satisfaction_and_recency(satisfaction, days_ago, expected):
    assert VisitPropensity(DEMAND).of(somebody(satisfaction, days_ago), 0) == pytest.approx(expected)


def test_without_a_pause_who_just_ordered_is_liveliest():
    eager = VisitPropensity(DEMAND.model_copy(update={"rest_after_order_days": 0.0}))
    assert eager.of(somebody(100, 0.0), 0) == eager.highest == 1.5


def test_activity_is_the_personas_factor_about_a_median():
    own = [Luck(1).draws(Purpose.CUSTOMER, number, n=1) for number in range(2000)]
    loyal, planner = ([activity_by(u, persona, BASELINE) for u in own] for persona in ("loyal", "planner"))
    assert median(loyal) == pytest.approx(1.5, rel=0.1)
    assert [a / b for a, b in zip(loyal, planner, strict=True)] == pytest.approx([1.5 / 0.8] * 2000)


def earlier_life(customer_id: int, activity: float = 1.0, seed: int = 1) -> EarlierLife:
    return earlier_life_by(Luck(seed).draws(Purpose.OPENING_CUSTOMER, customer_id, n=4), activity, BASELINE)


def test_earlier_lives_lie_before_the_opening():
    lives = [earlier_life(number) for number in range(3000)]
    for life in lives:
        assert -720 * DAY_US - 1 <= life.registered_at < 0
        assert (life.last_order_at is None) == (life.orders == 0)
        if life.last_order_at is not None:
            assert life.registered_at <= life.last_order_at < 0
            assert life.last_order_at >= -240 * DAY_US - 1
        assert 45 <= life.satisfaction <= 85
    # floor of an exponential with mean 2.2: 1 / (e^(1/2.2) - 1)
    assert fmean(life.orders for life in lives) == pytest.approx(1.737, rel=0.08)
    assert {life.satisfaction for life in lives} == set(range(45, 86))


def test_a_life_is_a_pure_function_of_seed_and_customer():
    assert earlier_life(101) == earlier_life(101)
    assert earlier_life(101) != earlier_life(101, seed=2)
    assert earlier_life(101) != earlier_life(201)


def test_who_is_livelier_has_ordered_more_often():
    for number in range(200):
        quiet, lively = (earlier_life(number, activity) for activity in (0.5, 5.0))
        assert quiet.orders <= lively.orders
        assert quiet.registered_at == lively.registered_at
