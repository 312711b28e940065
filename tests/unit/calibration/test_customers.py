"""The figures about customers, on orders and visits made up for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.calibration.realism import customers

PEOPLE, EACH = 1_500, 6


def of_people() -> tuple[np.random.Generator, np.ndarray]:
    return np.random.default_rng(1), np.repeat(np.arange(PEOPLE), EACH)


def test_visits_on_the_same_device_and_by_the_same_channel_are_per_cent_of_pairs():
    visits = pd.DataFrame(
        {
            "customer_id": [1, 1, 1, 2, 2],
            "device": ["mobile", "mobile", "desktop", "tablet", "tablet"],
            "channel": ["ads", "direct", "direct", "search", "email"],
        }
    )
    assert customers.same_device(visits) == pytest.approx(200 / 3)
    assert customers.same_channel(visits) == pytest.approx(100 / 3)


def test_people_with_a_favourite_method_pay_by_it_again():
    luck, people = of_people()
    favourite = luck.choice(["card", "bank_transfer"], PEOPLE)[people]
    method = np.where(luck.random(len(people)) < 0.9, favourite, "voucher")
    purchases = pd.DataFrame({"customer_id": people, "method": method})
    assert customers.same_payment_method(purchases) == pytest.approx(100 * (0.9**2 + 0.1**2), abs=2.0)


def test_order_values_have_the_icc_of_their_components_whatever_the_price_level_of_a_city():
    luck, people = of_people()
    own, level = luck.normal(0.0, 0.6, PEOPLE)[people], np.array([0.0, 4.0])[people % 2]
    ln_value = 3.0 + level + own + luck.normal(0.0, 0.8, len(people))
    purchases = pd.DataFrame({"customer_id": people, "city_id": people % 2, "subtotal": np.exp(ln_value)})
    assert customers.order_value_icc(purchases) == pytest.approx(0.36 / (0.36 + 0.64), abs=0.03)


def test_orders_of_nobody_in_particular_have_no_icc():
    luck, people = of_people()
    purchases = pd.DataFrame(
        {
            "customer_id": people,
            "city_id": people % 5,
            "subtotal": np.exp(luck.normal(3.0, 0.8, len(people))),
            "local_hour": luck.normal(18.0, 3.0, len(people)) % 24.0,
        }
    )
    assert customers.order_value_icc(purchases) == pytest.approx(0.0, abs=0.02)
    assert customers.order_hour_icc(purchases) == pytest.approx(0.0, abs=0.02)


def test_taste_is_how_much_more_often_than_with_strangers():
    # Four people with a category each, from which both of their orders are: strangers share one in a quarter of pairs.
    baskets = pd.DataFrame(
        {
            "customer_id": [1, 1, 1, 2, 2, 3, 3, 4, 4],
            "order_id": [10, 10, 11, 20, 21, 30, 31, 40, 41],
            "category_id": [5, 5, 5, 6, 6, 7, 7, 8, 8],  # a category twice in an order counts once
        }
    )
    assert customers.category_taste(baskets) == pytest.approx(4.0)


def test_people_without_a_taste_share_by_chance_alone():
    luck, people = of_people()
    baskets = pd.DataFrame(
        {"customer_id": people, "order_id": np.arange(len(people)), "category_id": luck.integers(0, 4, len(people))}
    )
    assert customers.category_taste(baskets) == pytest.approx(1.0, abs=0.06)
