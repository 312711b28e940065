"""Which shop a database holds, and how far it has come: what a reader asks before it reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from psycopg2.extensions import parse_dsn

from db.terms import begin_on_our_terms
from pipeline.shop import of_current_run

_CONNECT_TIMEOUT_S = 10
_MOMENT = """
SELECT seed, market, epoch, sim_now, public.kept_since(), to_regclass('sim.unbuilt') IS NOT NULL
FROM sim.current_run
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """What makes a shop this one and no other: after a reset there is another, even in the same database."""

    seed: int
    market: str
    epoch: datetime

    @property
    def source(self) -> str:
        """The CloudEvents `source` of its events."""
        return f"bazaar://{quote(self.market, safe='')}/{self.seed}/{self.epoch.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A committed instant of a shop: everything before `sim_now` is there, back to `kept_since`.

    `building` says that history is being made: keys and indexes are missing.
    """

    shop: Shop
    sim_now: datetime
    kept_since: datetime
    building: bool


def connect(url: str) -> Connection:
    """A connection that only reads, a snapshot a transaction, on our terms whatever is usual. Raises psycopg2.Error."""
    wait: dict[str, Any] = {} if "connect_timeout" in parse_dsn(url) else {"connect_timeout": _CONNECT_TIMEOUT_S}
    connection: Connection = psycopg2.connect(url, application_name="bazaar events", **wait)
    begin_on_our_terms(connection)
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    return connection


def moment(connection: Connection) -> Moment:
    """Where the shop stands in the snapshot of the current transaction. Raises NoShop."""
    seed, market, epoch, sim_now, kept_since, building = of_current_run(connection, _MOMENT)
    return Moment(Shop(seed, market, epoch), sim_now, kept_since, building)
