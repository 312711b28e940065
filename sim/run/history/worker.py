"""A worker: a process of its own that simulates some of the cities and hands over what is to be written.

It is written in the sink's own form already, by the sink's encoder, which came with the task.
"""

from __future__ import annotations

import gc
import os
import signal
import traceback
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.children import TOLD_TO_ALL
from sim.facts import OF_NO_CITY
from sim.journal.journal import Journal
from sim.run.history.telling import all_but, in_portions
from sim.run.pacing.census import CensusTaker
from sim.run.pacing.fact_counter import FactCounter
from sim.run.world import world_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from sim.journal.batch import Batch
    from sim.journal.port import Encoder
    from sim.run.configuration import RunConfig
    from sim.run.status import Census
    from sim.snapshot import Snapshot

_NICE = 5  # the server goes first: what waits for it at the end is what nobody does anything else beside


class Task(NamedTuple):
    """What a worker has to do. The snapshot, where there is one, is of its own cities."""

    number: int
    config: RunConfig
    cities: frozenset[int]
    snapshot: Snapshot | None
    before: Census  # of those cities
    encoder: Encoder


class Result(NamedTuple):
    """What a worker has made of a chunk of time."""

    encoded: list[Any]  # as the encoder made it: more than one after an opening
    rows: int
    census: Census


class WorkerError(NamedTuple):
    """A mistake of ours, with its traceback."""

    traceback: str


def work(connection: Connection) -> None:
    """Take the task, live up to each instant asked for and answer with what was made of it, until nobody asks."""
    for number in TOLD_TO_ALL:
        signal.signal(number, signal.SIG_IGN)  # who asks us decides; that nobody does any more ends us
    os.nice(_NICE)
    gc.disable()  # a day of a shop leaves a dozen objects that only the collector would find, and it takes a tenth
    try:
        worker = _Worker(connection.recv())  # no argument: those stay for as long as the process
        while True:
            connection.send(worker.live_until(connection.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(0)  # a world taken apart object by object keeps a processor busy that the server needs
    except Exception:  # noqa: BLE001  whatever it is, it is told where people see it
        connection.send(WorkerError(traceback.format_exc()))


class _Worker:
    """A world of some cities, with its way to what is handed over."""

    def __init__(self, task: Task) -> None:
        self._output = _Output(task.encoder)
        self._journal = Journal(self._output)
        self._counter = counter = FactCounter(self._journal)
        tell = counter.tell if task.number == 0 else all_but(OF_NO_CITY, counter.tell)
        self._world = world_of(task.config, in_portions(tell, self._journal), task.snapshot, task.cities)
        self._world.tell = tell
        counter.counts = Counter()
        counter.resume(task.snapshot.orders if task.snapshot else ())
        self._census_taker = CensusTaker(self._world, counter, task.before)

    def live_until(self, until_us: int) -> Result:
        self._world.env.run_through(until_us, lambda: False)
        self._journal.commit(until_us)
        encoded, rows = self._output.take()
        return Result(encoded, rows, self._census_taker.census())


class _Output:
    """A sink that encodes batches for the real one, and keeps them until they are taken."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._encoded: list[Any] = []
        self._rows = 0

    def write(self, batch: Batch) -> None:
        self._encoded.append(self._encoder.encode(batch, again=bool(self._encoded)))
        self._rows += batch.rows

    def take(self) -> tuple[list[Any], int]:
        """What was written since the last time, and how many rows that is."""
        taken = self._encoded, self._rows
        self._encoded, self._rows = [], 0
        return taken

    def flush(self) -> None:
        """Nothing is ever behind."""

    def close(self) -> None:
        """Nothing is open."""
