"""When work is done, and how contracts are dealt out."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

from hypothesis import assume, given
from hypothesis import strategies as st

from sim.clock.units import DAY_US, HALF_HOUR_US, HOUR_US
from sim.scenario.delivery import Delivery, ShiftPattern, Vehicle
from sim.shop.geography import LocalClock
from sim.shop.roster import WeeklySchedule, contracts
from sim.shop.staffing import HourlySchedule, attended_us, finished_at, person_us

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
ZONES = {
    name: LocalClock(name, EPOCH) for name in ("UTC", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe")
}

people_by_hour = st.lists(st.integers(0, 6), min_size=24, max_size=24).filter(any)
zones = st.sampled_from(sorted(ZONES))
instants = st.integers(0, 7 * DAY_US)
works = st.integers(0, 40 * HOUR_US)


@given(by_hour=people_by_hour, zone=zones, at=instants, work=works, more=works, own=works)
def test_more_work_is_never_done_sooner(by_hour, zone, at, work, more, own):
    schedule = HourlySchedule(by_hour, 1.0, ZONES[zone])
    done = finished_at(schedule, at, work, own)
    assert done >= at
    assert finished_at(schedule, at, work + more, own) >= done
    assert finished_at(schedule, at, work, own + more) >= done


@given(by_hour=people_by_hour, zone=zones, at=instants, later=works, work=works)
def test_who_begins_later_is_not_done_sooner(by_hour, zone, at, later, work):
    schedule = HourlySchedule(by_hour, 1.0, ZONES[zone])
    assert finished_at(schedule, at + later, work) >= finished_at(schedule, at, work) - 1  # whole µs


@given(by_hour=people_by_hour, zone=zones, at=instants, work=works)
def test_more_people_are_not_slower(by_hour, zone, at, work):
    fewer, more = HourlySchedule(by_hour, 1.0, ZONES[zone]), HourlySchedule(by_hour, 2.0, ZONES[zone])
    assert finished_at(more, at, work) <= finished_at(fewer, at, work)


@given(by_hour=people_by_hour, at=instants, work=st.integers(1, 20 * HOUR_US))
def test_the_work_done_until_then_is_the_work_asked_for(by_hour, at, work):
    schedule = HourlySchedule(by_hour, 1.0, ZONES["UTC"])
    done = finished_at(schedule, at, work)
    hours = range(at // HOUR_US, done // HOUR_US + 1)
    capacity = sum(by_hour[h % 24] * (min(done, (h + 1) * HOUR_US) - max(at, h * HOUR_US)) for h in hours)
    assert work - max(by_hour) <= capacity <= work + max(by_hour)  # whole µs


@given(by_hour=people_by_hour, at=instants, own=st.integers(1, 6 * HOUR_US), work=works)
def test_what_one_must_do_alone_takes_at_least_its_time(by_hour, at, own, work):
    schedule = HourlySchedule(by_hour, 1.0, ZONES["UTC"])
    assert finished_at(schedule, at, work, own) >= at + own


@given(network=st.lists(st.floats(0.0, 200.0), min_size=24, max_size=24), share=st.floats(0.001, 1.0))
def test_every_open_hour_has_somebody_and_every_closed_one_nobody(network, share):
    schedule = HourlySchedule(network, share, ZONES["UTC"])
    for hour, people in enumerate(network):
        on_duty = schedule.on_duty(hour * HOUR_US)
        assert (on_duty >= 1) == (people > 0.0)
        assert on_duty <= max(1.0, people * share + 0.5)


# --- the local week --------------------------------------------------------------------------------------------------

stretches = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40)), min_size=1, max_size=30)
"""People, and for how many half hours."""
of_a_year = st.integers(0, 365 * DAY_US)


def weekly(parts: list[tuple[int, int]], zone: str) -> WeeklySchedule:
    people = [number for number, half_hours in parts for _ in range(half_hours)]
    return WeeklySchedule((people * 336)[:336], ZONES[zone])


@given(parts=stretches, zone=zones, at=of_a_year)
def test_nothing_changes_before_the_next_change(parts, zone, at):
    schedule = weekly(parts, zone)
    change = schedule.next_change(at)
    assert change > at
    assert ZONES[zone].local_us(change) % HALF_HOUR_US == 0
    # clocks change by full or half hours, so that the numbers do so at full and half hours, whatever the zone
    halves = range(at + HALF_HOUR_US - ZONES[zone].local_us(at) % HALF_HOUR_US, change, HALF_HOUR_US)
    assert {schedule.on_duty(at), *(schedule.on_duty(half) for half in halves)} == {schedule.on_duty(at)}


@given(parts=stretches, zone=zones, at=of_a_year, span=st.integers(0, 3 * DAY_US))
def test_attended_time_is_that_of_the_half_hours_with_somebody(parts, zone, at, span):
    schedule = weekly(parts, zone)
    first = at + HALF_HOUR_US - ZONES[zone].local_us(at) % HALF_HOUR_US
    cuts = [at, *(half for half in range(first, at + span, HALF_HOUR_US)), at + span]
    expected = sum(after - before for before, after in pairwise(cuts) if schedule.on_duty(before))
    assert attended_us(schedule, at, at + span) == expected


@given(parts=stretches, zone=zones, at=of_a_year, spans=st.tuples(st.integers(0, 2 * DAY_US), st.integers(0, DAY_US)))
def test_peoples_time_adds_up_and_is_no_less_than_attended(parts, zone, at, spans):
    schedule = weekly(parts, zone)
    between, until = at + spans[0], at + spans[0] + spans[1]
    whole = person_us(schedule, at, until)
    assert whole == person_us(schedule, at, between) + person_us(schedule, between, until)
    assert whole >= attended_us(schedule, at, until)


# --- contracts -------------------------------------------------------------------------------------------------------

FLEET: tuple[Literal["van", "scooter", "bicycle"], ...] = ("van", "scooter", "bicycle")
weights = st.floats(0.5, 20.0)
deliveries = st.builds(
    lambda shares, fleet, days: Delivery(
        shifts=tuple(ShiftPattern(from_hour=float(no), hours=8.0, share=share) for no, share in enumerate(shares)),
        vehicles={name: Vehicle(share_of_fleet=weight) for name, weight in zip(FLEET, fleet, strict=False)},
        working_days_per_week=days,
    ),
    st.lists(weights, min_size=1, max_size=5),
    st.lists(weights, min_size=1, max_size=3),
    st.integers(1, 7),
)


@given(delivery=deliveries, count=st.integers(1, 60), fewer=st.integers(0, 59))
def test_fewer_contracts_are_a_prefix_of_more(delivery, count, fewer):
    assume(fewer < count)
    assert contracts(count, delivery)[:fewer] == contracts(fewer, delivery)


@given(delivery=deliveries, count=st.integers(1, 60))
def test_every_prefix_of_the_contracts_is_even(delivery, count):
    # Who is furthest behind is served next: after k rounds, of n options, nobody is ahead of the share by one or more,
    # and nobody behind by n - 1 or more.
    dealt = contracts(count, delivery)
    shift_total = sum(shift.share for shift in delivery.shifts)
    fleet_total = sum(vehicle.share_of_fleet for vehicle in delivery.vehicles.values())
    wanted = [
        *((1, no, shift.share / shift_total, len(delivery.shifts)) for no, shift in enumerate(delivery.shifts)),
        *((0, name, v.share_of_fleet / fleet_total, len(delivery.vehicles)) for name, v in delivery.vehicles.items()),
    ]  # fmt: skip
    for length in range(1, count + 1):
        for position, option, share, options in wanted:
            had = sum(contract[position] == option for contract in dealt[:length])
            assert had - share * length < 1.0 + 1e-9
            assert share * length - had < max(1.0, options - 1) + 1e-9


@given(delivery=deliveries, count=st.integers(1, 60))
def test_everybody_works_the_stated_days(delivery, count):
    for contract in contracts(count, delivery):
        assert len(contract.off_days) == 7 - delivery.working_days_per_week
        assert contract.off_days <= set(range(7))


@given(count=st.integers(28, 120))
def test_every_day_of_the_week_has_its_couriers(count):
    off = [day for contract in contracts(count, Delivery()) for day in contract.off_days]
    mean = len(off) / 7
    for day in range(7):
        assert abs(off.count(day) - mean) <= max(4.0, 0.35 * mean)
