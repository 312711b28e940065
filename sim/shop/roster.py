"""The couriers' roster: who works which shift on which day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sim.clock.units import HALF_HOUR_US
from sim.luck import Luck, Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.delivery import Delivery
    from sim.shop.courier import Courier
    from sim.shop.geography import LocalClock

T = TypeVar("T")

EVERY_DAY = frozenset(range(7))
_HALF_HOURS = 7 * 48


class Contract(NamedTuple):
    """What the roster fixes for the k-th courier of a warehouse: vehicle, shift pattern, days off."""

    vehicle: str
    pattern: int
    off_days: frozenset[int]


def contracts(count: int, delivery: Delivery) -> list[Contract]:
    """Deal out vehicles, shifts and days off so that every prefix of the list is as even as it can be."""
    fleet = sorted(delivery.vehicles)
    vehicles = _deal(fleet, [delivery.vehicles[name].share_of_fleet for name in fleet], count)
    patterns = _deal(list(range(len(delivery.shifts))), [shift.share for shift in delivery.shifts], count)
    so_far = [0] * len(delivery.shifts)
    dealt = []
    for vehicle, pattern in zip(vehicles, patterns, strict=True):
        first_off = so_far[pattern] * 2 + pattern * 3
        so_far[pattern] += 1
        off_days = frozenset((first_off + day) % 7 for day in range(7 - delivery.working_days_per_week))
        dealt.append(Contract(vehicle, pattern, off_days))
    return dealt


def _deal(options: Sequence[T], weights: Sequence[float], count: int) -> list[T]:
    """Return `count` options, each time the one that is furthest behind its share."""
    total = sum(weights)
    given = [0] * len(options)
    dealt = []
    for round_no in range(1, count + 1):
        behind = [weight / total * round_no - had for weight, had in zip(weights, given, strict=True)]
        chosen = behind.index(max(behind))
        given[chosen] += 1
        dealt.append(options[chosen])
    return dealt


def shift_of(
    courier: Courier, local_day: int, delivery: Delivery, clock: LocalClock, luck: Luck
) -> tuple[int, int] | None:
    """Return (start, end) in µs of the shift that begins on this local day, or None when there is none."""
    if (local_day - 1) % 7 in courier.off_days:
        return None
    (u,) = luck.draws(Purpose.ROSTER, courier.courier_id, local_day, 1)
    if u < delivery.absence_share:
        return None
    pattern = delivery.shifts[courier.pattern]
    start_s = round(pattern.from_hour * 3600)
    start = clock.instant_of(local_day, start_s)
    return start, clock.instant_of(local_day, start_s + round(pattern.hours * 3600))


class WeeklySchedule:
    """People by half hour of the local week, every week the same."""

    def __init__(self, people: Sequence[int], clock: LocalClock) -> None:
        """Take the people of each half hour, from Monday 0 h local on."""
        self._people = people
        self._clock = clock
        self._same_for = _runs(people)

    def on_duty(self, at_us: int) -> int:
        """Return the number of people at an instant."""
        return self._people[self._clock.half_hour_of_week(at_us)]

    def next_change(self, at_us: int) -> int:
        """Return when that number changes next; where the clocks change before it, the next full or half local hour."""
        local = self._clock.local_us(at_us)
        next_half_hour = HALF_HOUR_US - local % HALF_HOUR_US
        span = next_half_hour + self._same_for[self._clock.half_hour_of_week(at_us)] * HALF_HOUR_US
        return at_us + (span if self._clock.local_us(at_us + span) == local + span else next_half_hour)


def _runs(people: Sequence[int]) -> list[int]:
    """Return for how many more half hours each number stays the same, a day's at most."""
    following = [[*people[at + 1 :], *people[: at + 1]] for at in range(len(people))]
    return [
        next((n for n, other in enumerate(after[:48]) if other != now), 48)
        for now, after in zip(people, following, strict=True)
    ]


class CourierSchedule(WeeklySchedule):
    """Couriers planned to leave on trips from a warehouse."""

    def __init__(
        self, couriers: Sequence[Courier], delivery: Delivery, clock: LocalClock, last_departure_min: float
    ) -> None:
        """Plan with everybody on the roster until `last_departure_min` before the end of the shift."""
        super().__init__(_on_roster(couriers, delivery, last_departure_min), clock)
        on_shift = _on_roster(couriers, delivery, 0.0)
        self.delivery_hours = WeeklySchedule([min(1, people) for people in on_shift], clock)
        """1 while anybody is on shift, so that a door may be rung; 0 while nobody is."""


def _on_roster(couriers: Sequence[Courier], delivery: Delivery, off_before_end_min: float) -> list[int]:
    people = [0] * _HALF_HOURS
    for courier in couriers:
        pattern = delivery.shifts[courier.pattern]
        first, length = round(pattern.from_hour * 2), round((pattern.hours - off_before_end_min / 60.0) * 2)
        for day in set(range(7)) - courier.off_days:
            for half_hour in range(first, first + length):
                people[(day * 48 + half_hour) % _HALF_HOURS] += 1
    return people
