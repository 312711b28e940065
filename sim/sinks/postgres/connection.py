"""Connecting to PostgreSQL, and its errors on one line."""

from __future__ import annotations

from typing import Any

import psycopg2
import psycopg2.extensions

from sim.sinks.port import SinkError

# The planner has no statistics of a staging table, nor of tables that grow by the minute: it scans a whole table to
# change one row, and keeps a sequential scan for foreign-key checks planned while the referred-to table was small.
# Every statement of the writer goes by a primary key, so it is told to; and compiling an UPDATE never pays.
_SETTINGS = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off"

# A server that has gone without a word is noticed within a minute.
_OPTIONS: dict[str, Any] = {
    "application_name": "bazaar",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


def connect(url: str) -> psycopg2.extensions.connection:
    """A connection for bulk writing by keys; `url` as libpq takes it. Raises SinkError when there is none to be had."""
    try:
        connection: psycopg2.extensions.connection = psycopg2.connect(url, **_OPTIONS)
        with connection.cursor() as cursor:
            cursor.execute(_SETTINGS)
        connection.commit()
    except psycopg2.Error as error:
        raise SinkError(f"can't connect to PostgreSQL: {one_line(error)}") from error
    return connection


def one_line(error: Exception) -> str:
    """What the server said, with its detail, on one line."""
    if isinstance(error, psycopg2.Error) and error.diag.message_primary:
        detail = error.diag.message_detail
        return " ".join((error.diag.message_primary + (f" ({detail})" if detail else "")).split())
    return " ".join(str(error).split()) or type(error).__name__
