"""The parts of the benchmarks by name: how each is measured, and how its figures become lines of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from benchmarks import events, growth, lake, marts, pace, package, past, reading, simulation, start, writing
from benchmarks.compose import measuring as compose
from benchmarks.lines import Line
from benchmarks.peers import measuring as peers
from benchmarks.replica import measuring as replica
from benchmarks.spark import measuring as spark

Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Where to measure, and how often."""

    server_url: str
    repeat: int
    seconds: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part. Results are kept together that are measured together: what takes long or needs Docker is by itself."""

    measure: Callable[[Asked], Found]
    lines: Callable[[Found], Iterator[Line]]
    kept: str = "bench"
    needs_server: bool = True


def _grown_and_read(asked: Asked, durations: dict[str, str]) -> Found:
    with ExitStack() as keep:
        grown, largest = growth.measure(asked.server_url, durations, keep)
        read = reading.measure(asked.server_url, largest, asked.rounds)
        return {"growth": grown, "reading": read, "past": past.measure(asked.server_url, largest, asked.rounds)}


def _grown_and_read_lines(found: Found) -> Iterator[Line]:
    yield from growth.lines(found["growth"])
    yield from reading.lines(found["reading"])
    if "past" in found:  # not in results of before it was measured
        yield from past.lines(found["past"])


PARTS: dict[str, Part] = {
    "simulation": Part(lambda asked: simulation.measure(asked.repeat), simulation.lines),
    "pace": Part(lambda asked: pace.measure(asked.server_url, asked.seconds), pace.lines),
    "writing": Part(lambda asked: writing.measure(asked.server_url, asked.repeat), writing.lines),
    "peers": Part(lambda asked: peers.measure(asked.server_url, asked.repeat), peers.lines),
    "growth": Part(lambda asked: _grown_and_read(asked, growth.SMALL), _grown_and_read_lines),
    "start": Part(lambda _: start.measure(), start.lines),
    "large": Part(lambda asked: _grown_and_read(asked, growth.LARGE), _grown_and_read_lines, kept="large"),
    "million": Part(lambda asked: growth.measure_few_visits(asked.server_url), growth.few_visits_lines, kept="large"),
    "events": Part(
        lambda asked: events.measure(asked.server_url, asked.repeat, asked.seconds), events.lines, kept="events"
    ),
    "marts": Part(lambda asked: marts.measure(asked.server_url, asked.repeat), marts.lines, kept="marts"),
    "spark": Part(lambda asked: spark.measure(asked.server_url), spark.lines, kept="spark"),
    "lake": Part(lambda asked: lake.measure(asked.repeat), lake.lines, kept="lake", needs_server=False),
    "package": Part(lambda asked: package.measure(asked.repeat), package.lines, kept="package", needs_server=False),
    "replica": Part(lambda asked: replica.measure(asked.seconds), replica.lines, kept="replica", needs_server=False),
    "compose": Part(lambda asked: compose.measure(asked.repeat), compose.lines, kept="compose", needs_server=False),
}
