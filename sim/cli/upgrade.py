"""`upgrade`: brings an older shop's tables to this program's, rows and all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

import typer

from common.called import as_called
from sim.cli import formatting
from sim.cli.database import for_a_command, opened
from sim.cli.failure import FAILED, Failure, refusing
from sim.cli.reset import refuse_unknown, tell_what_makes_them
from sim.cli.urls import place

if TYPE_CHECKING:
    from collections.abc import Collection

    from psycopg2.extensions import connection as PsycopgConnection  # noqa: N812  its own name is that of our variables
    from sqlalchemy import Connection

    from db.upgrade import Upgrade

_NOTHING = "upgrade: there is no shop here yet; `python -m sim run` (make sim) begins one, of the newest schema"

_HOW_TO_GO_ON = (
    "what others have built on the shop and is in the way goes when it is named, --drop NAME for each or 'SCHEMA.*',"
    " and what makes it again is printed"
)


def upgrade_command(named: str | None, drop: Collection[str] = ()) -> None:
    """Upgrade in one transaction, refused while a simulator runs, and say what was done.

    Of what others have built on the shop that is dropped which `drop` names.
    """
    from db.dependents import dependents

    begun_s = time.monotonic()
    with for_a_command(named) as url:
        if url is None:
            raise Failure(_NOTHING)
        with opened(url) as connection:
            if _is_older(connection):
                refuse_unknown("upgrade", dependents(connection), drop)
                connection.rollback()
                _take_the_simulators_place(connection)
            done = _upgraded(connection, drop)
    for line in told(done, place(url), time.monotonic() - begun_s):
        typer.echo(as_called(f"bazaar: {line}"), err=True)
    tell_what_makes_them(done.dropped)


def told(done: Upgrade, where: str, took_s: float) -> list[str]:
    """What was done, a line for each thing."""
    from models import SCHEMA_VERSION

    if not done.steps:
        return [f"the shop in {where} has schema {SCHEMA_VERSION} already, this program's"]
    return [
        *(f"{step.revision} {step.sentence}" for step in done.steps),
        *(f"database: {warning}" for warning in done.warnings),
        *(f"dropped as named: {gone.kind} {gone.name}" for gone in done.dropped),
        f"the shop in {where} has schema {SCHEMA_VERSION} now ({formatting.span(took_s)}); `python -m sim run` goes on",
    ]


def _is_older(connection: Connection) -> bool:
    """Say at once what can't be upgraded or need not be, without waiting for anybody's lock."""
    from db.apply import Empty, Foreign, Newer, Older, SchemaError, described, schema_state

    with refusing(SchemaError, about="database: "):
        state = schema_state(connection)
    if isinstance(state, Empty):
        raise Failure(_NOTHING)
    if isinstance(state, Foreign | Newer):
        raise Failure(f"upgrade: the database holds {described(state)}; only an older Bazaar's schema can be upgraded")
    connection.rollback()
    return isinstance(state, Older)


def _take_the_simulators_place(connection: Connection) -> None:
    """Hold the one simulator's lock for as long as the connection lives."""
    from sim.postgres.writer_lock import take_lock

    session = cast("PsycopgConnection", connection.connection.driver_connection)
    session.autocommit = True
    holder = take_lock(session)
    session.autocommit = False
    if holder is not None:
        raise Failure(f"upgrade: a simulator is running on this database ({holder}); stop it first")


def _upgraded(connection: Connection, drop: Collection[str]) -> Upgrade:
    from psycopg2 import errors
    from sqlalchemy.exc import DBAPIError

    from db.apply import SchemaError
    from db.upgrade import upgrade_schema
    from sim.postgres.connection import server_message

    try:
        with refusing(SchemaError, about="upgrade: "):
            return upgrade_schema(connection, drop)
    except DBAPIError as error:
        if isinstance(error.orig, errors.LockNotAvailable):
            raise Failure("upgrade: others are using the tables; nothing was changed", FAILED) from error
        said = f"upgrade: nothing was changed: {server_message(error.orig) if error.orig else error}"
        if isinstance(error.orig, errors.DependentObjectsStillExist | errors.FeatureNotSupported):
            raise Failure(f"{said}; {_HOW_TO_GO_ON}", FAILED) from error
        raise Failure(said, FAILED) from error
