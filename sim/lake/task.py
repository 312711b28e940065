"""The tasks of a lake: each city is one, and one more writes what belongs to no city."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import DAY_US
from sim.engines.job import Interrupted
from sim.journal.journal import Journal
from sim.lake.columns import unix_us
from sim.lake.manifest import TaskRecord
from sim.lake.places import TOLD_ONCE, places
from sim.lake.task_sink import TaskSink
from sim.processes.opening import city_opened, warehouses_opened
from sim.run.history.chunk_sizing import ChunkSizer
from sim.run.history.telling import all_but, in_portions
from sim.run.world import world_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sim.facts import Fact
    from sim.lake.files import Store, Written
    from sim.markets import Market
    from sim.processes.world import World
    from sim.run.configuration import RunConfig

_LOOK_EVERY = 1024  # instants; some ten thousand pass in a second
_FAR_US = 1 << 62


class LakeTask(NamedTuple):
    """One city to be lived through, or (None) what belongs to no city; the run has an end."""

    config: RunConfig
    city_id: int | None
    store: Store

    def carried_out(self, interrupted: Callable[[], bool]) -> TaskRecord:
        """Write all files, and then the record that they are there; whatever was there of them stays as it is.

        Raises Interrupted, SinkError and OSError.
        """
        gc.collect()
        gc.disable()  # a day of a shop leaves a dozen objects that only the collector would find, and it takes a tenth
        try:
            record = TaskRecord(self.city_id, _Task(self).files(interrupted))
        finally:
            gc.enable()
            gc.collect()
        record.put(self.store)
        return record


class _Task:
    def __init__(self, task: LakeTask) -> None:
        self._config = config = task.config
        self._sink = TaskSink(places(), config.epoch, task.city_id, task.store)
        self._journal = Journal(self._sink)
        tell = self._journal.record if task.city_id is None else all_but(TOLD_ONCE, self._journal.record)
        if task.city_id is None:
            for fact in _places_of(config.market):
                tell(fact)
        cities = frozenset() if task.city_id is None else frozenset({task.city_id})
        self._world: World = world_of(config, in_portions(tell, self._journal), cities=cities)
        self._world.tell = tell

    def files(self, interrupted: Callable[[], bool]) -> dict[str, list[Written]]:
        self._live(0, interrupted)
        at_us, sizer = 0, ChunkSizer()
        while at_us < self._config.end_us:
            until_us = min(sizer.next_end(at_us, _FAR_US), self._last_of_day(at_us + 1), self._config.end_us)
            sizer.learn(until_us - at_us, self._live(until_us, interrupted))
            at_us = until_us
        self._sink.finish()
        return self._sink.written

    def _live(self, until_us: int, interrupted: Callable[[], bool]) -> int:
        """Live through a stretch of time, and return how many rows it had."""
        looked = 0

        def enough() -> bool:
            nonlocal looked
            looked += 1
            return not looked % _LOOK_EVERY and interrupted()

        self._world.env.run_through(until_us, enough)
        if self._world.env.now < until_us or interrupted():
            raise Interrupted
        rows = self._journal.pending
        self._journal.commit(until_us)
        return rows

    def _last_of_day(self, at_us: int) -> int:
        """The last instant of its day, UTC: so what is handed over together is of one day."""
        epoch_us = unix_us(self._config.epoch)
        return ((epoch_us + at_us) // DAY_US + 1) * DAY_US - epoch_us - 1


def _places_of(market: Market) -> Iterator[Fact]:
    """Tell the cities and their warehouses."""
    for city in market.cities:
        yield city_opened(city)
    for city in market.cities:
        yield from warehouses_opened(city)
