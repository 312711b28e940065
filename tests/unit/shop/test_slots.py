"""Slots: when they are, who has room, and which one is taken. Nine to six in slots of three hours, one each hour."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from sim.clock.units import DAY_US, HOUR_US
from sim.scenario import Scenario
from sim.shop.geography import LocalClock
from sim.shop.slots import DoorHours, Slot, SlotBook
from sim.shop.staffing import HourlySchedule

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
UTC_CLOCK = LocalClock("UTC", EPOCH)
SLOTS = {"from_hour": 9.0, "until_hour": 18.0, "hours": 3.0, "every_min": 60.0, "patience_h": 2.0, "presence": 0.0}
EVERYBODY = [2] * 24


def scenario(**slots: float) -> Scenario:
    return Scenario.model_validate({
        "slots": {**SLOTS, **slots}, "promise": {"planned_parcels_per_courier_h": 1.0},
        "delivery": {"absence_by_hour": (1.0,) * 12 + (0.5,) * 12},
    })  # fmt: skip


def book(booked: dict[int, int] | None = None, clock: LocalClock = UTC_CLOCK, **slots: float) -> SlotBook:
    return SlotBook(scenario(**slots), clock, HourlySchedule(EVERYBODY, 1.0, clock), booked or {})


def hours(*of_epoch: float) -> Slot:
    return Slot(*(round(hour * HOUR_US) for hour in of_epoch))


def test_slots_follow_one_another_from_day_to_day():
    slots = book()
    first = slots.first_ending(0)
    assert [slots.slot(first + n) for n in range(8)] == [
        hours(9, 12), hours(10, 13), hours(11, 14), hours(12, 15), hours(13, 16), hours(14, 17), hours(15, 18),
        hours(33, 36),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("at_h", "ends_h"), [(0, 12), (12, 12), (12.001, 13), (17.5, 18), (18, 18), (18.5, 36), (30, 36)]
)
def test_the_first_slot_that_ends_at_an_instant_or_later(at_h, ends_h):
    slots = book()
    assert slots.slot(slots.first_ending(round(at_h * HOUR_US))).ends_at == round(ends_h * HOUR_US)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"])
def test_a_slot_is_by_the_citys_own_clock_all_the_year(zone):
    clock = LocalClock(zone, EPOCH)
    slots = book(clock=clock)
    for at in range(0, 365 * DAY_US, 5 * HOUR_US + 7):
        number = slots.first_ending(at)
        slot = slots.slot(number)
        assert slots.slot(number - 1).ends_at < at <= slot.ends_at
        assert clock.local_us(slot.ends_at) % DAY_US in {hour * HOUR_US for hour in range(12, 19)}
        assert clock.local_us(slot.ends_at) - clock.local_us(slot.starts_at) == 3 * HOUR_US


def test_orders_are_due_by_the_end_of_their_slot():
    slots = book({12 * HOUR_US: 2, 13 * HOUR_US: 3, 36 * HOUR_US: 4})
    assert [slots.due_by(round(hour * HOUR_US)) for hour in (11.9, 12, 18, 36)] == [0, 2, 5, 9]


def test_the_patient_take_later_slots():
    slots = book()
    soonest = slots.first_ending(0)
    taken = Counter(slots.chosen(soonest, n / 1000).ends_at // HOUR_US for n in range(1000))
    # weights e^0, e^-0.5, e^-1 … e^-3 today; tomorrow's are e^-12 and less
    assert [taken[hour] for hour in range(12, 19)] == pytest.approx([406, 246, 149, 91, 55, 33, 20], abs=2)


def test_who_is_out_in_the_morning_takes_the_afternoon():
    slots = book(presence=2.0, patience_h=1000.0, offered=4)
    soonest = slots.first_ending(0)
    taken = Counter(slots.chosen(soonest, n / 1000).ends_at // HOUR_US for n in range(1000))
    # the middles are 10:30 and 11:30, then 12:30 and 13:30, when half as many are out: weights 1, 1, 4, 4
    assert [taken[hour] for hour in range(12, 16)] == pytest.approx([100, 100, 400, 400], abs=4)


def test_a_full_slot_is_not_offered_unless_it_is_the_soonest():
    # two people take one parcel an hour each; of their six in a slot's three hours a third is this slot's
    slots = book({12 * HOUR_US: 9, 13 * HOUR_US: 2, 14 * HOUR_US: 1})
    soonest = slots.first_ending(0)
    assert {slots.chosen(soonest, n / 1000).ends_at // HOUR_US for n in range(1000)} == {12, 14, 15, 16, 17, 18}


def test_slots_that_do_not_overlap_have_their_time_for_themselves():
    slots = book({15 * HOUR_US: 5, 18 * HOUR_US: 6}, every_min=180.0, offered=3)
    soonest = slots.first_ending(0)
    assert {slots.chosen(soonest, n / 1000).ends_at // HOUR_US for n in range(1000)} == {12, 15}


def test_doors_are_rung_from_morning_to_evening():
    doors = DoorHours(scenario().slots, UTC_CLOCK)
    assert [doors.is_open(round(hour * HOUR_US)) for hour in (8.99, 9, 17.99, 18, 24 + 9)] == [
        False, True, True, False, True
    ]  # fmt: skip
    assert [doors.opening(round(hour * HOUR_US)) / HOUR_US for hour in (3, 9, 12.5, 18, 23)] == [9, 9, 12.5, 33, 33]
    assert [doors.next_morning(hour * HOUR_US) for hour in (3, 9, 20)] == [9 * HOUR_US] + [33 * HOUR_US] * 2
    assert [doors.closing(round(hour * HOUR_US)) for hour in (3, 20, 25)] == [18 * HOUR_US] * 2 + [42 * HOUR_US]


def test_only_waking_hours_are_waited():
    doors = DoorHours(scenario().slots, UTC_CLOCK)
    waits = {(10, 12): 2, (3, 12): 3, (17, 24 + 10): 2, (20, 24 + 9): 0, (12, 48 + 12): 18}
    for (begins, ends), waited in waits.items():
        assert doors.between(begins * HOUR_US, ends * HOUR_US) == waited * HOUR_US


def test_where_doors_are_open_around_the_clock_it_never_closes():
    doors = DoorHours(scenario(from_hour=0.0, until_hour=24.0).slots, UTC_CLOCK)
    assert doors.is_open(3 * HOUR_US)
    assert doors.opening(3 * HOUR_US) == 3 * HOUR_US
    assert doors.closing(3 * HOUR_US) is doors.next_morning(3 * HOUR_US) is None
    assert doors.between(3 * HOUR_US, 30 * HOUR_US) == 27 * HOUR_US
