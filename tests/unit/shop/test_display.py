"""The display: who is looked at on which day, by life, season and promotion."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from math import exp
from statistics import fmean, median
from typing import Any

import pytest

from sim.clock.units import DAY_US, WEEK_US
from sim.luck import Luck
from sim.markets import Season, load_market
from sim.scenario.products import Products
from sim.shop.catalogue import Catalogue, Category, Product
from sim.shop.display import Display, Displays, season_factor
from sim.shop.life import LIFETIME, Life, established_life

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
MARKET = load_market("international")
CATALOGUE = Catalogue.build(MARKET, Luck(1), products=400, promotion_share=0.1)
STILL: dict[str, Any] = {"vogue_floor": 1.0, "promotion_views": 1.0}  # neither age nor promotions change anything


def displays(catalogue: Catalogue = CATALOGUE, **products: float) -> Displays:
    return Displays(Luck(1), Products(**products), catalogue, EPOCH)


def goods(product_id: int, category_id: int) -> Product:
    return Product(product_id, category_id, f"Product {product_id}", 1000, 500, 100, product_id, 0.1)


def showing(products: list[Product], *weights: float) -> Display:
    return Display(products, {one.product_id: at for at, one in enumerate(products)}, weights, DAY_US)


# --- a choice --------------------------------------------------------------------------------------------------------


def test_each_is_picked_in_proportion_to_its_weight():
    display = displays().at(0, 0.0, southern=False)
    draws, shares = 20_000, displays().at(0, 0.0, southern=False).shares()
    picked = Counter(display.pick((i + 0.5) / draws).product_id for i in range(draws))
    assert sum(shares.values()) == pytest.approx(1.0)
    assert all(abs(picked[id_] - draws * share) <= 1.01 for id_, share in shares.items())


def test_a_choice_within_a_category_stays_there_and_goes_by_weight():
    display, draws = displays().at(0, 0.0, southern=False), 5000
    shares = display.shares()
    for category in CATALOGUE.categories:
        mine = [p.product_id for p in CATALOGUE.products if p.category_id == category.category_id]
        total = sum(shares[id_] for id_ in mine)
        picked = Counter(
            display.pick_in_category(category.category_id, (i + 0.5) / draws).product_id for i in range(draws)
        )
        assert set(picked) <= set(mine)
        assert all(abs(picked[id_] - draws * shares[id_] / total) <= 1.01 for id_ in mine)


def test_what_weighs_nothing_is_never_picked_not_even_by_the_largest_uniform():
    products = [goods(1, 1), goods(2, 1), goods(3, 2), goods(4, 2)]
    display = showing(products, 0.0, 1.0, 1.0, 0.0)
    largest = 1.0 - 2.0**-53
    assert [display.pick(u).product_id for u in (0.0, 0.49, 0.5, largest)] == [2, 2, 3, 3]
    assert display.pick_in_category(1, 0.0) is products[1]
    assert display.pick_in_category(2, largest) is products[2]


def test_of_a_category_of_which_nothing_is_shown_something_else_is_taken():
    display = showing([goods(1, 1), goods(2, 2)], 0.0, 1.0)
    assert [display.shows(goods(id_, 1)) for id_ in (1, 2, 3)] == [False, True, False]
    assert {display.pick_in_category(category_id, 0.3).product_id for category_id in (1, 2, 3)} == {2}


# --- time ------------------------------------------------------------------------------------------------------------


def test_a_life_rises_to_its_height_and_falls_to_what_stays():
    life = Life(-10.0, 20.0)
    assert life.vogue(-10.0, 0.1) == 0.0
    assert life.vogue(10.0, 0.1) == pytest.approx(1.0)  # twenty days after the launch
    assert life.vogue(50.0, 0.1) == pytest.approx(0.1 + 0.9 * 3.0 * exp(-2.0))
    assert life.vogue(1e6, 0.1) == pytest.approx(0.1)
    assert [life.vogue(day, 1.0) for day in (0.0, 10.0, 1e6)] == [1.0] * 3


def test_lives_on_sale_at_the_opening_are_met_anywhere_and_rather_long_ones():
    """The median is that of all lives, longer by the spread; ages are even: tolerances are 4 standard errors."""
    lives = [established_life(Luck(1), Products(peak_days=50.0, peak_sigma=0.5), id_) for id_ in range(1, 2001)]
    ages = [-life.launched_day / life.peak_days / LIFETIME for life in lives]
    assert median(life.peak_days for life in lives) == pytest.approx(50.0 * exp(0.25), rel=4 * 0.5 * 1.2533 / 2000**0.5)
    assert abs(fmean(ages) - 0.5) < 4.0 / (12 * 2000) ** 0.5
    assert min(ages) > 0.0
    assert max(ages) < 1.0


def test_without_lives_promotions_and_seasons_popularity_is_all():
    catalogue = Catalogue(
        [Category(one.category_id, one.name, 1.0, 1.0) for one in CATALOGUE.categories],
        CATALOGUE.products,
        CATALOGUE._promotions,
    )
    shares = displays(catalogue, **STILL).at(3 * DAY_US, 0.0, southern=False).shares()
    assert shares == pytest.approx({product.product_id: product.popularity for product in CATALOGUE.products})


def test_promotions_are_shown_as_much_more_often_as_asked_for_in_their_week_alone():
    plain, promoted = displays(**STILL), displays(**{**STILL, "promotion_views": 3.0})
    for week in (0, 1):
        prices = CATALOGUE.prices_cents(week)
        more = {p.product_id for p in CATALOGUE.products if prices[p.product_id - 1] < p.list_price_cents}
        assert more
        one, other = (each.at(week * WEEK_US, 0.0, southern=False) for each in (plain, promoted))
        ratio = {p.product_id: b / a for p, a, b in zip(one.products, one.weights, other.weights, strict=True)}
        assert ratio == pytest.approx({id_: 3.0 if id_ in more else 1.0 for id_ in ratio})


def test_a_flash_sale_shows_what_it_makes_cheaper():
    calm, sale = (displays(promotion_views=2.0).at(0, share, southern=False) for share in (0.0, 0.5))
    cheaper = [b / a for a, b in zip(calm.weights, sale.weights, strict=True)]
    assert {round(ratio, 9) for ratio in cheaper} == {1.0, 2.0}


def test_a_display_holds_for_a_day_and_is_the_same_whatever_was_asked_before():
    first, second = displays(), displays()
    days = [first.at(day * DAY_US + 5, 0.0, southern=False) for day in range(20)]
    assert [display.until_us for display in days] == [(day + 1) * DAY_US for day in range(20)]
    again = [second.at(day * DAY_US + DAY_US - 1, 0.0, southern=False) for day in reversed(range(20))]
    assert [display.weights for display in again[::-1]] == [display.weights for display in days]
    assert len({tuple(display.weights) for display in days}) == 20
    assert first.at(DAY_US, 0.0, southern=False) is first.at(DAY_US + 7, 0.0, southern=False)


# --- seasons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("everywhere", "southern", "day", "logarithm"),
    [
        (False, False, 166, 0.4),
        (False, False, 166 + 183, -0.4),
        (False, True, 166, -0.4),
        (False, True, 166 + 183, 0.4),
        (True, True, 166, 0.4),
    ],
)
def test_a_season_has_its_height_and_the_weathers_half_a_year_later_in_the_south(everywhere, southern, day, logarithm):
    season = Season(height="06-15", strength=0.4, everywhere=everywhere)
    assert season_factor(season, day, southern) == pytest.approx(exp(logarithm), rel=1e-3)


def test_gardens_are_looked_at_in_spring_toys_before_christmas():
    """Berlin in May and December against Sydney, of the whole shop by category."""
    shown = displays(**STILL)

    def share(name: str, month: int, *, southern: bool) -> float:
        (category,) = [one for one in CATALOGUE.categories if one.name == name]
        at = (datetime(2026, month, 10, tzinfo=UTC) - EPOCH).days * DAY_US
        shares = shown.at(at, 0.0, southern=southern).shares()
        return sum(shares[p.product_id] for p in CATALOGUE.products if p.category_id == category.category_id)

    assert share("Garden", 5, southern=False) > 2.0 * share("Garden", 11, southern=False)
    assert share("Garden", 11, southern=True) > 2.0 * share("Garden", 5, southern=True)
    for southern in (False, True):
        assert share("Toys & games", 12, southern=southern) > 2.0 * share("Toys & games", 6, southern=southern)
