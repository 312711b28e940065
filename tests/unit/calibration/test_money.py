"""The figures about money, reviews and returns, on rows made up for them."""

from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd
import pytest

from sim.calibration.realism import money, reviews

PAYMENTS = pd.DataFrame(
    [
        (1, "bank_transfer", "captured", None, 10.0, 12.0),
        (2, "bank_transfer", "captured", None, 10.0, 11.9),
        (3, "card", "captured", None, 10.0, 99.0),
        (4, "voucher", "declined", "refused_by_bank", 10.0, None),
        (4, "card", "declined", "refused_by_bank", 10.0, None),
        (4, "card", "captured", None, 10.0, 0.1),
        (5, "voucher", "declined", "insufficient_funds", 10.0, None),
        (6, "bank_transfer", "declined", "wrong_details", 10.0, 48.0),
        (6, "bank_transfer", "captured", None, 10.0, 48.0),
    ],
    columns=["order_id", "method", "status", "decline_reason", "amount", "paid_after_h"],
)


def test_transfers_are_late_from_twelve_hours_on_where_they_were_captured():
    assert money.transfers_after_hours(PAYMENTS) == pytest.approx(100 * 2 / 3)


def test_retries_are_attempts_after_another_of_the_same_order():
    assert money.retries_by_another_method(PAYMENTS) == pytest.approx(100 * 1 / 3)
    assert isnan(money.retries_by_another_method(PAYMENTS[:3]))


def test_a_bank_refuses_no_voucher():
    assert money.vouchers_refused_by_bank(PAYMENTS) == 1.0


def test_declines_are_compared_between_the_tenths_of_amounts():
    amount = np.arange(1_000.0)
    declined = amount % 100 < np.where(amount >= 900, 30, 10)  # 30 in a hundred of the dearest, 10 of the others
    payments = pd.DataFrame({"amount": amount, "status": np.where(declined, "declined", "captured")})
    assert money.declines_by_amount(payments) == pytest.approx(3.0)


def baskets_of(subtotals: np.ndarray, threshold: float, city: int = 1) -> pd.DataFrame:
    fee = np.where(subtotals >= threshold, 0.0, 3.9)
    return pd.DataFrame({"city_id": city, "subtotal": subtotals, "fee": fee})


def test_an_even_spread_does_not_bunch_and_topping_up_does():
    even = np.linspace(0.01, 100.0, 10_000)
    assert money.above_free_delivery(baskets_of(even, 40.0)) == pytest.approx(1.0, abs=0.01)
    topped_up = np.where((even >= 38.0) & (even < 40.0), even + 2.0, even)  # half of those within a tenth below
    assert money.above_free_delivery(baskets_of(topped_up, 40.0)) == pytest.approx(3.0, abs=0.02)


def test_the_threshold_is_found_in_each_city_and_in_spite_of_orders_that_are_free_for_another_reason():
    even = np.linspace(0.01, 100.0, 10_000)
    cities = pd.concat([baskets_of(even, 40.0, 1), baskets_of(10.0 * even, 200.0, 2)])
    assert money.above_free_delivery(cities) == pytest.approx(1.0, abs=0.01)
    free = np.random.default_rng(1).random(10_000) < 0.1
    assert money._threshold(even, free | (even >= 40.0)) == pytest.approx(40.0, abs=0.1)


def test_fees_are_counted_without_nothing():
    assert money.delivery_fees(pd.DataFrame({"fee": [0.0, 3.9, 3.9, 4.5]})) == 2.0


@pytest.mark.parametrize(("level", "between"), [(0.0, 0.0), (0.4, 0.2)])
def test_cities_with_prices_of_their_own_part_the_values_of_orders(level, between):
    luck, city = np.random.default_rng(2), np.repeat([0, 1], 5_000)
    # Two cities' means at +level and -level have the variance 2 level² of two: 0.32 beside 1.28 is a fifth.
    subtotal = np.exp(3.0 + level * (2 * city - 1) + luck.normal(0.0, 1.28**0.5, len(city)))
    found = money.order_value_by_city(pd.DataFrame({"city_id": city, "subtotal": subtotal}))
    assert found == pytest.approx(between, abs=0.02)


# --- reviews and returns ---------------------------------------------------------------------------------------------


def test_texts_are_counted_word_for_word():
    found = pd.DataFrame(
        {
            "comment": ["fine", "fine", "good lamp", None, "My second one!", "my second one"],
            "category_id": [1, 2, 1, 1, 3, 3],
            "hour": [0, 5, 6, 12, 18, 23],
            "had_another": [0, 0, 0, 0, 0, 1],
        }
    )
    assert reviews.distinct_texts(found) == pytest.approx(100 * 4 / 5)
    assert reviews.texts_of_other_categories(found) == pytest.approx(100 * 2 / 5)
    assert reviews.reviews_by_night(found) == pytest.approx(100 * 2 / 6)
    assert reviews.second_ones_never_bought(found) == 1.0
    assert isnan(reviews.distinct_texts(found[3:4]))


def test_damaged_units_are_lost_or_back_on_sale_and_returns_whole_or_in_part():
    returns = pd.DataFrame(
        {
            "reason": ["damaged", "damaged", "damaged", "too_late", "too_late"],
            "quantity": [2, 1, 1, 1, 1],
            "ordered": [2, 3, 1, 2, 1],
            "rating": [5.0, None, None, 5.0, 1.0],
            "came_back": [1, 1, 0, 1, 1],  # the third is still on its way
            "lost": [1, 1, 0, 0, 0],
        }
    )
    assert reviews.damaged_back_on_sale(returns) == pytest.approx(100 * 1 / 3)
    assert reviews.returns_in_part(returns) == pytest.approx(100 * 2 / 3)
    assert reviews.too_late_with_five_stars(returns) == 1.0
    assert isnan(reviews.damaged_back_on_sale(returns[3:]))
