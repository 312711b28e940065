"""The lifecycle of one start: history first, if there is much of it, and then life, until the end or a stop."""

from __future__ import annotations

import logging
import sys
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from sim.clock.pacer import Speed
from sim.journal.fan_out import FanOut
from sim.journal.port import SinkError
from sim.postgres.control.listener import Listener
from sim.postgres.retention.purger import purging
from sim.postgres.writing.sink import PostgresSink
from sim.run.history import WorkerLost
from sim.run.history_phase import HistoryPhase
from sim.run.live_phase import live
from sim.run.pacing.commands import ClockCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.journal.port import HistorySink, Sink
    from sim.postgres.control.controls import Controls
    from sim.postgres.writing.session import Session
    from sim.run.context import RunContext
    from sim.run.history import Interval
    from sim.run.pacing import Commands
    from sim.snapshot import RunRecord

_LOG = logging.getLogger(__name__)


class RunLifecycle:
    """One start of a shop, with the sinks that it writes to."""

    def __init__(self, context: RunContext, run: RunRecord, beside: Sequence[Sink] = ()) -> None:
        """`beside` are sinks that get every batch too, history's as well as life's."""
        self._context = context
        self._run = run
        self._beside = beside

    def run(self, writer: Session, history: Sequence[Interval], *, deferring: bool) -> None:
        """Live until the end or a stop; everything is committed then, and nothing is missing that was deferred.

        `deferring`: the first interval of history is loaded without keys.
        """
        sys.setswitchinterval(1e-4)  # the writer's thread must not wait 5 ms for its turn
        context, run_id = self._context, self._run.run_id
        postgres = PostgresSink(writer, self._run.epoch, run_id)
        sink: HistorySink = FanOut(postgres, *self._beside) if self._beside else postgres
        past = HistoryPhase(context, self._run, sink, postgres.build)
        try:
            with (
                closing(Listener(context.url, run_id, partial(_post, context.commands), context.commands.request)),
                purging(context.url, context.config.keep, context.stop),
            ):
                if not past.run(history, deferring=deferring):
                    live(context, sink, past.counted, is_open=past.is_open)
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


def _post(commands: Commands, asked: Controls) -> None:
    """Pass on what was asked through the database, unless somebody wrote there what is no speed."""
    try:
        commands.post(ClockCommand(Speed.parse(asked.speed), asked.paused))
    except ValueError as error:
        _LOG.warning("sim.controls: %s", error)
