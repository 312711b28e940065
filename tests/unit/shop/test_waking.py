"""Waking hours: nothing is written at night or before it was thought of, and most when most people write."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from sim.clock.units import DAY_US, HOUR_US, MINUTE_US
from sim.scenario import Scenario
from sim.shop.geography import LocalClock
from sim.shop.waking import WakingHours

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
BY_HOUR = Scenario().review.by_hour
ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Asia/Vladivostok", "Australia/Sydney"]


@pytest.mark.parametrize("zone", ZONES)
def test_over_a_year_hours_are_those_at_which_people_write(zone):
    """Thirty-four thousand instants at all times of the day, over both changes of the clocks."""
    clock, waking = LocalClock(zone, EPOCH), WakingHours(BY_HOUR)
    counts = [0] * 24
    instants = range(0, 365 * DAY_US, 15 * MINUTE_US + MINUTE_US // 2)
    for at in instants:
        counts[clock.hour(waking.after(clock, at))] += 1
    total = sum(BY_HOUR)
    for hour, weight in enumerate(BY_HOUR):
        if not weight:
            assert counts[hour] <= 0.001 * len(instants)  # the hour that is skipped once a year has to go somewhere
        elif hour < 22:  # who thinks of it at the end of the day does not wait
            assert counts[hour] / len(instants) == pytest.approx(weight / total, rel=0.06, abs=0.002), hour


@pytest.mark.parametrize("zone", ZONES)
def test_nothing_is_written_before_it_is_thought_of_and_the_order_stays(zone):
    clock, waking = LocalClock(zone, EPOCH), WakingHours(BY_HOUR)
    instants = range(50 * DAY_US, 80 * DAY_US, 7 * MINUTE_US)  # with the change to summer time in New York
    written = [waking.after(clock, at) for at in instants]
    assert all(at <= later <= at + DAY_US for at, later in zip(instants, written, strict=True))
    assert all(one <= other for one, other in pairwise(written))


def test_where_all_hours_are_alike_nobody_waits():
    clock, waking = LocalClock("UTC", EPOCH), WakingHours((2.0,) * 24)
    assert all(waking.after(clock, at) == at for at in range(0, DAY_US, 977_777_777))


def test_who_thinks_of_it_after_the_last_hour_writes_on_the_next_day():
    clock, waking = LocalClock("UTC", EPOCH), WakingHours((0,) * 9 + (1,) + (0,) * 14)
    assert waking.after(clock, 20 * HOUR_US) == DAY_US + 9 * HOUR_US
    assert waking.after(clock, 3 * HOUR_US) == 9 * HOUR_US + HOUR_US // 8
