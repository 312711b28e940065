"""The composition root: the only place that knows processes and sinks both."""

from __future__ import annotations

import gc
import logging
import sys
from collections import Counter
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from models.apply import Current, Empty, Older, SchemaError, apply_schema, described, schema_state
from sim.clock.environment import ShopEnvironment
from sim.clock.pacer import Speed
from sim.clock.units import HOUR_US
from sim.journal.journal import Journal
from sim.luck import Luck
from sim.markets import MarketError, load_market
from sim.processes.aftermath import horizon_us
from sim.processes.going_on import take_up
from sim.processes.incidents import carry_out
from sim.processes.life import come_alive
from sim.processes.opening import open_shop
from sim.processes.unsettled import unsettled
from sim.processes.world import World
from sim.running import Runner, Tally, Wishes
from sim.running.wishes import Wish
from sim.scenario import ScenarioError
from sim.shop.catalogue import Catalogue
from sim.sinks.port import SinkError
from sim.sinks.postgres.connection import dial, one_line
from sim.sinks.postgres.controls import Controls
from sim.sinks.postgres.incidents import pending
from sim.sinks.postgres.listener import Listener
from sim.sinks.postgres.open_rows import OpenRows
from sim.sinks.postgres.runs import RunInputs, newest_run, note_new_start, record_run
from sim.sinks.postgres.session import open_session
from sim.sinks.postgres.sink import PostgresSink
from sim.terms import Refused, Terms, new_terms, terms_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from sim.facts import Fact
    from sim.settings import Settings
    from sim.sinks.postgres.session import Session
    from sim.snapshot import RunRecord, Snapshot
    from sim.status import Status

__all__ = ["Refused", "run_shop"]

_LOG = logging.getLogger(__name__)


def run_shop(settings: Settings, url: str, observe: Callable[[Status], None], stop: threading.Event) -> None:
    """Open the shop in a database, or go on with the one that is there, until `stop` is set or `--for` is over.

    `observe` is called a few times a second. Raises Refused (one line, nothing changed) and SinkError (one line).
    """
    with _refusing_database_errors(), closing(_writing_session(url)) as writer:
        engine = create_engine("postgresql+psycopg2://", creator=lambda: dial(url), poolclass=NullPool)
        with engine.connect() as connection:
            run = newest_run(connection) if _has_schema(connection) else None
            terms = terms_of(run, settings) if run else new_terms(settings, datetime.now(UTC))
            if run and run.batches and terms.plan.is_over(run.sim_now):
                return
            if not _has_schema(connection):
                for warning in apply_schema(connection):
                    _LOG.warning("database: %s", warning)
            inputs = _inputs(terms)
            run = note_new_start(connection, run, inputs) if run else record_run(connection, inputs)
            snapshot = _open_rows(connection, run, terms) if run.batches else None
            wishes = Wishes(pending(connection))
        _run(terms, run, snapshot, wishes, url, writer, observe, stop)


def _run(
    terms: Terms,
    run: RunRecord,
    snapshot: Snapshot | None,
    wishes: Wishes,
    url: str,
    writer: Session,
    observe: Callable[[Status], None],
    stop: threading.Event,
) -> None:
    sys.setswitchinterval(1e-4)  # the writer's thread must not wait 5 ms for its turn
    sink = PostgresSink(writer, run.epoch, run.run_id)
    try:
        journal = Journal(sink)
        tally = Tally(journal)
        world = build_world(terms, tally.tell, snapshot)
        if snapshot is None:
            open_shop(world)
        else:
            take_up(world, snapshot)
        come_alive(world)
        gc.collect()
        gc.freeze()  # what is there now stays: the collector need not look at it again
        if snapshot is None:
            world.env.run_through(0, lambda: False)  # whatever happens at the epoch itself belongs to the opening
            journal.commit(0)
        sessions = len(snapshot.sessions) if snapshot else 0
        carts = sum(row.cart_id is not None for row in snapshot.sessions) if snapshot else 0
        tally.counts = Counter()
        with closing(Listener(url, run.run_id, partial(_leave, wishes), wishes.ask)):
            Runner(
                world,
                journal,
                tally,
                sink,
                terms.plan,
                observe,
                stop,
                wishes,
                open_at_start=(sessions, carts),
                carry_out=partial(carry_out, world),
            ).run()
    except SinkError:
        raise
    except BaseException:
        sink.give_up()  # a mistake of ours must not wait for a database that is away
        raise
    finally:
        sink.close()


def _leave(wishes: Wishes, asked: Controls) -> None:
    """Pass on what was asked through the database, unless somebody wrote there what is no speed."""
    try:
        wishes.leave(Wish(Speed.parse(asked.speed), asked.paused))
    except ValueError as error:
        _LOG.warning("sim.controls: %s", error)


def build_world(terms: Terms, tell: Callable[[Fact], None], snapshot: Snapshot | None) -> World:
    """Return the places and posts of a run, new or going on, still without people."""
    stock, luck = terms.scenario.stock, Luck(terms.seed)
    market = load_market(terms.market)
    catalogue = Catalogue.build(
        market,
        luck,
        products=stock.products,
        popularity_exponent=stock.popularity_exponent,
        promotion_share=stock.promotion_share,
        promotion_discounts_percent=stock.promotion_discounts_percent,
    )
    env = ShopEnvironment(snapshot.sim_now if snapshot else 0)
    return World(
        env,
        luck,
        terms.scenario,
        market,
        catalogue,
        terms.plan.epoch,
        terms.scale,
        tell,
        going_on_from=snapshot.sim_now if snapshot else -1,
        newest_ids=snapshot.newest_ids if snapshot else None,
    )


def _inputs(terms: Terms) -> RunInputs:
    return RunInputs(
        terms.seed,
        terms.scenario_name,
        terms.scenario.resolved(),
        terms.scenario.digest(),
        terms.market,
        terms.scale,
        terms.plan.epoch,
        str(terms.plan.speed),
    )


def _open_rows(connection: Connection, run: RunRecord, terms: Terms) -> Snapshot:
    carts = timedelta(hours=terms.scenario.demand.cart_return_within_h)
    orders = timedelta(microseconds=horizon_us(terms.scenario) + HOUR_US)
    now, market = (run.sim_now - run.epoch) // timedelta(microseconds=1), load_market(terms.market)
    matters = partial(unsettled, now=now, seed=terms.seed, scenario=terms.scenario, market=market)
    return OpenRows(connection, run.epoch, run.sim_now).snapshot(carts, orders, matters)


def _has_schema(connection: Connection) -> bool:
    state = schema_state(connection)
    connection.rollback()
    if isinstance(state, Current):
        return True
    if isinstance(state, Empty):
        return False
    if isinstance(state, Older):
        raise Refused(f"database: it holds {described(state)}")
    raise Refused(f"database: it holds {described(state)}; an empty one or this program's own is needed")


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
