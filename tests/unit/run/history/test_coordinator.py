"""History: who gets which cities, how long chunks are, and when the coordinator asks for no more of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.clock.pacer import Speed
from sim.clock.units import HOUR_US
from sim.markets import load_market
from sim.postgres.writing.statements import Piece
from sim.run.history import Coordinator, Interval, history_intervals, parts_of
from sim.run.history.chunk_sizing import ROWS_A_CHUNK, ChunkSizer
from sim.run.history.worker import Result
from sim.run.pacing import Commands
from sim.run.pacing.commands import ClockCommand
from sim.run.status import Census, Status
from tests.configurations import configuration

DAY_US = 24 * HOUR_US


@pytest.mark.parametrize("processes", [1, 2, 3, 5, 64])
def test_every_city_is_in_one_part_and_no_part_is_empty(processes: int):
    cities = [city.city_id for city in load_market("international").cities]
    parts = parts_of(load_market("international"), processes)
    assert sorted(city for part in parts for city in part) == sorted(cities)
    assert len(parts) == min(processes, len(cities))
    assert all(parts)


def test_two_parts_have_about_as_much_to_do():
    market = load_market("international")
    shares = {city.city_id: city.demand_share for city in market.cities}
    loads = [sum(shares[city] for city in part) for part in parts_of(market, 2)]
    assert max(loads) < 0.55 * sum(loads)


@given(st.lists(st.integers(1, 3_000_000), min_size=30, max_size=30))
def test_chunks_go_forward_to_the_target_whatever_their_rows(rows: list[int]):
    sizer, at = ChunkSizer(), 0
    for number in rows:
        cut = sizer.next_end(at, 5 * DAY_US)
        assert at < cut <= 5 * DAY_US
        sizer.learn(cut - at, number)
        at = cut
        if at == 5 * DAY_US:
            return


def test_chunks_come_to_have_the_rows_wanted():
    sizer, at, rows, rows_an_hour = ChunkSizer(), 0, 0, 1_000
    for _ in range(20):
        cut = sizer.next_end(at, 10_000 * HOUR_US)
        rows = (cut - at) * rows_an_hour // HOUR_US
        sizer.learn(cut - at, rows)
        at = cut
    assert rows == pytest.approx(min(ROWS_A_CHUNK, 24 * rows_an_hour), rel=0.01)  # a chunk is a day at most


def test_towards_the_target_chunks_are_ever_shorter_but_few():
    sizer, at, lengths = ChunkSizer(), 0, []
    while at < 9 * DAY_US:
        cut = sizer.next_end(at, 9 * DAY_US)
        lengths.append(cut - at)
        sizer.learn(cut - at, (cut - at) * 5_000 // HOUR_US)
        at = cut
    usual = max(lengths)
    tail = lengths[len(lengths) - lengths[::-1].index(usual) :]  # those after the last of full length
    assert tail == sorted(tail, reverse=True)
    assert tail[-1] < usual / 4
    assert len(tail) <= 5


@pytest.mark.parametrize(
    ("now_us", "asked", "expected"),
    [
        (None, {}, [(None, 7 * DAY_US)]),  # up to the wall clock
        (DAY_US, {}, [(DAY_US, 7 * DAY_US)]),
        (8 * DAY_US, {}, []),  # it is ahead of the wall clock already
        (None, {"catch_up": False}, []),
        (None, {"until_us": 2 * DAY_US}, [(None, 2 * DAY_US)]),
        (None, {"speed": "max", "until_us": 9 * DAY_US}, [(None, 9 * DAY_US)]),
        (7 * DAY_US - HOUR_US, {}, []),  # too little to begin processes for
        (None, {"keep": timedelta(days=3)}, [(None, 3 * DAY_US), (3 * DAY_US, 7 * DAY_US)]),
        (DAY_US, {"keep": timedelta(days=3)}, [(DAY_US, 3 * DAY_US), (3 * DAY_US, 7 * DAY_US)]),
        (4 * DAY_US, {"keep": timedelta(days=3)}, [(4 * DAY_US, 7 * DAY_US)]),
        (None, {"keep": timedelta(days=30)}, [(None, 7 * DAY_US)]),
    ],
)
def test_the_history_to_be_made(now_us: int | None, asked: dict[str, Any], expected: list[tuple[int | None, int]]):
    found = history_intervals(configuration(**asked), now_us, 7 * DAY_US, keyless=True)
    assert [tuple(interval) for interval in found] == expected


def test_with_its_keys_a_shop_needs_no_pause_to_build_them():
    config = configuration(keep=timedelta(days=3))
    assert history_intervals(config, DAY_US, 7 * DAY_US, keyless=False) == [Interval(DAY_US, 7 * DAY_US)]


def test_however_little_is_made_together_when_asked_for():
    config = configuration(until_us=HOUR_US, scale=0.001)
    assert history_intervals(config, None, DAY_US, keyless=True) == []
    assert history_intervals(replace(config, processes=1), None, DAY_US, keyless=True) == [Interval(None, HOUR_US)]


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
        return [
            Result(Piece([], [], until_us // HOUR_US), Census(orders=1)),
            Result(Piece([], [], 0), Census(orders=2)),
        ]


class Sink:
    """A sink that has room and is never behind."""

    rows_written = behind = 0
    trouble = None

    def __init__(self) -> None:
        self.cuts: list[int] = []
        self.reported: list[Mapping[str, object]] = []

    def report(self, progress: Mapping[str, object]) -> None:
        self.reported.append(progress)

    def write_pieces(self, sim_now_us: int, pieces: Sequence[Piece]) -> None:
        assert len(pieces) in {0, 2}
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
    making.coordinator._look(at_once=True)
    making.sink.rows_written = 1
    making.coordinator._look(at_once=True)
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
    making.workers = Workers({1: lambda: making.commands.leave(ClockCommand(Speed.parse("20x"), paused=False))})
    making.make()
    assert 0 < making.coordinator.now_us < 4 * DAY_US


def test_a_command_for_what_is_so_already_changes_nothing():
    making = Making()
    making.commands.leave(ClockCommand(Speed.parse("10x"), paused=False))
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
