"""One simulator at a time may write to a database: an advisory lock on the writer's own connection."""

from __future__ import annotations

import time
from typing import NamedTuple

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

ONE_SIMULATOR = 0x62617A616173  # the key of the lock
_PATIENCE_S = 10.0
_LOOK_EVERY_S = 0.1
_COMMITS_OF_THE_LIVING = 2
_HOLDER = "SELECT pid, host, heartbeat_at FROM sim.runs ORDER BY run_id DESC LIMIT 1"


class Holder(NamedTuple):
    """The simulator that has the lock, as far as it has told."""

    pid: int
    host: str
    heartbeat_at: object


def take_lock(connection: Connection) -> str | None:
    """Take the lock for as long as the connection lives; returns None, or who has it.

    A simulator that was killed leaves a server process that holds the lock until its last statement ends, which may
    still be a commit. So the lock is asked for again, for ten seconds at most, until the holder has shown by two
    commits that it lives.
    """
    _let_the_server_notice_our_death(connection)
    seen: set[Holder | None] = set()
    deadline = time.monotonic() + _PATIENCE_S
    while not _try(connection):
        holder = _holder(connection)
        seen.add(holder)
        if len(seen) > _COMMITS_OF_THE_LIVING or time.monotonic() > deadline:
            return f"process {holder.pid} on {holder.host}" if holder else "one that has not said its name yet"
        time.sleep(_LOOK_EVERY_S)
    return None


def _try(connection: Connection) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (ONE_SIMULATOR,))
        (taken,) = cursor.fetchone() or (False,)
    connection.commit()
    return bool(taken)


def _holder(connection: Connection) -> Holder | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_HOLDER)
            row = cursor.fetchone()
    except psycopg2.Error:  # no such table yet, or not ours to read
        row = None
    connection.rollback()
    return Holder(*row) if row else None


def _let_the_server_notice_our_death(connection: Connection) -> None:
    """Ask the server to look for its client while a statement runs; not every platform's server can."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET client_connection_check_interval = '1s'")
        connection.commit()
    except psycopg2.Error:
        connection.rollback()
