"""The database `pipeline`, on the shop's server unless another is named, and connections to it on our terms."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extensions import make_dsn, parse_dsn

from db.terms import begin_on_our_terms

NAME = "pipeline"
VARIABLE = "PIPELINE_DATABASE_URL"
_TERMS: dict[str, Any] = {
    "connect_timeout": 10,
    # A lock of a client whose machine is gone is not held for hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
_MAKING = 0x6D616B65  # "make": two may make the same at once
_READABLE = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bazaar_reader') THEN
        GRANT USAGE ON SCHEMA {schema} TO bazaar_reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO bazaar_reader;
    END IF;
END
$$
"""


class NoDatabase(Exception):
    """There is no such database and it may not be made: one line saying so."""


def beside(url: str) -> str:
    """The database of the pipeline on the server that a shop's URL names."""
    return make_dsn(url, dbname=NAME)


def connect(url: str, who: str, **more: str) -> Connection:
    """A connection on our terms, and on more of them; the database is made where it is missing and we may.

    Raises psycopg2.Error, NoDatabase.
    """
    terms = {**_TERMS, "application_name": who, **more}
    dsn = make_dsn(url, **{name: value for name, value in terms.items() if name not in parse_dsn(url)})
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


def make_schema(cursor: Cursor, name: str, script: str) -> None:
    """Run a schema's script, which may run again; bazaar_reader may read what is in it, where that role is there."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))
    cursor.execute(script)
    cursor.execute(sql.SQL(_READABLE).format(schema=sql.Identifier(name)))


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
