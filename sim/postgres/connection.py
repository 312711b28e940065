"""Connecting to PostgreSQL, and its errors on one line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg2
import psycopg2.extensions
from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

from common.messages import one_line
from db.terms import begin_on_our_terms
from sim.journal.port import SinkError
from sim.postgres.pooler import Way, refuse_shared_process

# Used where neither URL nor environment says otherwise. A host that has gone without a word is noticed within
# 15 seconds.
_OPTIONS: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

# libpq's, for what we would say where nobody does.
_VARIABLES = {"PGHOST": "host", "PGCONNECT_TIMEOUT": "connect_timeout", "PGTARGETSESSIONATTRS": "target_session_attrs"}

_SETTINGS = {
    # The planner has no statistics of a staging table, nor of tables that grow by the minute: it scans a whole table
    # to change one row, and keeps a sequential scan for foreign-key checks planned while the referred-to table was
    # small. Every statement of the writer goes by a primary key, so it is told to; and compiling an UPDATE never pays.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    # When it is us who have gone without a word, our lock and our open transaction should not outlive us for long.
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "8000",
}
_SET = """
SELECT set_config(name, wanted, false)
FROM unnest(%s, %s) AS asked (name, wanted) JOIN pg_catalog.pg_settings USING (name)
"""


def connect(url: str) -> Connection:
    """A connection for bulk writing by keys; `url` as libpq takes it. Raises SinkError when there is none to be had."""
    try:
        return open_connection(url)
    except psycopg2.Error as error:
        raise SinkError(f"can't connect to PostgreSQL: {server_message(error)}") from error


def open_connection(url: str, application_name: str = "bazaar") -> Connection:
    """The same, raising psycopg2.Error."""
    connection = dial(url, application_name)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(_SET, (list(_SETTINGS), list(_SETTINGS.values())))
            with suppress(psycopg2.Error):  # not every platform's server can look for its client during a statement
                cursor.execute("SET client_connection_check_interval = '1s'")
        connection.autocommit = False
    except psycopg2.Error:
        connection.close()
        raise
    return connection


def dial(url: str, application_name: str = "bazaar", connect_timeout_s: int = 5) -> Connection:
    """A connection on our terms that does not wait for a silent host for long, nor `connect_timeout_s` for each one.

    Raises psycopg2.Error, also where a pooler stands between that would not keep the terms.
    """
    options = {"application_name": application_name, **_options(url, connect_timeout_s)}
    connection: Connection = psycopg2.connect(url, **options)
    try:
        refuse_shared_process(connection, Way(url, options))
        begin_on_our_terms(connection)
    except psycopg2.Error:
        connection.close()
        raise
    return connection


def rows(connection: Connection, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """What a query finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()


def _options(url: str, connect_timeout_s: int) -> dict[str, Any]:
    around = {name: os.environ[variable] for variable, name in _VARIABLES.items() if variable in os.environ}
    given = around | psycopg2.extensions.parse_dsn(url)
    usual = {**_OPTIONS, "connect_timeout": connect_timeout_s}
    options = {name: value for name, value in usual.items() if name not in given}
    if "," in given.get("host", "") and "target_session_attrs" not in given:
        options["target_session_attrs"] = "read-write"  # of several hosts the one to write to
    return options


def server_message(error: BaseException) -> str:
    """What the server said, with its detail, on one line; of libpq's words the first, without its advice."""
    if isinstance(error, psycopg2.Error) and error.diag.message_primary:
        detail = error.diag.message_detail
        return one_line(error.diag.message_primary + (f" ({detail})" if detail else ""))
    said = [line for line in str(error).splitlines() if not line.startswith("\t")]  # of several hosts one line each
    return one_line("; ".join(said)) or type(error).__name__
