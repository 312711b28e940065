"""People on duty, and when their work is done."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sim.clock.units import DAY_US, HOUR_US, MINUTE_US
from sim.shop.geography import LocalClock
from sim.shop.staffing import HourlySchedule, attended_us, finished_at, person_us

UTC_CLOCK = LocalClock("UTC", datetime(2026, 1, 5, tzinfo=UTC))
OFFICE = HourlySchedule([0] * 9 + [2] * 8 + [0] * 7, 1.0, UTC_CLOCK)  # two people from 9 to 17 h


def test_a_warehouse_has_its_share_but_somebody_in_every_open_hour():
    staff = HourlySchedule([0, 0.1, 2, 10, 100] + [0] * 19, 0.15, UTC_CLOCK)
    assert [staff.on_duty(hour * HOUR_US) for hour in range(6)] == [0, 1, 1, 2, 15, 0]


def test_hours_are_local():
    kathmandu = LocalClock("Asia/Kathmandu", datetime(2026, 1, 5, tzinfo=UTC))  # 5 h 45 min ahead
    staff = HourlySchedule([0] * 9 + [3] * 15, 1.0, kathmandu)
    opening = 3 * HOUR_US + 15 * MINUTE_US
    assert (staff.on_duty(opening - 1), staff.on_duty(opening)) == (0, 3)
    assert staff.next_change(0) == 15 * MINUTE_US
    assert staff.next_change(15 * MINUTE_US) == 75 * MINUTE_US


@pytest.mark.parametrize(
    ("begun_h", "work_h", "own_h", "done_h"),
    [
        (9.0, 4.0, 0.0, 11.0),  # shared by two
        (9.0, 4.0, 4.0, 13.0),  # by one alone
        (9.0, 4.0, 3.0, 12.0),  # three of the four hours by one
        (8.0, 2.0, 0.0, 10.0),  # waits for opening
        (16.0, 4.0, 0.0, 24.0 + 10.0),  # goes on the next day
        (16.5, 2.0, 2.0, 24.0 + 10.5),  # half an hour today, the rest alone tomorrow
        (17.0, 0.0, 0.0, 24.0 + 9.0),  # nobody takes it up at night
    ],
)
def test_work_is_done_by_those_on_duty(begun_h, work_h, own_h, done_h):
    done = finished_at(OFFICE, round(begun_h * HOUR_US), work_h * HOUR_US, own_h * HOUR_US)
    assert done == round(done_h * HOUR_US)


def test_nobody_ever_on_duty_means_two_weeks():
    never = HourlySchedule([0] * 24, 1.0, UTC_CLOCK)
    assert finished_at(never, 0, 1.0) == 14 * DAY_US


# --- spans of opening hours ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("from_h", "to_h", "attended_h"),
    [
        (10.25, 12.5, 2.25),  # all of it
        (8.0, 9.5, 0.5),  # from opening on
        (16.75, 20.0, 0.25),  # until closing
        (16.0, 24.0 + 10.0, 2.0),  # over a night
        (18.0, 24.0 + 8.5, 0.0),  # nothing but night
    ],
)
def test_only_time_with_somebody_on_duty_is_attended(from_h, to_h, attended_h):
    assert attended_us(OFFICE, round(from_h * HOUR_US), round(to_h * HOUR_US)) == round(attended_h * HOUR_US)


@pytest.mark.parametrize(
    ("from_h", "to_h", "people_h"),
    [
        (10.25, 12.5, 4.5),  # two people all the while
        (16.0, 24.0 + 10.0, 4.0),  # over a night
        (17.0, 24.0 + 9.0, 0.0),
        (12.0, 12.0, 0.0),
    ],
)
def test_everybodys_time_is_counted(from_h, to_h, people_h):
    assert person_us(OFFICE, round(from_h * HOUR_US), round(to_h * HOUR_US)) == round(people_h * HOUR_US)
