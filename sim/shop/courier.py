"""A courier: who it is, what he or she is doing now, and how fast; the pace is the courier's own, and is learned."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from sim.clock.units import DAY_US, HOUR_US, MINUTE_US
from sim.luck import Luck, Purpose, lognormal

if TYPE_CHECKING:
    from sim.scenario.delivery import Delivery


@dataclass(slots=True, eq=False)
class Courier:
    """A courier: identity, and what he or she is doing now."""

    courier_id: int
    vehicle: str
    pattern: int  # which of the scenario's shifts
    off_days: frozenset[int]  # days of the week (Monday 0)
    hired_at: int = 0
    pace: float = 1.0  # time that everything takes, over what is usual
    shift_id: int | None = None
    shift_began_at: int = 0
    shift_ends_at: int = 0
    on_trip: bool = False
    ready_at: int = 0  # loaded, and rested where a break was due
    rested: bool = False  # whether the break of this shift has begun


def own_pace(u: float, delivery: Delivery) -> float:
    """Return a courier's own time for everything over what is usual, by a uniform of his or her luck."""
    return lognormal(u, 1.0, delivery.pace_sigma)


def slowness(courier: Courier, delivery: Delivery, at_us: int) -> float:
    """Return the time that everything takes the courier at an instant, over what is usual: who is new is slower."""
    days = max(0, at_us - courier.hired_at) / DAY_US
    return courier.pace * (1.0 + delivery.novice_slower * exp(-days / delivery.learning_days))


def comes_to_work(courier: Courier, shift_id: int, now_us: int, ends_at: int, luck: Luck, delivery: Delivery) -> None:
    """Begin a shift, which begins with loading."""
    courier.shift_id, courier.shift_began_at, courier.shift_ends_at = shift_id, now_us, ends_at
    courier.rested = False
    courier.ready_at = now_us + _loading_us(courier, luck, delivery, shift_id, 0)


def is_back(courier: Courier, trip_id: int, now_us: int, luck: Luck, delivery: Delivery) -> None:
    """End a trip: the next one is loaded, after the shift's break where half of the shift is over."""
    courier.on_trip = False
    courier.ready_at = now_us + _loading_us(courier, luck, delivery, trip_id, 1)
    if not courier.rested and now_us >= break_due_at(courier.shift_began_at, delivery):
        courier.rested = True
        courier.ready_at += round(delivery.break_min * MINUTE_US)


def was_rested(courier: Courier, trip_ended_at: int | None, delivery: Delivery) -> bool:
    """Whether the break of the shift came after a trip, the last but one, or before."""
    return trip_ended_at is not None and trip_ended_at >= break_due_at(courier.shift_began_at, delivery)


def break_due_at(shift_began_at: int, delivery: Delivery) -> int:
    """Return from when on the end of a trip is followed by the shift's break."""
    return shift_began_at + round(delivery.break_after_h * HOUR_US)


def _loading_us(courier: Courier, luck: Luck, delivery: Delivery, after: int, what: int) -> int:
    """Return how long loading takes; by the luck of what came before, so that a run that goes on knows it again."""
    (u,) = luck.draws(Purpose.LOADING, after, what, 1)
    return round(lognormal(u, delivery.loading_min, delivery.loading_sigma) * courier.pace * MINUTE_US)
