"""The checkpoint, which is the database itself: what a run needs of it in order to go on, on its config."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import psycopg2
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from sim.clock.units import HOUR_US
from sim.journal.port import SinkError
from sim.postgres.connection import dial, server_message
from sim.postgres.control.runs import newest_run
from sim.postgres.reading.open_rows import OpenRows
from sim.postgres.transient_errors import is_transient
from sim.processes.pending_consequences import pending_consequences
from sim.processes.purchase_memory import still_remembered
from sim.shop.rating import horizon_us

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from sim.run.configuration import RunConfig
    from sim.snapshot import Snapshot

_LOG = logging.getLogger(__name__)
_AGAIN_S = 1.0

T = TypeVar("T")


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection for what comes before or between the writing."""
    engine = create_engine("postgresql+psycopg2://", creator=lambda: dial(url), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def newest_open_rows(connection: Connection, config: RunConfig) -> Snapshot:
    """What is open at the newest commit, and what may still follow from what is over."""
    run = newest_run(connection)
    assert run is not None, "its row is the first thing that a run writes"
    carts = timedelta(hours=config.scenario.demand.cart_return_within_h)
    orders = timedelta(microseconds=horizon_us(config.scenario) + HOUR_US)
    matters = partial(
        pending_consequences, now=run.now_us, seed=config.seed, scenario=config.scenario, market=config.market
    )
    remembered = partial(still_remembered, seed=config.seed, scenario=config.scenario)
    return OpenRows(connection, run.epoch, run.sim_now).snapshot(carts, orders, matters, remembered)


def read_again(url: str, read: Callable[[Connection], T], stop: threading.Event) -> T:
    """Read something in the middle of a run; a database that is away is waited for until `stop`. Raises SinkError."""
    told = False
    while True:
        try:
            with reading(url) as connection:
                return read(connection)
        except (DBAPIError, psycopg2.Error) as error:
            cause = error.orig if isinstance(error, DBAPIError) and isinstance(error.orig, Exception) else error
            if is_transient(cause) and not told:
                _LOG.warning("database: it is waited for: %s", server_message(cause))
                told = True
            if not is_transient(cause) or stop.wait(_AGAIN_S):
                raise SinkError(server_message(cause)) from error
