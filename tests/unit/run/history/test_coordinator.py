"""The coordinator of history: what it asks for, hands over and shows, and when it asks for no more."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from sim.clock.pacer import Speed
from sim.clock.units import DAY_US, HOUR_US
from sim.run.history import Coordinator, Interval
from sim.run.history.worker import Result
from sim.run.pacing import Commands
from sim.run.pacing.commands import ClockCommand
from sim.run.status import Census, Status
from tests.configurations import configuration


class Workers:
    """Workers that make a row an hour, as fast as they are asked."""

    def __init__(self, after: Mapping[int, Any] | None = None) -> None:
        self.asked: list[int] = []
        self._waiting: deque[int] = deque()
        self._after = after or {}  # the number of the chunk, and what happens when it is there

    def ask(self, until_us: int) -> None:
        self.asked.append(until_us)
        self._waiting.append(until_us)

    def answers(self, timeout_s: float) -> list[Result] | None:
        assert timeout_s > 0
        until_us = self._waiting.popleft()
        if happens := self._after.get(self.asked.index(until_us)):
            happens()
        return [Result(["one"], until_us // HOUR_US, Census(orders=1)), Result(["another"], 0, Census(orders=2))]


class Sink:
    """A sink that has room and is never behind."""

    rows_written = behind = 0
    trouble = None

    def __init__(self) -> None:
        self.cuts: list[int] = []
        self.reported: list[Mapping[str, object]] = []

    def report(self, progress: Mapping[str, object]) -> None:
        self.reported.append(progress)

    def write_encoded(self, sim_now_us: int, encoded: Sequence[str]) -> None:
        assert list(encoded) in ([], ["one", "another"])
        self.cuts.append(sim_now_us)

    def wait_for_room(self, timeout_s: float) -> bool:
        return timeout_s > 0

    def wait_until_written(self, timeout_s: float) -> bool:
        return timeout_s > 0

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nobody should ask for {name}")


class Making:
    """A coordinator with workers and a sink of ours."""

    def __init__(self, begins_us: int | None = None, after: Mapping[int, Any] | None = None) -> None:
        self.stop, self.commands, self.sink = threading.Event(), Commands(), Sink()
        self.seen: list[Status] = []
        self.workers = Workers(after)
        self.config = configuration(until_us=5 * DAY_US)
        interval = Interval(begins_us, 4 * DAY_US)
        self.coordinator = Coordinator(self.sink, self.config, interval, self.seen.append, self.stop, self.commands)

    def make(self) -> Census:
        return self.coordinator.make(self.workers)


def test_it_begins_with_the_opening_and_ends_at_the_target():
    making = Making()
    census = making.make()
    assert making.sink.cuts[0] == 0
    assert making.sink.cuts == sorted(set(making.sink.cuts)) == making.workers.asked
    assert making.sink.cuts[-1] == making.coordinator.now_us == 4 * DAY_US
    assert census == Census(orders=3)


def test_until_the_opening_is_written_it_says_that_it_opens():
    making = Making()
    making.coordinator._show_status(at_once=True)
    making.sink.rows_written = 1
    making.coordinator._show_status(at_once=True)
    assert [status.phase for status in making.seen] == ["opening", "catching_up"]


def test_it_goes_on_from_where_it_stood():
    making = Making(begins_us=DAY_US)
    making.make()
    assert min(making.workers.asked) > DAY_US
    assert {status.phase for status in making.seen} == {"catching_up"}


def test_told_to_stop_it_writes_what_was_asked_for_and_asks_for_no_more():
    making = Making()
    making.workers = Workers({2: making.stop.set})
    making.make()
    assert making.sink.cuts == making.workers.asked
    assert making.coordinator.now_us < 4 * DAY_US
    making.coordinator.end()
    assert making.sink.reported[-1]["status"] == "stopped"
    assert making.seen[-1].phase == "stopped"


def test_it_leaves_other_speeds_and_incidents_to_the_live_shop():
    making = Making()
    making.workers = Workers({1: lambda: making.commands.post(ClockCommand(Speed.parse("20x"), paused=False))})
    making.make()
    assert 0 < making.coordinator.now_us < 4 * DAY_US


def test_a_command_for_what_is_so_already_changes_nothing():
    making = Making()
    making.commands.post(ClockCommand(Speed.parse("10x"), paused=False))
    making.make()
    assert making.coordinator.now_us == 4 * DAY_US


def test_even_who_is_told_to_stop_at_once_opens_the_shop():
    making = Making()
    making.stop.set()
    making.make()
    assert making.sink.cuts == [0]


def test_without_an_end_it_shows_no_target():
    making = Making()
    config = configuration("max")
    coordinator = Coordinator(
        making.sink, config, Interval(None, config.end_us), making.seen.append, making.stop, making.commands
    )
    coordinator.make(Workers({5: making.stop.set}))
    assert {status.target for status in making.seen} == {None}
    assert inf not in making.sink.cuts
