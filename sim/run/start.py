"""The composition root: what a database holds, and on which configuration its shop opens or goes on."""

from __future__ import annotations

import logging
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from common.messages import one_line
from db.apply import Current, Empty, SchemaError, apply_schema, described, schema_state
from db.deferred_indexes import deferred
from db.privileges import lacking_to_write
from sim.clock.pacer import WallClock
from sim.journal.port import SinkError
from sim.markets import MarketError
from sim.postgres.connection import server_message
from sim.postgres.control.incidents import pending
from sim.postgres.control.runs import newest_run, note_new_start, record_run
from sim.postgres.retention.purger import purging
from sim.postgres.writing.session import open_session
from sim.run.context import RunContext
from sim.run.files import RunFiles
from sim.run.history import Interval, history_intervals
from sim.run.lifecycle import RunLifecycle
from sim.run.pacing import Commands
from sim.run.resolution import Refused, new_config, resumed_config
from sim.run.resume import reading
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from sim.journal.port import Sink
    from sim.postgres.writing.session import Session
    from sim.run.configuration import RunConfig
    from sim.run.status import Status
    from sim.settings import Settings
    from sim.snapshot import RunRecord

__all__ = ["Refused", "run_shop"]

_LOG = logging.getLogger(__name__)


def run_shop(
    settings: Settings,
    url: str,
    observe: Callable[[Status], None],
    stop: threading.Event,
    files: RunFiles | None = None,
    beside: Sequence[Sink] = (),
) -> None:
    """Open the shop in a database, or go on with the one that is there, until `stop` is set or `--for` is over.

    `observe` is called a few times a second; `files` are those that have been read already; the sinks `beside` get
    every batch that the database gets, and are closed at the end, whatever that is. Raises Refused (one line, nothing
    changed) and SinkError (one line).
    """
    with ExitStack() as ending, _refusing_database_errors(), closing(_writing_session(url)) as writer:
        for sink in beside:
            ending.callback(sink.close)
        if (start := _recorded_start(settings, url, files or RunFiles(), stop)) is not None:
            context = RunContext(start.config, url, observe, stop, start.commands)
            RunLifecycle(context, start.run, beside).run(writer, start.history, deferring=start.deferring)


class _Start(NamedTuple):
    """What there is to do, after the database knows of it."""

    config: RunConfig
    run: RunRecord
    history: list[Interval]
    deferring: bool
    commands: Commands


def _recorded_start(settings: Settings, url: str, files: RunFiles, stop: threading.Event) -> _Start | None:
    """Settle on what configuration to start, and record it; None where the run has reached its end already."""
    with reading(url) as connection:
        made = _has_schema(connection)
        if made and (missing := lacking_to_write(connection)):
            raise Refused(f"database: {missing}")
        run = newest_run(connection) if made else None
        config = resumed_config(run, settings, files) if run else new_config(settings, files, datetime.now(UTC))
        over = bool(run and run.batches and config.is_over(run.sim_now))
        if over and not deferred(connection):
            with purging(url, config.keep, stop):  # perhaps it was killed while it forgot
                return None
        if not made:
            for warning in apply_schema(connection):
                _LOG.warning("database: %s", warning)
        recorded = config.recorded
        run = note_new_start(connection, run, recorded) if run else record_run(connection, recorded)
        deferring = _may_defer_keys(config) and (not run.batches or bool(deferred(connection)))
        connection.rollback()
        begins_us = run.now_us if run.batches else None
        history = history_intervals(config, begins_us, WallClock().since_us(config.epoch), deferring=deferring)
        return _Start(config, run, history, deferring, Commands(pending(connection)))


def _may_defer_keys(config: RunConfig) -> bool:
    """Whether the end of history is near enough to build keys then: a run without an end is looked at while it goes."""
    return config.speed.paced or config.until_us is not None or config.keep is not None


def _has_schema(connection: Connection) -> bool:
    state = schema_state(connection)
    connection.rollback()
    if isinstance(state, Current):
        return True
    if isinstance(state, Empty):
        return False
    raise Refused(f"database: it holds {described(state)}")


def _writing_session(url: str) -> Session:
    """Connect as the one simulator that may write to this database: whoever has this session has the lock too."""
    try:
        return open_session(url)
    except SinkError as error:
        raise Refused(f"database: {error}") from error


@contextmanager
def _refusing_database_errors() -> Iterator[None]:
    """Turn what the database says before the run begins into one line."""
    try:
        yield
    except DBAPIError as error:
        raise Refused(f"database: {server_message(error.orig) if error.orig else error}") from error
    except (SQLAlchemyError, SchemaError) as error:
        raise Refused(f"database: {one_line(error)}") from error
    except (ScenarioError, MarketError) as error:
        raise Refused(str(error)) from error
