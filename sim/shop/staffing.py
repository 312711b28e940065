"""How many people are on duty, and when a queue before them will be worked off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sim.clock.units import DAY_US, HOUR_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.shop.geography import LocalClock

_LOOK_AHEAD_US = 14 * DAY_US


class StaffSchedule(Protocol):
    """People on duty as a function of time."""

    def on_duty(self, at_us: int) -> int:
        """Return the number of people on duty at an instant."""
        ...

    def next_change(self, at_us: int) -> int:
        """Return the next instant at which that number may change."""
        ...


class HourlySchedule:
    """People on duty at one station of one warehouse by local hour; 0 is closed."""

    def __init__(self, network_by_hour: Sequence[float], share: float, clock: LocalClock) -> None:
        """Give this warehouse its share of the network's people, at least one in every open hour."""
        self._by_hour = [max(1, round(people * share)) if people > 0 else 0 for people in network_by_hour]
        self._clock = clock

    def on_duty(self, at_us: int) -> int:
        """Return the number of people on duty at an instant."""
        return self._by_hour[self._clock.hour(at_us)]

    def next_change(self, at_us: int) -> int:
        """Return the next full local hour."""
        return at_us - self._clock.local_us(at_us) % HOUR_US + HOUR_US


def finished_at(schedule: StaffSchedule, from_us: int, work_us: float, own_us: float = 0.0) -> int:
    """Return when `work_us` of person-time, begun at `from_us`, is done by those on duty.

    `own_us` is the part of it that one person must do alone, so that it takes at least that long. After two weeks
    without an end some instant after them is returned.
    """
    at, left, worked = from_us, work_us, 0.0
    while at < from_us + _LOOK_AHEAD_US:
        people = schedule.on_duty(at)
        end = schedule.next_change(at)
        if people:
            needed = max(left / people, own_us - worked)
            if at + needed <= end:
                return at + int(needed)
            left = max(0.0, left - (end - at) * people)
            worked += end - at
        at = end
    return at


def attended_us(schedule: StaffSchedule, from_us: int, to_us: int) -> int:
    """Return how much of a stretch of time somebody is on duty."""
    at, attended = from_us, 0
    while at < to_us:
        end = min(schedule.next_change(at), to_us)
        if schedule.on_duty(at):
            attended += end - at
        at = end
    return attended


def person_us(schedule: StaffSchedule, from_us: int, to_us: int) -> int:
    """Return the time that those on duty have together in a stretch of time."""
    at, total = from_us, 0
    while at < to_us:
        end = min(schedule.next_change(at), to_us)
        total += (end - at) * schedule.on_duty(at)
        at = end
    return total
