"""Notices a pooler that lends a server process for a transaction or a statement at a time.

There nothing of a session lasts: not the lock that keeps a second simulator out, nor temporary tables, settings and
LISTEN; and what we set would be somebody else's. A pooler in session mode is as good as the server itself.
"""

from __future__ import annotations

import select
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final, NamedTuple

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ
from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

SHARES: Final = (
    "a pooler there lends server processes for a transaction or a statement at a time, so that neither the lock which"
    " keeps a second simulator out would last, nor anything else of a session; let it pool by session for this database"
    " (PgBouncer: pool_mode=session), or name PostgreSQL's own port"
)
_PATIENCE_S = 10.0
_NONE_LEFT = (
    "the pooler there has no server process for a second connection of ours (asked for {patience:.0f} s); let it have"
    " more for this user and database (PgBouncer: pool_size): a run needs up to 8"
)
_PROCESS = "SELECT pg_backend_pid()"
# One would do, if nobody else used the pooler meanwhile, and if it took the process that was given back latest.
_OTHERS = 2


class SharedProcess(psycopg2.OperationalError):
    """A connection of which nothing lasts; the message says what to do."""


class Way(NamedTuple):
    """How a connection was made, to make another one like it."""

    url: str
    options: Mapping[str, Any]


_lasting: set[str] = set()
"""URLs behind which sessions are known to last."""


def refuse_shared_process(connection: Connection, way: Way) -> None:
    """Raise SharedProcess, before anything is set or made, unless the connection has a server process of its own.

    Costs one question where nobody pools: then libpq knows the number of the server process. A pooler tells it another.
    """
    autocommit, connection.autocommit = connection.autocommit, True
    process = _process_of(connection)
    if process != connection.info.backend_pid and way.url not in _lasting:
        _compare(connection, process, way)
        _lasting.add(way.url)
    connection.autocommit = autocommit


def _compare(connection: Connection, process: int, way: Way) -> None:
    """Keep more and more server processes busy: ours must be none of them, and must not change."""
    others: list[Connection] = []
    try:
        for _ in range(_OTHERS):
            other, its_process = _in_transaction(way)
            others.append(other)
            if its_process == process or _process_of(connection) != process:
                raise SharedProcess(SHARES)
    finally:
        for other in others:
            other.close()


def _process_of(connection: Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_PROCESS)
        [(process,)] = cursor.fetchall()
        return int(process)


def _in_transaction(way: Way) -> tuple[Connection, int]:
    """Another connection, which stays in a transaction, and its server process; without waiting for one for long."""
    deadline_s = time.monotonic() + _PATIENCE_S
    other: Connection = psycopg2.connect(way.url, async_=True, **way.options)
    try:
        _wait(other, deadline_s)
        with closing(other.cursor()) as cursor:
            for statement in ("BEGIN", _PROCESS):
                cursor.execute(statement)
                _wait(other, deadline_s)
            [(process,)] = cursor.fetchall()
    except psycopg2.Error as error:
        other.close()
        if "statement pooling" in str(error):
            raise SharedProcess(SHARES) from error
        raise
    return other, int(process)


def _wait(connection: Connection, deadline_s: float) -> None:
    while (state := connection.poll()) != POLL_OK:
        wire = [connection.fileno()]
        left_s = deadline_s - time.monotonic()
        reading, writing = (wire, []) if state == POLL_READ else ([], wire)
        if left_s <= 0 or not any(select.select(reading, writing, [], left_s)):
            raise psycopg2.OperationalError(_NONE_LEFT.format(patience=_PATIENCE_S))
