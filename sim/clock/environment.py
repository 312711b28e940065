"""SimPy's environment on integer microseconds, with an order of equal instants that does not depend on history.

SimPy orders events of the same instant by who was scheduled first. A run that is taken up from its rows schedules in
another order than the run that made them, so here equal instants are ordered by (kind of turn, entity id) instead.
"""

from __future__ import annotations

from enum import IntEnum, unique
from heapq import heappush
from typing import TYPE_CHECKING

from simpy import Environment, Event
from simpy.events import NORMAL

if TYPE_CHECKING:
    from collections.abc import Callable

_TURN_SHIFT = 48  # entity ids stay below 2^48; SimPy's own running numbers are small and so come first


@unique
class Turn(IntEnum):
    """Whose turn comes first among equal instants. Each pair (turn, entity) waits for one instant at a time."""

    PRICES = 1
    STAFFING = 2
    RECEIPT = 3
    SHIFT = 4
    PICK = 5
    PACK = 6
    TRIP = 7
    DOCK = 8
    CHANGE_OF_MIND = 9
    PATIENCE = 10
    ARRIVAL = 11
    SESSION = 12
    AFTERMATH = 13
    INCIDENT = 14  # of a scenario, by its place in the list
    INCIDENT_EDGE = 15
    SURGE = 16


class ShopEnvironment(Environment):
    """A SimPy environment whose `now` is an integer number of microseconds since the run's epoch."""

    def __init__(self, now_us: int = 0) -> None:
        super().__init__(initial_time=now_us)
        self._began_at = now_us  # what a process taken up from rows waited for may lie before it

    @property
    def now(self) -> int:
        """The simulated instant, in microseconds since the run's epoch."""
        return self._now  # type: ignore[return-value]

    def until(self, at_us: int, turn: Turn, entity_id: int) -> Event:
        """Return an event that happens at the instant `at_us`; raises ValueError for an instant in the past.

        At the very beginning an instant in the past means now: a run that goes on with other parameters may find that
        by them something should have happened already.
        """
        if at_us < self._now:
            if self._now != self._began_at:
                raise ValueError(f"{turn.name} of {entity_id} cannot wait for {at_us}: it is already {self._now}")
            at_us = self._began_at
        event = Event(self)
        event._ok = True
        event._value = None
        heappush(self._queue, (at_us, NORMAL, (turn << _TURN_SHIFT) + entity_id, event))
        return event

    def run_through(self, limit_us: int, enough: Callable[[], bool]) -> None:
        """Let everything happen up to and including `limit_us`, or until `enough()` at the end of some instant.

        Afterwards `now` is an instant of which nothing is outstanding: a consistent cut.
        """
        queue, step = self._queue, self.step
        while queue and queue[0][0] <= limit_us:
            instant = queue[0][0]
            while queue and queue[0][0] == instant:
                step()
            if enough():
                return
        self._now = limit_us
