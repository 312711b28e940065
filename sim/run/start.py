"""The composition root: what a database holds, on which terms its shop opens or goes on, and who spends its life."""

from __future__ import annotations

import logging
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from db.apply import Current, Empty, Older, SchemaError, apply_schema, described, schema_state
from db.deferred_indexes import unbuilt
from db.privileges import lacking_to_write
from sim.children import usable_processors
from sim.clock.pacer import WallClock
from sim.markets import MarketError
from sim.run.history import Interval, history_intervals
from sim.run.lifecycle import RunLifecycle
from sim.run.pacing import Commands
from sim.run.resume import reading
from sim.run.terms import MARKET_DIGEST, Refused, Terms, new_terms, terms_of
from sim.scenario import ScenarioError
from sim.sinks.port import SinkError
from sim.sinks.postgres.connection import one_line
from sim.sinks.postgres.incidents import pending
from sim.sinks.postgres.retention import keeping
from sim.sinks.postgres.runs import RunInputs, newest_run, note_new_start, record_run
from sim.sinks.postgres.session import open_session

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from sim.run.status import Status
    from sim.settings import Settings
    from sim.sinks.postgres.session import Session
    from sim.snapshot import RunRecord

__all__ = ["Refused", "run_shop"]

_LOG = logging.getLogger(__name__)


def run_shop(settings: Settings, url: str, observe: Callable[[Status], None], stop: threading.Event) -> None:
    """Open the shop in a database, or go on with the one that is there, until `stop` is set or `--for` is over.

    `observe` is called a few times a second. Raises Refused (one line, nothing changed) and SinkError (one line).
    """
    with _refusing_database_errors(), closing(_writing_session(url)) as writer:
        with reading(url) as connection:
            made = _has_schema(connection)
            if made and (missing := lacking_to_write(connection)):
                raise Refused(f"database: {missing}")
            run = newest_run(connection) if made else None
            terms = terms_of(run, settings) if run else new_terms(settings, datetime.now(UTC))
            over = bool(run and run.batches and terms.plan.is_over(run.sim_now))
            if over and not unbuilt(connection):
                with keeping(url, terms.plan.keep, stop):  # perhaps it was killed while it forgot
                    return
            if not made:
                for warning in apply_schema(connection):
                    _LOG.warning("database: %s", warning)
            inputs = _inputs(terms)
            run = note_new_start(connection, run, inputs) if run else record_run(connection, inputs)
            keyless = _may_lack_keys(terms) and (not run.batches or bool(unbuilt(connection)))
            connection.rollback()
            history = _history(terms, run, settings, keyless=keyless)
            commands = Commands(pending(connection))
        processes = settings.processes or usable_processors()
        RunLifecycle(terms, run, url, observe, stop, commands, processes).run(writer, history, keyless=keyless)


def _may_lack_keys(terms: Terms) -> bool:
    """Whether the end of history is near enough to build keys then: a run without an end is looked at while it goes."""
    plan = terms.plan
    return plan.speed.paced or plan.until_us is not None or plan.keep is not None


def _history(terms: Terms, run: RunRecord, settings: Settings, *, keyless: bool) -> list[Interval]:
    """The history that several processes shall make."""
    return history_intervals(
        terms.plan,
        run.now_us if run.batches else None,
        WallClock().since_us(terms.plan.epoch),
        terms.scenario.demand.sessions_per_day * terms.scale,
        keyless=keyless,
        at_any_cost=settings.processes is not None,
    )


def _inputs(terms: Terms) -> RunInputs:
    return RunInputs(
        terms.seed,
        terms.scenario_name,
        {**terms.scenario.resolved(), MARKET_DIGEST: terms.market_digest},
        terms.scenario.digest(),
        terms.market,
        terms.currency,
        terms.scale,
        terms.plan.epoch,
        str(terms.plan.speed),
    )


def _has_schema(connection: Connection) -> bool:
    state = schema_state(connection)
    connection.rollback()
    if isinstance(state, Current):
        return True
    if isinstance(state, Empty):
        return False
    if isinstance(state, Older):
        raise Refused(f"database: it holds {described(state)}")
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
        raise Refused(f"database: {one_line(error.orig) if error.orig else error}") from error
    except (SQLAlchemyError, SchemaError) as error:
        raise Refused(f"database: {' '.join(str(error).split())}") from error
    except (ScenarioError, MarketError) as error:
        raise Refused(str(error)) from error
