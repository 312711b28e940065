"""Traits: what people keep, and that by all people together the shop is as if nobody had any.

Products appeal alike here; what sets them apart is looked at by themselves.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from math import exp, log, sqrt
from statistics import fmean, pvariance
from typing import Any

import pytest

from sim.luck import Luck
from sim.markets import load_market
from sim.scenario import Scenario
from sim.shop.catalogue import Catalogue
from sim.shop.traits import Person, TraitMix, activity_by_hour, class_of_hours, home_key

PEOPLE = 4000
VISITS = 5
CATALOGUE = Catalogue.build(load_market("international"), Luck(1), products=200)


def mix(**traits: Any) -> TraitMix:
    personas: dict[str, dict[str, float]] = {
        name: {} for name in Scenario().funnel.personas
    }  # all alike, so that the weights are everybody's
    alike = {"appeal_sigma": 0.0, "price_appeal": 0.0}
    plan = {
        "traits": {"channel_factor_by_device": {}, **traits}, "funnel": {"personas": personas}, "products": alike,
    }  # fmt: skip
    return TraitMix(Luck(5), Scenario.model_validate(plan), CATALOGUE)


@cache
def people(of: TraitMix) -> list[Person]:
    return [of.person("planner", (40.0 + number / 1e6, -74.0)) for number in range(PEOPLE)]


def uniforms(occurrence: int) -> list[float]:
    return Luck(9).draws(1, 1, occurrence, PEOPLE)  # type: ignore[arg-type]


def chosen(kind: str, of: TraitMix) -> list[list[str]]:
    """Return what each person chooses, time after time."""
    times = []
    for time in range(VISITS):
        habit, u = uniforms(2 * time), uniforms(2 * time + 1)
        times.append([choose(person, kind, *both) for person, *both in zip(people(of), habit, u, strict=True)])
    return [list(mine) for mine in zip(*times, strict=True)]


def choose(person: Person, kind: str, u_habit: float, u: float) -> str:
    if kind == "channel":
        return person.channel("mobile", u_habit, u)
    return person.device(u_habit, u) if kind == "device" else person.method(u_habit, u)


WEIGHTS = {
    "device": Scenario().demand.device_weight,
    "channel": Scenario().demand.channel_weight,
    "method": Scenario().payment.method_weight,
}


@pytest.mark.parametrize("kind", WEIGHTS)
def test_habits_change_nothing_of_the_mix(kind):
    """The tolerance is 4 standard errors of as many people, as if each chose but once."""
    counted = Counter(choice for mine in chosen(kind, mix(**{f"{kind}_habit": 0.7})) for choice in mine)
    total = sum(WEIGHTS[kind].values())
    for name, weight in WEIGHTS[kind].items():
        share = weight / total
        assert abs(counted[name] / counted.total() - share) < 4.0 * (share * (1.0 - share) / PEOPLE) ** 0.5


@pytest.mark.parametrize("habit", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("kind", WEIGHTS)
def test_the_same_is_chosen_again_as_often_as_the_habit_says(kind, habit):
    """Two choices are both of habit with its chance squared, else equal by chance."""
    made = chosen(kind, mix(**{f"{kind}_habit": habit}))
    same = fmean(mine[0] == mine[1] for mine in made)
    total = sum(WEIGHTS[kind].values())
    by_chance = sum((weight / total) ** 2 for weight in WEIGHTS[kind].values())
    expected = habit**2 + (1.0 - habit**2) * by_chance
    assert abs(same - expected) <= 4.0 * (expected * (1.0 - expected) / PEOPLE) ** 0.5


def test_only_who_is_known_comes_by_email():
    chances = uniforms(0)
    assert "email" not in {
        person.channel_of_strangers("mobile", u) for person, u in zip(people(mix()), chances, strict=True)
    }


def test_liking_for_dear_goods_keeps_how_often_each_product_is_added():
    """The mean of exp(z x - s^2 x^2 / 2) over normal z with deviation s is 1; the tolerance is 4 standard errors."""
    spread = 0.5
    crowd = people(mix(price_taste_sigma=spread))
    for goods in CATALOGUE.products[::20]:
        factors = [person.taste[goods.product_id] for person in crowd]
        variance = exp((spread * goods.dearness) ** 2) - 1.0
        assert abs(fmean(factors) - 1.0) < 4.0 * (variance / PEOPLE) ** 0.5 + 0.01  # in 256 levels, not for ever fine


def test_liking_for_dear_goods_is_one_of_price_alone():
    cheap = min(CATALOGUE.products, key=lambda goods: goods.list_price_cents)
    dear = max(CATALOGUE.products, key=lambda goods: goods.list_price_cents)
    assert log(dear.list_price_cents / cheap.list_price_cents) == pytest.approx(dear.dearness - cheap.dearness)
    likes = {
        person.taste[dear.product_id] > person.taste[cheap.product_id] for person in people(mix(price_taste_sigma=0.5))
    }
    assert likes == {True, False}
    assert {person.taste[dear.product_id] for person in people(mix(price_taste_sigma=0.0))} == {1.0}


@pytest.mark.parametrize(("trait", "spread"), [("basket", "basket_sigma"), ("units", "units_sigma")])
def test_factors_on_odds_have_mean_1_and_the_spread_asked_for(trait, spread):
    factors = [getattr(person, trait) for person in people(mix(**{spread: 0.5}))]
    assert abs(fmean(factors) - 1.0) < 4.0 * ((exp(0.25) - 1.0) / PEOPLE) ** 0.5
    assert pvariance([log(factor) for factor in factors]) == pytest.approx(0.25, rel=4.0 * (2.0 / PEOPLE) ** 0.5)


def test_traits_are_independent_of_each_other():
    """Correlations between all pairs of a person's numbers: the tolerance is 4 standard errors, 28 pairs."""
    crowd = people(mix())
    numbers = [
        [log(person.basket) for person in crowd],
        [log(person.units) for person in crowd],
        [log(person.pace) for person in crowd],
        [log(person.absence) for person in crowd],
        [float(person.category_id) for person in crowd],
    ]
    for at, one in enumerate(numbers):
        for other in numbers[at + 1 :]:
            assert abs(_correlation(one, other)) < 4.0 / PEOPLE**0.5


def _correlation(one: list[float], other: list[float]) -> float:
    mean, other_mean = fmean(one), fmean(other)
    covariance = fmean((a - mean) * (b - other_mean) for a, b in zip(one, other, strict=True))
    return covariance / sqrt(pvariance(one) * pvariance(other))


def test_every_home_has_its_own_number():
    places = [
        (lat / 1e6, lon / 1e6) for lat in (-90_000_000, -1, 0, 1, 90_000_000) for lon in (-180_000_000, 0, 180_000_000)
    ]
    keys = {home_key(*place) for place in places}
    assert len(keys) == len(places)
    assert all(0 <= key < 2**63 for key in keys)


def test_a_person_is_the_same_whenever_asked_for():
    first, again = (mix().person("planner", (52.5, 13.4)) for _ in range(2))
    asked = ("basket", "units", "pace", "absence", "category_id", "home")
    assert [getattr(first, name) for name in asked] == [getattr(again, name) for name in asked]


# --- hours -----------------------------------------------------------------------------------------------------------


def test_hours_are_chosen_as_sessions_are_spread():
    share = [0.0] * 8 + [1.0] * 4 + [3.0] * 4 + [0.0] * 8
    hours = class_of_hours(share)
    assert [hours.pick(u) for u in (0.0, 0.24, 0.26, 0.99)] == [2, 2, 3, 3]


def test_people_are_most_active_in_their_own_hours_and_alike_without_concentration():
    by_hour = activity_by_hour(1.5)
    assert all(max(row) == row[hour // 4] for hour, row in enumerate(by_hour))
    assert by_hour[1][0] / by_hour[13][0] == pytest.approx(exp(2 * 1.5), rel=0.05)  # exp(kappa) over exp(-kappa)
    assert activity_by_hour(0.0) == [[1.0] * 6] * 24
