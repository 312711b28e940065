"""Receiving hours: goods come in by day, on working days, never before they are there, and in the order they came."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from sim.clock.units import DAY_US, HOUR_US, MINUTE_US
from sim.scenario.warehouse import Stock
from sim.shop.geography import LocalClock
from sim.shop.receiving import ReceivingHours

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Sydney"]
NINE_TO_FIVE = Stock(received_by_hour=tuple(float(9 <= hour < 17) for hour in range(24)))


@pytest.mark.parametrize("zone", ZONES)
def test_over_a_year_all_comes_in_by_day_and_nothing_on_sundays(zone):
    clock, receiving = LocalClock(zone, EPOCH), ReceivingHours(Stock())
    instants = range(0, 365 * DAY_US, 47 * MINUTE_US)
    taken_in = [receiving.after(clock, at) for at in instants]
    assert {clock.hour(at) for at in taken_in} == set(range(6, 18))
    assert {clock.local_day(at) % 7 for at in taken_in} == {1, 2, 3, 4, 5, 6}  # of a Sunday it is 0
    assert all(at <= then for at, then in zip(instants, taken_in, strict=True))
    waits = [then - at for at, then in zip(instants, taken_in, strict=True)]
    assert max(waits) < 2.6 * DAY_US  # Saturday evening to Monday evening


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (6, 11),  # a quarter of the day is over, so a quarter of eight hours
        (12, 13),
        (16.5, 16.5),  # its turn was at 14:30; somebody is there
        (18.75, 24 + 11),  # a quarter of the seven hours after closing is over: a quarter of the next day's eight
        (5 * 24 + 12, 5 * 24 + 13),  # Saturday
        (5 * 24 + 18.75, 7 * 24 + 11),  # Saturday evening: Monday
        (6 * 24 + 12, 7 * 24 + 13),  # Sunday: Monday
    ],
)
def test_what_comes_at_any_time_waits_for_somebody_to_be_there(hours, expected):
    clock = LocalClock("UTC", EPOCH)
    assert ReceivingHours(NINE_TO_FIVE).after(clock, round(hours * HOUR_US)) == round(expected * HOUR_US)


def test_within_a_working_day_the_order_stays():
    clock, receiving = LocalClock("Europe/Berlin", EPOCH), ReceivingHours(Stock())
    taken_in = [receiving.after(clock, at) for at in range(0, 15 * HOUR_US, 5 * MINUTE_US)]
    assert all(a <= b for a, b in pairwise(taken_in))


def test_what_comes_in_the_evening_does_not_come_in_all_at_once_in_the_morning():
    clock, receiving = LocalClock("UTC", EPOCH), ReceivingHours(Stock())
    taken_in = [receiving.after(clock, at) for at in range(18 * HOUR_US, 24 * HOUR_US, MINUTE_US)]
    assert len(set(taken_in)) == len(taken_in)
    assert {clock.hour(at) for at in taken_in} == set(range(6, 18))


def test_a_break_at_noon_is_waited_out():
    clock = LocalClock("UTC", EPOCH)
    mostly_early = {9: 5.0, 10: 5.0, 11: 5.0, 13: 0.5, 14: 0.5}
    shut_at_noon = Stock(received_by_hour=tuple(mostly_early.get(hour, 0.0) for hour in range(24)))
    assert ReceivingHours(shut_at_noon).after(clock, round(12.5 * HOUR_US)) == 13 * HOUR_US


def test_a_warehouse_may_work_every_day_or_one_day_a_week():
    clock = LocalClock("UTC", EPOCH)
    sunday_noon = 6 * DAY_US + 12 * HOUR_US
    every_day = ReceivingHours(NINE_TO_FIVE.model_copy(update={"receiving_days_per_week": 7}))
    assert every_day.after(clock, sunday_noon) == 6 * DAY_US + 13 * HOUR_US
    mondays = ReceivingHours(NINE_TO_FIVE.model_copy(update={"receiving_days_per_week": 1}))
    assert mondays.after(clock, DAY_US) == 7 * DAY_US + 9 * HOUR_US
