"""Quality and appeal: each product has its own, and all of them together are as if none had any."""

from __future__ import annotations

from math import exp, log
from statistics import fmean, pvariance

import pytest

from sim.luck import Luck
from sim.markets import load_market
from sim.scenario import Scenario
from sim.scenario.products import Products
from sim.shop.catalogue import Catalogue
from sim.shop.quality import Qualities, appeals

MANY = 4000
CATALOGUE = Catalogue.build(load_market("international"), Luck(1), products=MANY)


def qualities(**products: float) -> Qualities:
    return Qualities(Luck(1), Scenario.model_validate({"products": products, "review": {"bad_product": 0.1}}))


def of_all(**products: float) -> list[float]:
    return appeals(Luck(1), Products(**products), CATALOGUE.products)


def test_odds_of_disappointing_have_the_usual_mean_and_the_spread_asked_for():
    """Odds of 0.1 are 1/9; the tolerances are 4 standard errors of mean and variance."""
    sigma = 0.5
    found = [qualities(quality_sigma=sigma).of(id_).disappoints for id_ in range(1, MANY + 1)]
    odds = [chance / (1.0 - chance) * 9.0 for chance in found]
    assert abs(fmean(odds) - 1.0) < 4.0 * ((exp(sigma**2) - 1.0) / MANY) ** 0.5
    assert pvariance(map(log, odds)) == pytest.approx(sigma**2, rel=4.0 * (2.0 / MANY) ** 0.5)


def test_what_disappoints_seldom_gets_more_stars():
    known = [qualities(quality_sigma=0.5, quality_stars=0.3).of(id_) for id_ in range(1, 200)]
    by_chance = sorted(known, key=lambda quality: quality.disappoints)
    assert [quality.stars for quality in by_chance] == sorted((q.stars for q in known), reverse=True)
    assert pvariance(quality.stars for quality in known) == pytest.approx(0.09, rel=0.4)


def test_quality_is_the_products_own_whatever_was_asked_before():
    forwards, backwards = qualities(), qualities()
    asked = [forwards.of(id_) for id_ in range(1, 50)]
    assert [backwards.of(id_) for id_ in reversed(range(1, 50))] == asked[::-1]
    assert len(set(asked)) == 49


def test_without_spread_all_are_of_the_usual_quality():
    assert {qualities(quality_sigma=0.0, quality_stars=0.0).of(id_) for id_ in range(1, 20)} == {(0.1, 0.0)}


def test_appeal_takes_nothing_from_all_and_gives_nothing_to_all():
    seen = [product.popularity for product in CATALOGUE.products]
    found = of_all(appeal_sigma=0.5, price_appeal=0.4)
    assert sum(share * factor for share, factor in zip(seen, found, strict=True)) == pytest.approx(1.0)
    assert set(of_all(appeal_sigma=0.0, price_appeal=0.0)) == {1.0}


def test_appeal_falls_with_the_price_to_the_power_asked_for():
    found = of_all(appeal_sigma=0.0, price_appeal=0.4)
    cheap, dear = CATALOGUE.products[0], CATALOGUE.products[1]
    ratio = log(dear.list_price_cents / cheap.list_price_cents)
    assert ratio
    assert log(found[1] / found[0]) == pytest.approx(-0.4 * ratio)


def test_appeal_differs_between_products_of_one_price():
    found = of_all(appeal_sigma=0.3, price_appeal=0.0)
    assert pvariance(map(log, found)) == pytest.approx(0.09, rel=4.0 * (2.0 / MANY) ** 0.5)
