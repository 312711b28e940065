"""Couriers: a pace of their own, slower while new; loading before each trip, and a break in each shift."""

from __future__ import annotations

from math import exp, log
from statistics import fmean, median, pstdev

import pytest

from sim.clock.units import DAY_US, HOUR_US, MINUTE_US
from sim.luck import Luck, Purpose
from sim.scenario.delivery import Delivery
from sim.shop.courier import Courier, comes_to_work, is_back, own_pace, slowness, was_rested

DELIVERY = Delivery(
    pace_sigma=0.2, novice_slower=0.5, learning_days=10.0, loading_min=6.0, loading_sigma=0.0, break_after_h=4.0,
    break_min=30.0,
)  # fmt: skip
LUCK = Luck(1)
LOADING_US = 6 * MINUTE_US


def courier(pace: float = 1.0, hired_at: int = 0) -> Courier:
    return Courier(101, "van", 0, frozenset(), hired_at, pace)


def at_work(pace: float = 1.0) -> Courier:
    who = courier(pace)
    comes_to_work(who, 101, 8 * HOUR_US, 16 * HOUR_US, LUCK, DELIVERY)
    return who


def test_paces_differ_as_the_scenario_says():
    paces = [own_pace(LUCK.draws(Purpose.COURIER, id_, n=4)[3], DELIVERY) for id_ in range(1, 2000)]
    assert median(paces) == pytest.approx(1.0, abs=0.02)
    assert pstdev([log(pace) for pace in paces]) == pytest.approx(0.2, abs=0.01)


def test_who_is_new_is_slower_and_learns():
    who = courier(pace=0.9, hired_at=5 * DAY_US)
    assert slowness(who, DELIVERY, 5 * DAY_US) == pytest.approx(0.9 * 1.5)
    assert slowness(who, DELIVERY, 15 * DAY_US) == pytest.approx(0.9 * (1.0 + 0.5 * exp(-1)))
    assert slowness(who, DELIVERY, 500 * DAY_US) == pytest.approx(0.9)


def test_a_shift_begins_with_loading_at_the_couriers_own_pace():
    assert at_work().ready_at == 8 * HOUR_US + LOADING_US
    assert at_work(pace=1.5).ready_at == 8 * HOUR_US + LOADING_US * 3 // 2


def test_the_first_trip_that_ends_after_half_of_the_shift_is_followed_by_the_break():
    who = at_work()
    ready = []
    for trip_id, ended_h in ((101, 10), (201, 12), (301, 14)):
        who.on_trip = True
        is_back(who, trip_id, ended_h * HOUR_US, LUCK, DELIVERY)
        ready.append(who.ready_at - ended_h * HOUR_US)
    assert not who.on_trip
    assert ready == [LOADING_US, LOADING_US + 30 * MINUTE_US, LOADING_US]
    comes_to_work(who, 201, 32 * HOUR_US, 40 * HOUR_US, LUCK, DELIVERY)
    is_back(who, 401, 37 * HOUR_US, LUCK, DELIVERY)
    assert who.ready_at == 37 * HOUR_US + LOADING_US + 30 * MINUTE_US  # each shift has its own


@pytest.mark.parametrize(("ended_h", "rested"), [(None, False), (11.9, False), (12.0, True), (15.0, True)])
def test_whether_the_break_was_before_is_known_by_the_last_trip_but_one(ended_h, rested):
    assert was_rested(at_work(), None if ended_h is None else round(ended_h * HOUR_US), DELIVERY) is rested


def test_loading_takes_another_time_after_each_trip():
    scattered = DELIVERY.model_copy(update={"loading_sigma": 0.5})
    who, times = at_work(), []
    for trip_id in range(101, 50_101, 100):
        is_back(who, trip_id, 9 * HOUR_US, LUCK, scattered)
        times.append((who.ready_at - 9 * HOUR_US) / MINUTE_US)
    assert len(set(times)) == len(times)
    assert median(times) == pytest.approx(6.0, rel=0.1)
    assert fmean(times) == pytest.approx(6.0 * exp(0.125), rel=0.1)
