"""The figures about days and hours, on visits and orders made up for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.calibration.realism import days

MONDAY = 9_499 - 9_499 % 7  # days since a Monday are weekdays by their remainder


def daily(mean: np.ndarray, column: str = "visits", *, chance: bool = True, seed: int = 1) -> pd.DataFrame:
    """Counts by day (rows) and city (columns), at noon on a telephone."""
    counts = np.random.default_rng(seed).poisson(mean) if chance else mean
    day, city = np.indices(mean.shape)
    frame = pd.DataFrame({"city_id": city.ravel(), "day": MONDAY + day.ravel(), column: counts.ravel()})
    return frame.assign(device="mobile", quarter=48)


def weekly(weeks: int, cities: int, level: float) -> np.ndarray:
    """A profile of the week that is the same every week."""
    return np.repeat(level * (1.0 + np.arange(7 * weeks) % 7 / 10)[:, None], cities, axis=1)


def latent(n: int, correlation: float, deviation: float, seed: int) -> np.ndarray:
    """A first-order autoregression with a given standard deviation."""
    luck = np.random.default_rng(seed)
    steps = luck.normal(0.0, deviation * (1 - correlation**2) ** 0.5, n)
    found = [luck.normal(0.0, deviation)]
    for step in steps[1:]:
        found.append(correlation * found[-1] + step)
    return np.array(found)


def test_days_that_follow_the_week_vary_by_chance_alone():
    visits = daily(weekly(100, 3, 10_000.0))
    assert days.days_of_sessions(visits) == pytest.approx(100 / 13_000**0.5, rel=0.1)
    assert days.day_after_day(visits) == pytest.approx(0.0, abs=0.05)
    assert days.cities_together(visits) == pytest.approx(0.0, abs=0.08)


def test_days_with_a_mood_of_their_own_vary_by_it_and_keep_it():
    mood = latent(700, 0.4, 0.08, 1)
    own = np.column_stack([latent(700, 0.4, 0.08, seed) for seed in (2, 3, 4)])
    visits = daily(weekly(100, 3, 50_000.0) * np.exp(0.5**0.5 * (mood[:, None] + own)))
    assert days.days_of_sessions(visits) == pytest.approx(8.0, abs=1.0)
    assert days.day_after_day(visits) == pytest.approx(0.4, abs=0.1)
    assert days.cities_together(visits) == pytest.approx(0.5, abs=0.1)


def test_a_city_that_varies_alone_is_together_with_none_and_one_city_has_no_pair():
    assert np.isnan(days.cities_together(daily(weekly(4, 1, 100.0))))


@pytest.mark.parametrize("deviation", [0.0, 0.15])
def test_orders_vary_beyond_poisson_by_what_their_rate_varies(deviation):
    rate = weekly(150, 2, 300.0) * np.exp(np.random.default_rng(5).normal(0.0, deviation, 1_050))[:, None]
    assert days.days_of_orders(daily(rate, "orders")) == pytest.approx(100 * deviation, abs=2.0)


def test_parts_of_days_at_either_end_are_no_days():
    whole = weekly(4, 2, 100.0)
    whole[0], whole[-1], whole[1, 1] = 3.0, 5.0, 7.0
    visits = daily(whole, chance=False)
    of_another_zone = visits[(visits["city_id"] == 0) | (visits["day"] > MONDAY)]  # its first day is the others' second
    about = days._about_weekday(of_another_zone, "visits")
    assert len(about) == 25
    assert about.to_numpy() == pytest.approx(0.0)


def by_hour(weekday: dict[int, float], weekend: dict[int, float]) -> pd.DataFrame:
    rows = [(1, "mobile", day, 4 * hour, n) for hours, day in ((weekday, 1), (weekend, 5)) for hour, n in hours.items()]
    return pd.DataFrame(rows, columns=["city_id", "device", "day", "quarter", "visits"])


def test_weekday_against_weekend_is_of_shares_in_per_cent_of_an_hour():
    visits = by_hour({9: 50, 20: 50}, {9: 49, 20: 51})
    assert days.weekday_against_weekend(visits) == pytest.approx(100 * 24 * 0.01)
    assert days.weekday_against_weekend(by_hour({9: 50, 20: 50}, {9: 500, 20: 500})) == pytest.approx(0.0)


def test_small_hours_are_four_of_the_day():
    assert days.small_hours(by_hour({1: 10, 2: 1, 5: 2, 6: 10}, {3: 1, 4: 1, 12: 75})) == pytest.approx(5.0)


def test_a_demand_that_changes_at_full_hours_only_has_steps_and_one_that_flows_has_none():
    quarter = np.arange(96)
    frame = pd.DataFrame({"city_id": 1, "device": "mobile", "day": 1, "quarter": quarter})
    smooth = frame.assign(visits=1_000 + 500 * np.sin(2 * np.pi * quarter / 96))
    assert days.steps_at_full_hours(smooth) == pytest.approx(1.0, abs=0.05)
    stepped = frame.assign(visits=1_000 + 500 * np.sin(2 * np.pi * (quarter // 4) / 24) + quarter % 2)
    assert days.steps_at_full_hours(stepped) > 50.0


def test_hours_hang_together_with_devices_or_cities_that_have_hours_of_their_own():
    rows = [
        (city, device, 1, 4 * hour, 100 + 50 * (device == "mobile") * (hour > 18))
        for city in (1, 2) for device in ("mobile", "desktop") for hour in range(24)
    ]  # fmt: skip
    visits = pd.DataFrame(rows, columns=["city_id", "device", "day", "quarter", "visits"])
    assert days.hours_by_device(visits) == pytest.approx(0.09, abs=0.02)
    assert days.hours_by_city(visits) == pytest.approx(0.0, abs=0.01)


def test_receipts_at_night_and_on_sundays_are_out_of_hours():
    receipts = pd.DataFrame({"hour": [5, 6, 21, 22, 12, 12], "weekday": [1, 1, 1, 1, 7, 6]})
    assert days.receipts_out_of_hours(receipts) == pytest.approx(50.0)
