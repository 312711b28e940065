"""Contracts, shifts, and the planner's view of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from sim.clock.units import HOUR_US
from sim.luck import Luck
from sim.scenario.delivery import Delivery
from sim.shop.courier import Courier
from sim.shop.geography import LocalClock
from sim.shop.roster import CourierSchedule, contracts, shift_of

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
BERLIN = LocalClock("Europe/Berlin", EPOCH)  # an hour ahead in January
MONDAY = date(2026, 1, 5).toordinal()


def delivery(**parameters: object) -> Delivery:
    shifts = ({"from_hour": 9.0, "hours": 8.0}, {"from_hour": 20.5, "hours": 6.0, "share": 3.0})
    return Delivery.model_validate({"shifts": shifts, "absence_share": 0.0, **parameters})


def courier(*off_days: int, pattern: int = 0) -> Courier:
    return Courier(101, "van", pattern, frozenset(off_days))


def hours(shift: tuple[int, int] | None) -> tuple[float, float] | None:
    return None if shift is None else (shift[0] / HOUR_US, shift[1] / HOUR_US)


def test_contracts_follow_the_shares():
    dealt = contracts(8, delivery(vehicles={"van": {"share_of_fleet": 3}, "bicycle": {"share_of_fleet": 1}}))
    assert Counter(contract.pattern for contract in dealt) == {0: 2, 1: 6}
    assert Counter(contract.vehicle for contract in dealt) == {"van": 6, "bicycle": 2}
    assert {len(contract.off_days) for contract in dealt} == {2}


def test_everybody_gets_the_days_off_in_turn():
    off = Counter(day for contract in contracts(28, delivery()) for day in contract.off_days)
    assert sorted(off) == list(range(7))
    assert max(off.values()) - min(off.values()) <= 2


@pytest.mark.parametrize(
    ("pattern", "expected"), [(0, (8.0, 16.0)), (1, (19.5, 25.5))], ids=["by day", "past midnight"]
)
def test_a_shift_is_in_local_time(pattern, expected):
    assert hours(shift_of(courier(pattern=pattern), MONDAY, delivery(), BERLIN, Luck(1))) == expected


def test_no_shift_on_a_day_off():
    off_on_tuesday = courier(1)
    worked = [shift_of(off_on_tuesday, MONDAY + day, delivery(), BERLIN, Luck(1)) is not None for day in range(8)]
    assert worked == [True, False, True, True, True, True, True, True]


def test_absences_have_their_share_and_belong_to_courier_and_day():
    plan = delivery(absence_share=0.1)
    days = range(MONDAY, MONDAY + 2000)
    worked = [shift_of(courier(), day, plan, BERLIN, Luck(1)) is not None for day in days]
    assert 0.1 - 4 * (0.09 / 2000) ** 0.5 < worked.count(False) / 2000 < 0.1 + 4 * (0.09 / 2000) ** 0.5
    assert worked == [shift_of(courier(), day, plan, BERLIN, Luck(1)) is not None for day in days]


def test_a_shift_over_the_change_of_clocks_ends_at_its_local_hour():
    # on 29 March 2026 the clocks of Berlin go from 2 to 3 h: the shift from 20.30 to 4.30 is an hour shorter
    saturday = date(2026, 3, 28).toordinal()
    longer = delivery(shifts=({"from_hour": 20.5, "hours": 8.0},))
    shift = shift_of(courier(), saturday, longer, BERLIN, Luck(1))
    assert shift is not None
    assert shift[1] - shift[0] == 7 * HOUR_US
    assert EPOCH + timedelta(microseconds=shift[1]) == datetime(2026, 3, 29, 2, 30, tzinfo=UTC)


# --- the planner's view ----------------------------------------------------------------------------------------------


def test_the_planner_reckons_with_departures_until_some_time_before_the_end():
    schedule = CourierSchedule([courier(), courier(), courier(pattern=1)], delivery(), BERLIN, last_departure_min=60.0)
    on_duty = [schedule.on_duty(round(hour * HOUR_US)) for hour in (7.9, 8.0, 14.9, 15.0, 19.4, 19.5, 24.4, 24.5)]
    assert on_duty == [0, 2, 2, 0, 0, 1, 1, 0]


def test_the_planner_knows_the_days_off():
    schedule = CourierSchedule([courier(0, 1), courier(1, 2)], delivery(), BERLIN, last_departure_min=0.0)
    noon = [schedule.on_duty(round((24 * day + 11) * HOUR_US)) for day in range(7)]
    assert noon == [1, 0, 1, 2, 2, 2, 2]


def test_a_sunday_night_shift_reaches_into_monday():
    schedule = CourierSchedule([courier(0, 1, 2, 3, 4, 5, pattern=1)], delivery(), BERLIN, last_departure_min=0.0)
    assert schedule.on_duty(0) == 1  # Monday, 1 h local: the shift of Sunday ends at 2.30


def test_the_next_change_is_of_the_number():
    schedule = CourierSchedule([courier(), courier(), courier(pattern=1)], delivery(), BERLIN, last_departure_min=0.0)
    # 9 to 17 and 20.30 to 2.30 local, an hour less in UTC; nobody was at work on the Sunday before
    changes, at = [], 0
    while at < 24 * HOUR_US:
        changes.append((at / HOUR_US, schedule.on_duty(at)))
        at = schedule.next_change(at)
    assert changes == [(0.0, 1), (1.5, 0), (8.0, 2), (16.0, 0), (19.5, 1)]
    assert schedule.next_change(round(8.7 * HOUR_US)) == 16 * HOUR_US


def test_a_change_is_at_its_local_hour_when_the_clocks_change_before_it():
    # on Sunday 29 March 2026 the clocks of Berlin go from 2 to 3 h, so that 9 h local is 7 h UTC
    schedule = CourierSchedule([courier()], delivery(), BERLIN, last_departure_min=0.0)
    sunday = 83 * 24 * HOUR_US
    at = sunday - 2 * HOUR_US
    while not schedule.on_duty(at):
        at = schedule.next_change(at)
    assert at == sunday + 7 * HOUR_US
    assert schedule.next_change(at) == sunday + 15 * HOUR_US


def test_doors_are_rung_while_anybody_is_on_shift():
    schedule = CourierSchedule([courier(), courier(0), courier(pattern=1)], delivery(), BERLIN, last_departure_min=60.0)
    hours_of_monday = [7.9, 8.0, 15.9, 16.0, 19.4, 19.5, 25.4, 25.5]
    assert [schedule.delivery_hours.on_duty(round(hour * HOUR_US)) for hour in hours_of_monday] == [
        0,
        1,
        1,
        0,
        0,
        1,
        1,
        0,
    ]
