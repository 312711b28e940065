"""The couriers' roster: who works which shift on which day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sim.clock.units import MINUTE_US
from sim.luck import Luck, Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.delivery import Delivery
    from sim.shop.geography import LocalClock

T = TypeVar("T")

EVERY_DAY = frozenset(range(7))
_HALF_HOURS = 7 * 48
_HALF_HOUR_US = 30 * MINUTE_US


class Courier:
    """A courier: identity, and what he or she is doing now."""

    __slots__ = (
        "courier_id", "free_since", "off_days", "on_trip", "pattern", "shift_ends_at", "shift_id", "vehicle",
        "warehouse_id",
    )  # fmt: skip

    def __init__(
        self, courier_id: int, warehouse_id: int, vehicle: str, pattern: int, off_days: frozenset[int]
    ) -> None:
        self.courier_id = courier_id
        self.warehouse_id = warehouse_id
        self.vehicle = vehicle
        self.pattern = pattern  # which of the scenario's shifts
        self.off_days = off_days  # days of the week (Monday 0)
        self.shift_id: int | None = None
        self.shift_ends_at = 0
        self.on_trip = False
        self.free_since = 0


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


class CourierDuty:
    """Couriers planned to leave on trips from a warehouse, by half hour of the local week."""

    def __init__(
        self, couriers: Sequence[Courier], delivery: Delivery, clock: LocalClock, last_departure_min: float
    ) -> None:
        """Plan with everybody on the roster until `last_departure_min` before the end of the shift."""
        self._clock = clock
        self._planned = [0] * _HALF_HOURS
        for courier in couriers:
            pattern = delivery.shifts[courier.pattern]
            first, length = round(pattern.from_hour * 2), round((pattern.hours - last_departure_min / 60.0) * 2)
            for day in set(range(7)) - courier.off_days:
                for half_hour in range(first, first + length):
                    self._planned[(day * 48 + half_hour) % _HALF_HOURS] += 1

    def on_duty(self, at_us: int) -> int:
        """Return the number of couriers planned for an instant."""
        half = self._clock.local_us(at_us) // _HALF_HOUR_US % 2
        return self._planned[self._clock.hour_of_week(at_us) * 2 + half]

    def next_change(self, at_us: int) -> int:
        """Return the next full or half local hour."""
        return at_us - self._clock.local_us(at_us) % _HALF_HOUR_US + _HALF_HOUR_US
