"""Slots: the windows of time in which parcels are brought, how full they are, and which one a customer takes."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import DAY_US, HOUR_US, SECOND_US
from sim.shop.staffing import person_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.scenario import Scenario
    from sim.scenario.slots import Slots
    from sim.shop.geography import LocalClock
    from sim.shop.staffing import StaffSchedule

_MOST_CACHED = 512
_LEAST_ABSENCE = 1e-3  # nobody is always at home


class Slot(NamedTuple):
    """A window of time; the end is what is promised."""

    starts_at: int
    ends_at: int


class DoorHours:
    """The hours of the local day in which a door may be rung."""

    def __init__(self, slots: Slots, clock: LocalClock) -> None:
        self._from_us, self._until_us = round(slots.from_hour * HOUR_US), round(slots.until_hour * HOUR_US)
        self._always = self._until_us - self._from_us >= DAY_US
        self._clock = clock

    def is_open(self, at_us: int) -> bool:
        """Whether a door may be rung at an instant."""
        return self._always or self._from_us <= self._clock.local_us(at_us) % DAY_US < self._until_us

    def opening(self, at_us: int) -> int:
        """Return from when on a door may be rung: the instant itself, or the next morning."""
        return at_us if self.is_open(at_us) else self._morning_after(at_us)

    def next_morning(self, at_us: int) -> int | None:
        """Return when people are up the next time after an instant; None where they always are."""
        return None if self._always else self._morning_after(at_us)

    def closing(self, at_us: int) -> int | None:
        """Return until when doors may be rung on that local day; None where they always may."""
        if self._always:
            return None
        return self._clock.instant_of(self._clock.local_day(at_us), self._until_us // SECOND_US)

    def between(self, from_us: int, to_us: int) -> int:
        """Return how much of a stretch of time lies in these hours: nobody waits for a parcel while asleep."""
        return self._so_far(to_us) - self._so_far(from_us)

    def _morning_after(self, at_us: int) -> int:
        day, time_us = self._clock.local_day(at_us), self._clock.local_us(at_us) % DAY_US
        return self._clock.instant_of(day + (time_us >= self._from_us), self._from_us // SECOND_US)

    def _so_far(self, at_us: int) -> int:
        days, time_us = divmod(self._clock.local_us(at_us), DAY_US)
        return (
            days * (self._until_us - self._from_us) + min(max(time_us, self._from_us), self._until_us) - self._from_us
        )


class SlotBook:
    """A warehouse's slots, numbered from day to day, and the orders booked for them that have not left yet.

    Without the orders it holds nothing that the scenario and the roster do not say. `booked` is by the end promised.
    """

    def __init__(
        self, scenario: Scenario, clock: LocalClock, schedule: StaffSchedule, booked: Mapping[int, int]
    ) -> None:
        slots = scenario.slots
        self._clock, self._schedule, self._booked = clock, schedule, booked
        self._from_s, self._length_s = round(slots.from_hour * 3600), round(slots.hours * 3600)
        self._every_s = round(slots.every_min * 60)
        self._a_day = 1 + (round(slots.until_hour * 3600) - self._from_s - self._length_s) // self._every_s
        # Of people's time each slot has its share: slots that overlap share it.
        share = min(1.0, self._every_s / self._length_s) if self._a_day > 1 else 1.0
        self._parcels_per_us = scenario.promise.planned_parcels_per_courier_h * share / HOUR_US
        self._offered, self._patience_us = slots.offered, slots.patience_h * HOUR_US
        self._appeal = [
            max(_LEAST_ABSENCE, _middle(scenario.delivery.absence_by_hour, self._second(no), self._length_s))
            ** -slots.presence
            for no in range(self._a_day)
        ]
        self._slots: dict[int, Slot] = {}
        self._room: dict[int, float] = {}

    def slot(self, number: int) -> Slot:
        """Return the slot of a number; consecutive slots have consecutive numbers."""
        known = self._slots.get(number)
        if known is None:
            if len(self._slots) >= _MOST_CACHED:
                self._slots.clear()
            day, no = divmod(number, self._a_day)
            begins_s = self._second(no)
            known = self._slots[number] = Slot(
                self._clock.instant_of(day, begins_s), self._clock.instant_of(day, begins_s + self._length_s)
            )
        return known

    def first_ending(self, at_us: int) -> int:
        """Return the number of the first slot that ends at an instant or later."""
        time_s = self._clock.local_us(at_us) % DAY_US // SECOND_US
        no = min(self._a_day, max(0, (time_s - self._from_s - self._length_s) // self._every_s))
        number = self._clock.local_day(at_us) * self._a_day + no
        while self.slot(number).ends_at < at_us:
            number += 1
        return number

    def due_by(self, at_us: int) -> int:
        """Return how many orders that have not left yet are promised for an instant or before."""
        return sum(orders for ends_at, orders in self._booked.items() if ends_at <= at_us)

    def chosen(self, soonest: int, u: float) -> Slot:
        """Return the slot that a customer takes who is offered this one as the soonest: by wait, and being at home."""
        ends_at = self.slot(soonest).ends_at
        below, options = 0.0, []
        for number in range(soonest, soonest + self._offered):
            if number == soonest or self._has_room(number):
                slot = self.slot(number)
                below += exp((ends_at - slot.ends_at) / self._patience_us) * self._appeal[number % self._a_day]
                options.append((below, slot))
        target = u * below
        return next((slot for upto, slot in options if target < upto), options[-1][1])

    def _has_room(self, number: int) -> bool:
        room = self._room.get(number)
        slot = self.slot(number)
        if room is None:
            if len(self._room) >= _MOST_CACHED:
                self._room.clear()
            room = self._room[number] = person_us(self._schedule, *slot) * self._parcels_per_us
        return self._booked.get(slot.ends_at, 0) + 1 <= room

    def _second(self, no: int) -> int:
        return self._from_s + no * self._every_s


def _middle(by_hour: Sequence[float], begins_s: int, length_s: int) -> float:
    """Return what holds in the middle of a slot."""
    return by_hour[(begins_s + length_s // 2) // 3600 % 24]
