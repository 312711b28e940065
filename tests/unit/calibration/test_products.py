"""The figures about products, on views and order lines made up for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.calibration.realism import products


def views_of(by_day: np.ndarray, promoted: np.ndarray | None = None) -> pd.DataFrame:
    """A row for each product (rows) and day (columns)."""
    product, day = np.indices(by_day.shape)
    marks = np.zeros(by_day.shape, dtype=int) if promoted is None else promoted
    rows = {"product_id": product.ravel(), "day": day.ravel(), "views": by_day.ravel(), "promoted": marks.ravel()}
    return pd.DataFrame(rows)


def by_a_power_law(days: int, of: int = 150) -> np.ndarray:
    return np.repeat(np.round(1e6 * np.arange(1, of + 1.0) ** -0.7)[:, None], days, axis=1)


def test_a_power_law_has_all_of_its_logarithms_variance_in_ranks():
    assert products.views_on_rank(views_of(by_a_power_law(14))) == pytest.approx(1.0, abs=1e-4)
    straight = np.repeat(np.linspace(1000, 1, 150)[:, None], 7, axis=1)  # falls by as much from rank to rank
    assert products.views_on_rank(views_of(straight)) < 0.9


def test_top_products_kept_are_per_cent_of_a_hundred():
    by_day = by_a_power_law(56)
    assert products.top_kept(views_of(by_day)) == pytest.approx(100.0)
    by_day[:30, 49:] = 0.0  # the first thirty are sold no longer in the eighth week
    assert products.top_kept(views_of(by_day)) == pytest.approx(70.0)


def test_shares_of_a_day_that_never_change_have_chi_square_one_and_trends_more():
    luck = np.random.default_rng(1)
    mean = np.linspace(20, 300, 120)[:, None] * np.linspace(0.5, 1.5, 30)  # days differ, shares do not
    assert products.product_by_day(views_of(luck.poisson(mean))) == pytest.approx(1.0, abs=0.1)
    trend = np.where(np.arange(120)[:, None] % 2, np.linspace(0.7, 1.3, 30), np.linspace(1.3, 0.7, 30))
    assert products.product_by_day(views_of(luck.poisson(mean * trend))) > 3.0


def test_a_promotion_is_over_what_the_product_has_else_on_a_day_of_that_size():
    by_day, promoted = np.full((10, 14), 100.0), np.zeros((10, 14), dtype=int)
    promoted[0, 7:] = 1
    sale = by_day * np.where(np.arange(14) >= 7, 2.0, 1.0)  # twice the people, for everything
    assert products.promoted_views(views_of(sale, promoted)) == pytest.approx(1.0)
    by_day[0, 7:], by_day[1:, 7:] = 150.0, (1000.0 - 150.0) / 9
    assert products.promoted_views(views_of(by_day, promoted)) == pytest.approx(1.5)


def test_dear_products_that_are_put_into_carts_less_have_a_negative_rank_correlation():
    price = np.arange(1.0, 11.0)
    added = pd.DataFrame({"price": price, "views": 1000, "added": 100 - 5 * price})
    assert products.added_on_price(added) == pytest.approx(-1.0)
    seldom = pd.DataFrame({"price": [50.0], "views": [199], "added": [199]})  # too few views to have a rate
    assert products.added_on_price(pd.concat([added, seldom])) == pytest.approx(-1.0)


def test_ratings_of_products_of_known_quality_have_the_icc_of_their_components():
    luck = np.random.default_rng(2)
    product = np.repeat(np.arange(800), 20)
    rating = 4.0 + luck.normal(0.0, 0.3, 800)[product] + luck.normal(0.0, 0.9, len(product))
    ratings = pd.DataFrame({"product_id": product, "rating": rating})
    assert products.rating_icc(ratings) == pytest.approx(0.09 / 0.90, abs=0.02)


def test_returns_are_compared_within_a_category_only():
    luck = np.random.default_rng(3)
    category = np.arange(1000) % 10
    returned = pd.DataFrame({"category_id": category, "product_id": np.arange(1000), "lines": 50})
    returned["returned"] = luck.binomial(50, 0.02 + 0.02 * category)
    assert products.returns_by_product(returned) == pytest.approx(1.0, abs=0.15)
    bad = np.where(luck.random(1000) < 0.5, 0.5, 1.5)
    returned["returned"] = luck.binomial(50, bad * (0.02 + 0.02 * category))
    assert products.returns_by_product(returned) > 1.4


def test_lift_is_over_independence_and_of_pairs_with_enough_baskets():
    pairs = pd.DataFrame(
        {
            "first": [1, 1, 2],
            "second": [2, 3, 3],
            "together": [20, 100, 19],
            "with_first": [50, 500, 20],
            "with_second": [40, 400, 20],
            "baskets": 1000,
        }
    )
    assert products.largest_lift(pairs) == pytest.approx(20 * 1000 / (50 * 40))
