"""The figures about who comes back, on customers, orders and accounts made up for them."""

from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd
import pytest

from sim.calibration.realism import opening, returning

UNTIL = 56.0


def buyers_of(orders: dict[int, list[float]]) -> pd.DataFrame:
    """The days of each new customer's orders."""
    rows = [(customer, day) for customer, days in orders.items() for day in days]
    return pd.DataFrame(rows, columns=["customer_id", "day"]).assign(until=UNTIL)


def test_visits_a_week_are_the_median_with_those_who_never_came():
    known = pd.DataFrame({"visits": [0, 0, 4, 8, 80], "seen_by_42": [0, 0, 1, 1, 0], "weeks": 8.0})
    assert returning.visits_a_week(known) == pytest.approx(0.5)
    assert returning.seen_again(known) == pytest.approx(40.0)


def test_orders_by_age_compare_the_newest_quarter_with_the_oldest():
    known = pd.DataFrame({"age": np.arange(8.0), "orders": [3, 3, 9, 9, 9, 9, 2, 2]})
    assert opening.orders_by_age(known) == pytest.approx(1.5)


def test_buying_again_is_of_those_whose_first_order_is_old_enough():
    buyers = buyers_of(
        {
            1: [0.0, 35.0],  # on the last day that counts
            2: [0.0, 35.1],
            3: [10.0],
            4: [21.0, 22.0, 23.0],
            5: [21.1, 22.0],  # not watched for 35 days
        }
    )
    assert returning.buy_again(buyers) == pytest.approx(100 * 2 / 4)


def test_buying_again_at_a_constant_rate_is_exponential():
    luck, people = np.random.default_rng(1), 20_000
    gap = luck.exponential(70.0, people)
    buyers = buyers_of({n: [0.0, float(gap[n])] for n in range(people)})
    assert returning.buy_again(buyers) == pytest.approx(100 * (1 - np.exp(-0.5)), abs=1.0)


def test_weeks_of_a_cohort_are_counted_from_the_first_order_with_the_same_people():
    buyers = buyers_of(
        {
            1: [0.0, 1.0, 2.0],  # once in its first week, however often
            2: [0.0, 7.0],
            3: [0.0, 22.0],  # fourth week: after 21 to 28 days
            4: [28.1, 29.0],  # not watched for four weeks
            5: [0.0, 45.0],  # seventh
            6: [1.0, 24.0],
        }
    )
    assert returning.first_week_over_fourth(buyers) == pytest.approx(2 / 2)
    assert returning.fourth_week_over_seventh(buyers) == pytest.approx(2 / 1)
    assert isnan(returning.fourth_week_over_seventh(buyers[buyers["customer_id"] == 1]))


def test_registrations_are_of_four_weeks_on_either_side():
    accounts = pd.DataFrame({"day": [-29, -28, -1, 0, 27, 28], "accounts": [99, 10, 10, 12, 12, 99]})
    accounts = accounts.assign(without_order=[0, 0, 0, 6, 3, 99], until=UNTIL)
    assert opening.registrations_after_over_before(accounts) == pytest.approx(1.2)
    assert opening.accounts_without_order(accounts) == pytest.approx(100 * (6 + 3 + 99) / (12 + 12 + 99))


def test_accounts_of_the_last_days_do_not_count_as_without_an_order():
    accounts = pd.DataFrame({"day": [0, 43], "accounts": [10, 10], "without_order": [1, 10], "until": UNTIL})
    assert opening.accounts_without_order(accounts) == pytest.approx(10.0)


@pytest.mark.parametrize(("points", "divisor"), [([38, 76, 190], 38), ([38, 76, 191], 1)])
def test_points_that_are_multiples_of_one_number_have_it_as_their_divisor(points, divisor):
    assert opening.divisor_of_points(pd.DataFrame({"points": points})) == divisor
