"""The shop's end, in PostgreSQL: which shop it is, how far it has come, and what of ours decodes its log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from psycopg2.extensions import make_dsn, parse_dsn

from common.messages import one_line
from db.terms import begin_on_our_terms
from models import SCHEMA_VERSION, revision_of
from pipeline.replica.problems import NotPossible, Waiting
from pipeline.replica.settings import ReplicaSettings

_TERMS = {"connect_timeout": 10, "application_name": "bazaar replica"}
PATIENCE = "SET statement_timeout = '10min'; SET lock_timeout = '10s'"
_IS_THERE = "SELECT to_regclass('sim.runs') IS NOT NULL AND to_regclass('sim.alembic_version') IS NOT NULL"
_VERSION = "SELECT max(version_num) FROM sim.alembic_version"
_MOMENT = """
SELECT seed, market, epoch, sim_now, heartbeat_at, status, public.kept_since(),
       (SELECT system_identifier FROM pg_control_system()),
       (SELECT oid FROM pg_database WHERE datname = current_database()), 'sim.runs'::regclass::oid,
       to_regclass('sim.unbuilt') IS NOT NULL
FROM sim.current_run
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """A committed instant of a shop; `identity` is this one's and no other's, also after a reset with the same seed."""

    identity: str
    sim_now: datetime
    heartbeat_at: datetime
    status: str
    kept_since: datetime
    building: bool

    @property
    def stands_still(self) -> bool:
        """Whether its clock does not move: then every row is comparable."""
        return self.status in {"paused", "stopped", "finished"}


@contextmanager
def connected(settings: ReplicaSettings) -> Iterator[Connection]:
    """A connection to the shop's database that commits each statement. Raises NotPossible."""
    url = settings.database_url
    try:
        connection: Connection = psycopg2.connect(
            make_dsn(url, **{name: value for name, value in _TERMS.items() if name not in parse_dsn(url)})
        )
    except psycopg2.OperationalError as error:
        raise NotPossible(f"the shop's PostgreSQL does not answer: {one_line(error)}") from None
    try:
        begin_on_our_terms(connection)
        connection.autocommit = True
        ask(connection, PATIENCE)
        yield connection
    except psycopg2.Error as error:  # a table that is gone among them: the shop is being reset just now
        raise NotPossible(f"the shop's PostgreSQL: {one_line(error)}") from None
    finally:
        connection.close()


@contextmanager
def one_moment(settings: ReplicaSettings, tables: Iterable[str]) -> Iterator[Connection]:
    """A connection that sees the shop as it is now for as long as it lives; these tables stay what they are."""
    with connected(settings) as connection:
        ask(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ask(connection, f"LOCK TABLE {', '.join(tables)} IN ACCESS SHARE MODE")
        ask(connection, "SET LOCAL cursor_tuple_fraction = 1")  # each cursor is read to its end
        yield connection


def ask(connection: Connection, sql: str, values: tuple[object, ...] | None = None) -> list[tuple[Any, ...]]:
    """The rows that a statement has for an answer, if any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def moment(connection: Connection) -> Shop:
    """Where the shop stands. Raises Waiting where there is none yet, NotPossible where it is another program's."""
    if not ask(connection, _IS_THERE)[0][0]:
        raise Waiting("no shop has been opened in this database")
    version = ask(connection, _VERSION)[0][0]
    if version != revision_of(SCHEMA_VERSION):
        raise NotPossible(
            f"the shop's schema is {version}, and this program's {revision_of(SCHEMA_VERSION)}; "
            "`python -m sim upgrade` (make upgrade) brings an older one up to date"
        )
    for seed, market, epoch, sim_now, heartbeat_at, status, kept_since, *whence, building in ask(connection, _MOMENT):
        identity = "/".join([*map(str, whence), market, str(seed), f"{epoch.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"])
        return Shop(identity, sim_now, heartbeat_at, status, kept_since, building)
    raise Waiting("no shop has been opened in this database")
