"""The figures about couriers, on legs and trips made up for them."""

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
