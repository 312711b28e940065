"""SimPy's environment on integer microseconds, with an order of equal instants that does not depend on history.

SimPy orders events of the same instant by who was scheduled first. A run that is taken up from its rows schedules in
another order than the run that made them, so here equal instants are ordered by (kind of turn, entity id) instead.
"""

from __future__ import annotations

from enum import IntEnum, unique
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from simpy import Environment, Event, Process
from simpy.events import NORMAL

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simpy.events import EventPriority

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
    POST_DELIVERY = 13
    INCIDENT = 14  # of a scenario, by its place in the list
    INCIDENT_EDGE = 15
    SURGE = 16
    ANSWER = 17
    MORNING = 18
    LOADED = 19


class _Moment(Event):
    """An event that is bound to happen: SimPy's Timeout with an instant in place of a delay."""

    _ok = True
    _value = None

    def __init__(self, env: ShopEnvironment) -> None:
        self.env = env
        self.callbacks = []


class _Begun(Process):
    """A process that an event begins: SimPy itself would begin it by an event of its own, at once."""

    def __init__(self, env: ShopEnvironment, generator: Generator[Event, Any, Any], when: Event) -> None:
        self.env = env
        self.callbacks = []
        self._generator = generator
        self._target = when
        when.callbacks.append(self._resume)


class ShopEnvironment(Environment):
    """A SimPy environment whose `now` is an integer number of microseconds since the run's epoch."""

    now: int = 0  # in place of the property: it is asked for at every turn

    def __init__(self, now_us: int = 0) -> None:
        super().__init__(initial_time=now_us)
        self.now = now_us
        self._began_at = now_us  # what a process taken up from rows waited for may lie before it

    def process(self, generator: Generator[Event, Any, Any]) -> Process:
        """Begin a process. SimPy says the same, but through a descriptor that binds anew for each one."""
        return Process(self, generator)

    def begin(self, generator: Generator[Event, Any, Any], when: Event) -> Process:
        """Begin a process at an event to come, in place of one that begins by waiting for it."""
        return _Begun(self, generator, when)

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: float = 0) -> None:
        """Let an event happen after a delay in µs; but the end of a process that nobody waits for is none."""
        if not event.callbacks and isinstance(event, Process) and event._ok:
            event.callbacks = None  # type: ignore[assignment]  # over, as SimPy marks it
            return
        heappush(self._queue, (self.now + delay, priority, next(self._eid), event))

    def until(self, at_us: int, turn: Turn, entity_id: int) -> Event:
        """Return an event that happens at the instant `at_us`; raises ValueError for an instant in the past.

        At the very beginning an instant in the past means now: a run that goes on with other parameters may find that
        by them something should have happened already.
        """
        if at_us < self.now:
            if self.now != self._began_at:
                raise ValueError(f"{turn.name} of {entity_id} cannot wait for {at_us}: it is already {self.now}")
            at_us = self._began_at
        event = _Moment(self)
        heappush(self._queue, (at_us, NORMAL, (turn << _TURN_SHIFT) + entity_id, event))
        return event

    def run_through(self, limit_us: int, enough: Callable[[], bool]) -> None:
        """Let everything happen up to and including `limit_us`, or until `enough()` at the end of some instant.

        Afterwards `now` is an instant of which nothing is outstanding: a consistent cut. This is SimPy's `step` written
        out, since half of a step is the calls that it takes.
        """
        queue: list[tuple[int, int, int, Event]] = self._queue  # type: ignore[assignment]
        while queue and queue[0][0] <= limit_us:
            instant, _, _, event = heappop(queue)
            self._now = self.now = instant
            while True:
                callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
                for callback in callbacks:
                    callback(event)
                if not event._ok and not hasattr(event, "_defused"):
                    raise event._value
                if not queue or queue[0][0] != instant:
                    break
                event = heappop(queue)[3]
            if enough():
                return
        self._now = self.now = limit_us

    def step(self) -> None:
        """Let the next event happen, as SimPy's own `run` does."""
        if self._queue:
            self.now = int(self.peek())
        super().step()
