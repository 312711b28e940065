"""The first phase of a start: history made by several processes, and the keys and indexes that were deferred for it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from db.deferred_indexes import defer, deferred
from sim.children import usable_processors
from sim.postgres.connection import server_message
from sim.postgres.writing.index_building import build_in_parallel
from sim.run.history import Coordinator, Interval, Task, WorkerPool, parts_of, share_of
from sim.run.pacing.census import open_in
from sim.run.resume import read_again, reading
from sim.run.status import EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from db.deferred_indexes import Deferred
    from sim.journal.port import HistorySink
    from sim.run.context import RunContext
    from sim.run.status import Census
    from sim.snapshot import RunRecord

_LOG = logging.getLogger(__name__)


class HistoryPhase:
    """Makes what history there is, interval by interval, and sees to it that nothing is missing afterwards."""

    def __init__(
        self,
        context: RunContext,
        run: RunRecord,
        sink: HistorySink,
        build_by_writer: Callable[[int, Deferred], None],
    ) -> None:
        """`build_by_writer` hands a key or an index to be built to the writer, as of an instant."""
        self._context = context
        self._sink = sink
        self._build_by_writer = build_by_writer
        self._began_us = run.now_us
        self.is_open = run.batches > 0  # whether the shop has opened
        self.counted: Census = EMPTY  # what has happened

    def run(self, history: Sequence[Interval], *, deferring: bool) -> bool:
        """Make the intervals, the first without keys if `deferring`; return whether the run is over with that."""
        if self._missing():  # a start before this one ended while it loaded; what is open is read by keys
            history = self._after_building(history, deferring=deferring)
        for interval in history:
            context = self._context
            coordinator = Coordinator(
                self._sink, context.config, interval, context.observe, context.stop, context.commands, self.counted
            )
            if interval.is_ahead:
                self._make(coordinator, deferring=deferring)
                deferring = False
            self.is_open = True
            self._build(coordinator)
            if context.stop.is_set() or coordinator.now_us >= context.config.end_us:
                coordinator.end()
                return True
            coordinator.drain()
            if coordinator.now_us < interval.target_us:  # somebody has asked for what the live shop does
                break
        return False

    def _after_building(self, history: Sequence[Interval], *, deferring: bool) -> Sequence[Interval]:
        """The history, with a first interval at whose end what is missing is built, unless it is so already."""
        if self.is_open:
            return [Interval(self._began_us, self._began_us), *history]
        if deferring and history:
            return history
        return [Interval(None, 0), *(Interval(begins_us or 0, target_us) for begins_us, target_us in history)]

    def _make(self, coordinator: Coordinator, *, deferring: bool) -> None:
        tasks = list(self._tasks())
        if deferring:
            self._defer()
        with WorkerPool(tasks) as pool:
            del tasks  # they are large
            self.counted = coordinator.make(pool).counted

    def _tasks(self) -> Iterable[Task]:
        config = self._context.config
        snapshot = self._context.open_rows() if self.is_open else None
        for number, cities in enumerate(parts_of(config.market, config.processes or usable_processors())):
            here = share_of(snapshot, cities) if snapshot else None
            yield Task(number, config, cities, here, open_in(here), self._sink.encoder(str(number)))

    def _defer(self) -> None:
        try:
            with reading(self._context.url) as connection:
                if not deferred(connection):
                    defer(connection)
                connection.commit()
        except DBAPIError as error:  # then it takes longer
            _LOG.warning("database: history is loaded with all keys: %s", server_message(error.orig or error))

    def _missing(self) -> list[Deferred]:
        return read_again(self._context.url, deferred, self._context.stop)

    def _build(self, coordinator: Coordinator) -> None:
        """Build what is missing: most of it side by side, and by the writer what that has left for any reason."""
        coordinator.drain()
        if missing := self._missing():
            coordinator.show_during(partial(build_in_parallel, self._context.url, missing), len(missing))
        while missing := self._missing():
            coordinator.build([partial(self._build_by_writer, coordinator.now_us, one) for one in missing])
