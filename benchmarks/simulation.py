"""The simulation alone: half a day of the default shop, its rows made and forgotten, against bare SimPy. No database.

Everything is by CPU time, each run in a process of its own. Opening the shop is timed apart from living in it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from random import Random
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from simpy import Environment, Process

from benchmarks.apart import apart
from benchmarks.lines import Line, compared
from sim.clock.units import HOUR_US, MINUTE_US, SECOND_US
from sim.journal.journal import Journal
from sim.markets import load_market
from sim.processes.build import build_world
from sim.run.pacing import FactCounter
from sim.scenario import load_scenario

if TYPE_CHECKING:
    from simpy import Event

    from sim.facts import Fact
    from sim.journal.batch import Batch
    from sim.processes.world import World

UNTIL_US = 12 * HOUR_US
BARE_EVENTS = 300_000
_COMMIT_EVERY_US = 30 * MINUTE_US  # ten thousand rows or so
_LOOK_EVERY_US = 10 * MINUTE_US


class Forgetful:
    """A sink that counts the rows and forgets them."""

    def __init__(self) -> None:
        self.rows = 0

    def write(self, batch: Batch) -> None:
        """Count."""
        self.rows += batch.rows

    def flush(self) -> None:
        """Nothing is ever behind."""

    def close(self) -> None:
        """Nothing is open."""


def measure(repeat: int) -> dict[str, Any]:
    """Return figures a CPU-second of shop and bare SimPy, medians of runs that take turns, and the ratio of events."""
    counted = apart(count)
    live = round(counted["live_processes"])
    shops, bare = [], []
    for _ in range(repeat):  # so that a busy moment of the machine meets both
        shops.append(apart(live_through))
        bare.append(apart(bare_events_per_s, live))
    cpu_s = median(shop["cpu_s"] for shop in shops)
    events_per_s, bare_per_s = counted["events"] / cpu_s, median(bare)
    return {
        "rows": shops[0]["rows"],
        "rows_per_s": shops[0]["rows"] / cpu_s,
        "facts_per_s": counted["facts"] / cpu_s,
        "events_per_s": events_per_s,
        "live_processes": live,
        "bare_events_per_s": bare_per_s,
        "ratio": events_per_s / bare_per_s,
        "opening_cpu_s": median(shop["opening_cpu_s"] for shop in shops),
    }


def lines(found: dict[str, Any]) -> Iterator[Line]:
    """The figures as lines of the table."""
    text = f"{found['rows_per_s']:,.0f} rows, {found['facts_per_s']:,.0f} facts a CPU-second"
    against = f"with the journal; opening takes {found['opening_cpu_s']:.1f} s"
    yield compared("Simulation alone", found["rows_per_s"], 110_000, text, against, sense="≥", unit=" rows/s")
    text = f"{found['ratio']:.2f}: {found['events_per_s']:,.0f} SimPy events a CPU-second"
    against = f"bare SimPy, {found['live_processes']} endless timeouts: {found['bare_events_per_s']:,.0f}"
    yield compared("Simulation alone, of bare SimPy's events", found["ratio"], 0.25, text, against, sense="≥")


def live_through() -> dict[str, float]:
    """Live through the half day as fast as possible, and return its rows and what it took."""
    sink, began_s = Forgetful(), time.process_time()
    journal = Journal(sink)
    world = opened(FactCounter(journal).tell)
    journal.commit(0)
    gc.collect()
    gc.freeze()  # as every run does
    opening_rows, opened_s = sink.rows, time.process_time()
    for at_us in range(_COMMIT_EVERY_US, UNTIL_US + 1, _COMMIT_EVERY_US):
        world.env.run_through(at_us, lambda: False)
        journal.commit(at_us)
    cpu_s = time.process_time() - opened_s
    return {"rows": sink.rows - opening_rows, "cpu_s": cpu_s, "opening_cpu_s": opened_s - began_s}


def count() -> dict[str, float]:
    """Return the half day's facts and SimPy events, and the mean number of processes that live at a time."""
    facts, events, alive = 0, 0, list[int]()

    def tell(_: Fact) -> None:
        nonlocal facts
        facts += 1

    env, facts = opened(tell).env, 0
    for until_us in range(_LOOK_EVERY_US, UNTIL_US + 1, _LOOK_EVERY_US):
        while env.peek() <= until_us:
            env.step()
            events += 1
        alive.append(sum(isinstance(thing, Process) and thing.is_alive for thing in gc.get_objects()))
    return {"facts": facts, "events": events, "live_processes": fmean(alive)}


def bare_events_per_s(processes: int) -> float:
    """Return what SimPy does a CPU-second when so many processes only wait, each for a time of its own."""
    env, luck = Environment(), Random(1)
    pauses_us = [luck.randint(SECOND_US // 2, SECOND_US * 3 // 2) for _ in range(processes)]
    for pause_us in pauses_us:
        env.process(_wait_for_ever(env, pause_us))
    until_us = int(BARE_EVENTS / sum(1 / pause_us for pause_us in pauses_us))
    env.run(1)
    began_s = time.process_time()
    env.run(until_us)
    return BARE_EVENTS / (time.process_time() - began_s)


def _wait_for_ever(env: Environment, pause_us: int) -> Generator[Event, None, None]:
    while True:
        yield env.timeout(pause_us)


def opened(tell: Callable[[Fact], None]) -> World:
    """Return the default shop at its epoch, without a database."""
    epoch, (_, scenario) = datetime(2026, 1, 5, tzinfo=UTC), load_scenario("baseline")
    world = build_world(tell, seed=1, scenario=scenario, market=load_market("international"), scale=1.0, epoch=epoch)
    world.env.run_through(0, lambda: False)  # whatever happens at the epoch itself belongs to the opening
    return world
