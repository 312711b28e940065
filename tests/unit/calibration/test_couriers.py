"""The figures about couriers and doors, on legs, trips and attempts made up for them."""

from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd
import pytest

from sim.calibration.realism import couriers

COURIERS, LEGS = 60, 400


def legs_of(own: float) -> pd.DataFrame:
    """Legs of couriers with a pace of their own, whose time grows with the way, the hour and the vehicle."""
    luck = np.random.default_rng(1)
    courier = np.repeat(np.arange(COURIERS), LEGS)
    km, hour = luck.uniform(0.5, 5.0, len(courier)), luck.integers(8, 20, len(courier))
    vehicle = np.where(courier % 2, "van", "bicycle")
    ln = np.log(3.0 + 4.0 * km) + 0.02 * hour + 0.3 * (courier % 2) + luck.normal(0.0, own, COURIERS)[courier]
    minutes = np.exp(ln + luck.normal(0.0, 0.3, len(courier)))
    return pd.DataFrame(
        {
            "courier_id": courier, "warehouse_id": courier // 10, "vehicle": vehicle, "hour": hour, "km": km,
            "minutes": minutes,
        }
    )  # fmt: skip


def test_couriers_alike_differ_by_chance_whatever_they_ride_and_where():
    assert couriers.courier_effect(legs_of(0.0)) == pytest.approx(1.0, abs=0.25)


def test_couriers_with_a_pace_of_their_own_differ_by_more():
    # Within couriers 0.3 (and what a tenth of the ways leaves), so chance is 0.3 / 20: 0.06 is some four times that.
    assert couriers.courier_effect(legs_of(0.06)) == pytest.approx((1 + (0.06 * 20 / 0.31) ** 2) ** 0.5, rel=0.25)


def test_trips_that_follow_at_once_are_per_cent_of_those_that_follow():
    gaps = pd.DataFrame({"gap_s": [np.nan, 0.0, 0.0, 600.0, np.nan, 0.0]})
    assert couriers.trips_without_a_pause(gaps) == pytest.approx(75.0)
    assert isnan(couriers.trips_without_a_pause(gaps[:1]))


def test_hiring_and_leaving_are_rates_a_year():
    staff = pd.DataFrame({"is_new": [1, 0, 0, 0], "is_gone": [0, 1, 1, 0], "years": 0.25})
    assert couriers.couriers_hired(staff) == pytest.approx(100.0)
    assert couriers.couriers_gone(staff) == pytest.approx(100 * 0.5 / (0.25 - 14 / 365.25))


def attempts_of(*rows: tuple[int, int, str, int]) -> pd.DataFrame:
    """Customer, local hour, outcome and number of the attempt; all in time."""
    return pd.DataFrame(rows, columns=["customer_id", "hour", "outcome", "attempt_no"]).assign(on_time=1)


def test_hours_of_deliveries_are_those_of_the_attempts_that_delivered():
    hours = [(1, hour, "delivered", 1) for hour in (21, 22, 23, 6, 7, 5, 8, 12)]
    attempts = attempts_of(*hours, (1, 23, "nobody_home", 1))
    assert couriers.night_deliveries(attempts) == pytest.approx(100 * 4 / 8)  # 22, 23, 5, 6
    assert couriers.early_deliveries(attempts) == pytest.approx(100 * 3 / 8)  # 5, 6, 7


def test_worst_part_of_the_day_over_best_is_of_first_attempts_in_time():
    parts = {8: 10, 14: 30, 19: 20}  # failures of a hundred at each hour
    rows = [
        (n, hour, "nobody_home" if n < failed else "delivered", 1) for hour, failed in parts.items() for n in range(100)
    ]
    noise = attempts_of(*[(n, 19, "nobody_home", 2) for n in range(100)])
    late = attempts_of(*[(n, 19, "nobody_home", 1) for n in range(100)]).assign(on_time=0)
    at_night = attempts_of((1, 23, "delivered", 1))  # a part with too few of them
    attempts = pd.concat([attempts_of(*rows), noise, late, at_night])
    assert couriers.not_at_home_by_hour(attempts) == pytest.approx(3.0)


@pytest.mark.parametrize(("rates", "low", "high"), [((0.1, 0.1), 0.9, 1.1), ((0.0, 0.2), 1.3, 3.0)])
def test_people_who_are_out_more_than_others_are_told_from_chance(rates, low, high):
    luck = np.random.default_rng(2)
    customer = np.repeat(np.arange(1_000), 5)
    failed = luck.random(len(customer)) < np.array(rates)[customer % 2]
    rows = [(int(who), 12, "nobody_home" if out else "delivered", 1) for who, out in zip(customer, failed, strict=True)]
    once = [(5_000 + n, 12, "nobody_home", 1) for n in range(50)]  # says nothing about who
    assert low < couriers.not_at_home_by_customer(attempts_of(*rows, *once)) < high
