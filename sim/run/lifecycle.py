"""A lifetime: what one start of a shop goes through. History first, if there is much of it, and then life."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from db.deferred_indexes import defer, deferred
from sim.children import usable_processors
from sim.clock.pacer import Speed
from sim.journal.fan_out import FanOut
from sim.journal.journal import Journal
from sim.journal.port import SinkError
from sim.postgres.connection import one_line
from sim.postgres.control.listener import Listener
from sim.postgres.retention.purger import purging
from sim.postgres.writing.index_building import build_in_parallel
from sim.postgres.writing.sink import PostgresSink
from sim.processes.incidents import carry_out
from sim.run.history import Coordinator, Interval, Task, WorkerLost, WorkerPool, parts_of, share_of
from sim.run.pacing import FactCounter, Runner
from sim.run.pacing.clock_state import ClockState
from sim.run.pacing.commands import ClockCommand
from sim.run.pacing.gc_tuning import freeze_what_is_there
from sim.run.pacing.rate_meter import RateMeter
from sim.run.resume import newest_open_rows, read_again, reading
from sim.run.status import NOBODY, Census
from sim.run.world import world_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from db.deferred_indexes import Deferred
    from sim.journal.port import Encoder, HistorySink, ReportingSink, Sink
    from sim.postgres.control.controls import Controls
    from sim.postgres.writing.session import Session
    from sim.processes.world import World
    from sim.run.configuration import RunConfig
    from sim.run.pacing import Commands
    from sim.run.status import Status
    from sim.snapshot import RunRecord, Snapshot

_LOG = logging.getLogger(__name__)


class RunLifecycle:
    """One start of a shop."""

    def __init__(
        self,
        config: RunConfig,
        run: RunRecord,
        url: str,
        observe: Callable[[Status], None],
        stop: threading.Event,
        commands: Commands,
        beside: Sequence[Sink] = (),
    ) -> None:
        """`beside` are sinks that get every batch too, history's as well as life's."""
        self._config = config
        self._run = run
        self._url = url
        self._observe = observe
        self._stop = stop
        self._commands = commands
        self._beside = beside
        self._open = run.batches > 0

    def run(self, writer: Session, history: Sequence[Interval], *, keyless: bool) -> None:
        """Live until the end or a stop; everything is committed then, and nothing is missing that was set aside.

        `keyless`: the first interval of history is loaded without keys.
        """
        sys.setswitchinterval(1e-4)  # the writer's thread must not wait 5 ms for its turn
        postgres = PostgresSink(writer, self._run.epoch, self._run.run_id)
        sink = FanOut(postgres, *self._beside) if self._beside else postgres
        try:
            with (
                closing(Listener(self._url, self._run.run_id, partial(_leave, self._commands), self._commands.ask)),
                purging(self._url, self._config.keep, self._stop),
            ):
                self._live_on(sink, postgres, history, keyless=keyless)
        except SinkError:
            raise
        except WorkerLost as error:
            sink.give_up()
            raise SinkError(str(error)) from error
        except BaseException:
            sink.give_up()  # a mistake of ours must not wait for a database that is away
            raise
        finally:
            sink.close()

    def _live_on(
        self, sink: HistorySink, postgres: PostgresSink, history: Sequence[Interval], *, keyless: bool
    ) -> None:
        counted = NOBODY
        if self._missing():  # a start before this one ended while it loaded; what is open is read by keys
            now_us = self._run.now_us
            if self._open:
                history = [Interval(now_us, now_us), *history]
            elif not (keyless and history):
                history = [
                    Interval(None, 0),
                    *(Interval(begins_us or 0, target_us) for begins_us, target_us in history),
                ]
        for interval in history:
            coordinator = Coordinator(sink, self._config, interval, self._observe, self._stop, self._commands, counted)
            if interval.is_ahead:
                counted = self._make(coordinator, sink, keyless=keyless)
                keyless = False
            self._open = True
            self._build(coordinator, postgres)
            if self._stop.is_set() or coordinator.now_us >= self._config.end_us:
                coordinator.end()
                return
            coordinator.see_written()
            if coordinator.now_us < interval.target_us:  # somebody has asked for what the live shop does
                break
        self._live(sink, counted)

    def _make(self, coordinator: Coordinator, sink: HistorySink, *, keyless: bool) -> Census:
        """Have a pool make an interval of history; return what has been counted so far."""
        tasks = self._tasks(sink)
        if keyless:
            self._set_aside()
        with WorkerPool(tasks) as pool:
            return coordinator.make(pool).counted

    def _set_aside(self) -> None:
        try:
            with reading(self._url) as connection:
                if not deferred(connection):
                    defer(connection)
                connection.commit()
        except DBAPIError as error:  # then it takes longer
            _LOG.warning("database: history is loaded with all keys: %s", one_line(error.orig or error))

    def _missing(self) -> list[Deferred]:
        return read_again(self._url, deferred, self._stop)

    def _tasks(self, sink: HistorySink) -> list[Task]:
        snapshot = self._snapshot()
        parts = parts_of(self._config.market, self._config.processes or usable_processors())
        return [self._task(number, part, snapshot, sink.encoder(str(number))) for number, part in enumerate(parts)]

    def _task(self, number: int, cities: frozenset[int], snapshot: Snapshot | None, encoder: Encoder) -> Task:
        here = share_of(snapshot, cities) if snapshot else None
        return Task(number, self._config, cities, here, _open_in(here), encoder)

    def _snapshot(self) -> Snapshot | None:
        """What is open, of a shop that was opened. It is large: nobody shall keep it."""
        if not self._open:
            return None
        return read_again(self._url, partial(newest_open_rows, config=self._config), self._stop)

    def _build(self, coordinator: Coordinator, postgres: PostgresSink) -> None:
        """Build what is missing: most of it side by side, and by the writer what that has left for any reason."""
        coordinator.see_written()
        if missing := self._missing():
            coordinator.while_it_lasts(partial(build_in_parallel, self._url, missing), len(missing))
        while missing := self._missing():
            coordinator.build([partial(postgres.build, coordinator.now_us, one) for one in missing])

    def _live(self, sink: ReportingSink, counted: Census) -> None:
        journal = Journal(sink)
        counter = FactCounter(journal)
        if not self._open:
            opening = ClockState("opening", None, str(self._config.speed), None)
            self._observe(opening.status(self._config.epoch, 0, NOBODY, RateMeter(), sink))
        world, before = self._inhabited(counter)
        freeze_what_is_there()
        if not self._open:
            world.env.run_through(0, lambda: False)  # whatever happens at the epoch itself belongs to the opening
            journal.commit(0)
        counter.counts = Counter()
        Runner(
            world,
            journal,
            counter,
            sink,
            self._config,
            self._observe,
            self._stop,
            self._commands,
            before=Census.of_all([counted, before]),
            carry_out=partial(carry_out, world),
        ).run()

    def _inhabited(self, counter: FactCounter) -> tuple[World, Census]:
        """The world with its people, opened or taken up, and what is open in it."""
        snapshot = self._snapshot()
        counter.take_up(snapshot.orders if snapshot else ())
        return world_of(self._config, counter.tell, snapshot), _open_in(snapshot)


def _open_in(snapshot: Snapshot | None) -> Census:
    """What is open in a shop that is taken up."""
    sessions = snapshot.sessions if snapshot else []
    return Census(sessions_open=len(sessions), carts_open=sum(row.cart_id is not None for row in sessions))


def _leave(commands: Commands, asked: Controls) -> None:
    """Pass on what was asked through the database, unless somebody wrote there what is no speed."""
    try:
        commands.leave(ClockCommand(Speed.parse(asked.speed), asked.paused))
    except ValueError as error:
        _LOG.warning("sim.controls: %s", error)
