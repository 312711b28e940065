"""`reset`: drops the shop, and nothing that is not the shop's."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import typer

from sim.cli.database import for_a_command, opened
from sim.cli.failure import FAILED, Failure
from sim.cli.urls import place

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NOTHING = "there is nothing to drop"
_WAIT_FOR_READERS = "10s"


def reset_command(named: str | None, *, yes: bool) -> None:
    """Ask, then drop everything of ours in one transaction; refused while a simulator runs."""
    with for_a_command(named) as url:
        if url is None or not _is_ours(url):
            typer.echo(f"bazaar: {_NOTHING}", err=True)
            return
        if not yes:
            _ask(place(url))
        with opened(url) as connection:
            drop_shop(connection)
    typer.echo("bazaar: the shop was dropped", err=True)


def _ask(where: str) -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise Failure("reset: nobody can be asked here; --yes drops the shop without asking")
    if not typer.confirm(f"Drop the shop in {where}, all its rows and history?", err=True):
        raise Failure("reset: nothing was dropped", FAILED)


def _is_ours(url: str) -> bool:
    from models.apply import Empty, Foreign, Newer, SchemaError, described, schema_state

    with opened(url) as connection:
        try:
            state = schema_state(connection)
        except SchemaError:  # ours, but damaged: all the more reason to begin anew
            return True
    if isinstance(state, Foreign | Newer):
        raise Failure(f"reset: the database holds {described(state)}; only a shop of this program is dropped")
    return not isinstance(state, Empty)


def drop_shop(connection: Connection) -> None:
    """Drop tables, views, functions and schema of ours, and commit; nothing of them when anything is in the way."""
    from psycopg2 import errors
    from sqlalchemy.exc import DBAPIError

    _refuse_while_running(connection)
    try:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_FOR_READERS}'")
        for statement in drop_statements():
            connection.exec_driver_sql(statement)
        connection.commit()
    except DBAPIError as error:
        if isinstance(error.orig, errors.LockNotAvailable):
            raise Failure("reset: others are reading the tables; nothing was dropped", FAILED) from error
        if isinstance(error.orig, errors.DependentObjectsStillExist):
            detail = error.orig.diag.message_detail
            raise Failure(
                f"reset: something that is not ours depends on the shop, nothing was dropped: {detail}"
            ) from error
        raise


def _refuse_while_running(connection: Connection) -> None:
    from sim.sinks.postgres.exclusive import ONE_SIMULATOR

    if not connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({ONE_SIMULATOR})").scalar_one():
        raise Failure("reset: a simulator is running on this database; stop it first")


def drop_statements() -> list[str]:
    """What drops everything that the applier makes, dependents first. No CASCADE: what others built stays."""
    from models import tables_in_key_order

    # The first schema's own table, too, and what is there only while history is loaded.
    tables = ["sim.schema_version", "sim.unbuilt", *(table.fullname for table in tables_in_key_order())]
    functions = [*_made_in("functions.sql", "FUNCTION"), *_made_in("quarters.sql", "FUNCTION")]
    return [
        f"DROP VIEW IF EXISTS {', '.join(_made_in('views.sql', 'VIEW'))}",
        f"DROP TABLE IF EXISTS {', '.join(name if '.' in name else f'public.{name}' for name in tables)}",
        f"DROP FUNCTION IF EXISTS {', '.join(functions)}",
        "DROP SCHEMA IF EXISTS sim",
    ]


def _made_in(script: str, kind: str) -> list[str]:
    """What a script makes, with its schema."""
    from models.apply import DB

    made = rf"^CREATE OR REPLACE {kind} (?:(\w+)\.)?(\w+)"
    found = re.findall(made, (DB / script).read_text(encoding="utf-8"), re.MULTILINE)
    return [f"{schema or 'public'}.{name}" for schema, name in found]
