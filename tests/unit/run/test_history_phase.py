"""History after a start that ended while it loaded: what is missing is built before anything is read by keys."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import cast

import pytest

from sim.clock.units import DAY_US, HOUR_US
from sim.journal.port import HistorySink
from sim.run.context import RunContext
from sim.run.history import Interval
from sim.run.history_phase import HistoryPhase
from sim.run.pacing import Commands
from sim.snapshot import RunRecord
from tests.configurations import EPOCH, configuration

WHOLE = Interval(None, DAY_US)
REST = Interval(HOUR_US, DAY_US)


def phase(batches: int) -> HistoryPhase:
    """That of a run which has come to its first hour in so many batches."""
    run = RunRecord(1, 1, "baseline", {}, "international", 1.0, EPOCH, EPOCH + timedelta(hours=1), batches)
    context = RunContext(configuration(), "", lambda _: None, threading.Event(), Commands())
    return HistoryPhase(context, run, cast(HistorySink, None), lambda *_: None)


@pytest.mark.parametrize(
    ("batches", "history", "deferring", "expected"),
    [
        (3, [REST], True, [Interval(HOUR_US, HOUR_US), REST]),  # built where it stands, before the rest is made
        (3, [], False, [Interval(HOUR_US, HOUR_US)]),
        (0, [WHOLE], True, [WHOLE]),  # loaded without keys anyway
        (0, [WHOLE], False, [Interval(None, 0), Interval(0, DAY_US)]),  # after the opening
        (0, [], False, [Interval(None, 0)]),
    ],
    ids=["open, more to come", "open", "deferring", "with keys", "nothing to make"],
)
def test_the_history_of_a_shop_in_which_something_is_missing(
    batches: int, history: list[Interval], deferring: bool, expected: list[Interval]
):
    assert phase(batches)._after_building(history, deferring=deferring) == expected


def test_what_is_built_where_a_shop_stands_is_no_history():
    [first, *_] = phase(3)._after_building([], deferring=False)
    assert not first.is_ahead
