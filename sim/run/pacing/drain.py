"""Draining a sink: all is committed, or somebody who asked to stop has waited long enough for the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.journal.port import PatientSink, SinkError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from sim.clock.pacer import WallClock

OBSERVE_EVERY_S = 0.25
SIMULATES_AGAIN = "simulate them again"
_LONGEST_S = 5.0  # who asks us to stop while the database is away waits no longer than this


def drain(
    sink: PatientSink,
    show: Callable[[], None],
    stop: threading.Event,
    wall: WallClock,
    hand_over: Callable[[], bool] = lambda: True,
    *,
    again: str = SIMULATES_AGAIN,
) -> None:
    """Return when `hand_over` has handed over what was left, and all is committed. Raises SinkError.

    `hand_over` says whether there was room; it is asked again until there was. `show` is called meanwhile. `again` is
    what going on does about that which could not be committed.
    """
    deadline_s = wall.steady_s() + _LONGEST_S
    handed_over = hand_over()
    while not (handed_over and sink.wait_until_written(OBSERVE_EVERY_S)):
        show()
        if stop.is_set() and sink.trouble and wall.steady_s() >= deadline_s:
            _give_up(sink, 0 if handed_over else 1, again)
        handed_over = handed_over or hand_over()


def _give_up(sink: PatientSink, unwritten: int, again: str) -> None:
    """Leave without a database that does not come back: nothing is lost but the time to do it again."""
    trouble = sink.trouble
    lost = sink.give_up() + unwritten
    raise SinkError(f"{lost} batches could not be written ({trouble}); going on will {again}")
