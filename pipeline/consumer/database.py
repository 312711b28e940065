"""The database that events land in: `pipeline`, on the shop's server unless another is named."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from psycopg2.extensions import make_dsn, parse_dsn

from db.terms import begin_on_our_terms

NAME = "pipeline"
_TERMS: dict[str, Any] = {
    "connect_timeout": 10,
    "application_name": "bazaar consumer",
    # Rows and offsets are lost together, if at all, and then read again: no commit has to wait for the disk.
    "options": "-c synchronous_commit=off",
    # The lock of a consumer whose machine is gone is not held for hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


class NoDatabase(Exception):
    """There is no such database and it may not be made: one line saying so."""


def beside(url: str) -> str:
    """The database of the pipeline on the server that a shop's URL names."""
    return make_dsn(url, dbname=NAME)


def connect(url: str) -> Connection:
    """A connection on our terms; the database is made where it is missing and we may.

    Raises psycopg2.Error, NoDatabase.
    """
    dsn = make_dsn(url, **{name: value for name, value in _TERMS.items() if name not in parse_dsn(url)})
    try:
        connection: Connection = psycopg2.connect(dsn)
    except psycopg2.OperationalError as error:
        name = parse_dsn(dsn).get("dbname", "")
        if f'database "{name}" does not exist' not in str(error):  # a refused connection has no SQLSTATE
            raise
        _make(dsn, name)
        connection = psycopg2.connect(dsn)
    begin_on_our_terms(connection)
    return connection


def _make(dsn: str, name: str) -> None:
    try:
        with closing(psycopg2.connect(make_dsn(dsn, dbname="postgres"))) as server:
            server.autocommit = True
            with server.cursor() as cursor:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg2.errors.DuplicateDatabase:
        return
    except psycopg2.Error as error:
        said = str(error).strip().splitlines()[-1]
        raise NoDatabase(f"there is no database {name!r} and this role can't make it: {said}") from None
