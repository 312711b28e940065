"""One simulator at a time may write to a database: an advisory lock on the writer's own connection.

The functions expect a connection in autocommit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from psycopg2 import errors
from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

from sim.journal.port import SinkError
from sim.postgres.connection import rows
from sim.postgres.transient_errors import TransientError

if TYPE_CHECKING:
    from sqlalchemy import Connection as SQLConnection

ONE_SIMULATOR = 0x62617A616173  # the key of the lock
_PATIENCE_S = 10.0
_LOOK_EVERY_S = 0.05
_STATEMENTS_OF_THE_LIVING = 2
_BACKEND = "SELECT pid, backend_start FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid()"
_IS_THE_LOCK = f"""
l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.classid::bigint = {ONE_SIMULATOR >> 32} AND l.objid::bigint = {ONE_SIMULATOR & 0xFFFFFFFF}
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
"""
_HOLDER = f"""
SELECT l.pid, a.backend_start, a.query_start
FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a USING (pid)
WHERE {_IS_THE_LOCK}
"""
IS_LOCKED = f"SELECT EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE {_IS_THE_LOCK})"
"""Whether somebody has the lock: the simulator, or for a moment the server process of one that was killed."""
# Not sim.current_run: a shop that waits for its upgrade has none.
_SAID = "SELECT pid, host, heartbeat_at FROM sim.runs ORDER BY run_id DESC LIMIT 1"


class Backend(NamedTuple):
    """A server process, told apart from a later one with the same number."""

    pid: int
    started_at: datetime


def backend_of(connection: Connection) -> Backend:
    """The server process at the other end; libpq's own idea of its number is wrong behind a pooler."""
    [found] = rows(connection, _BACKEND)
    return Backend(*found)


def take_lock(connection: Connection) -> str | None:
    """Take the lock for as long as the connection lives; returns None, or who has it.

    A simulator that was killed leaves a server process that keeps the lock until its last statement ends, which may
    still be a commit; then a fresh heartbeat is no sign of life. So we look on, for ten seconds at most, until the
    holder does what only the living do: commits a heartbeat that is younger than our first look, or begins two
    statements after it, the second of which needs somebody to take the answer to the first.
    """
    [(asked_at,)] = rows(connection, "SELECT clock_timestamp()")
    begun: set[datetime] = set()
    deadline = time.monotonic() + _PATIENCE_S
    while not _try(connection):
        server_process, _, query_start = _holder(connection)
        name, heartbeat_at = _name(connection)
        begun.update({query_start} if query_start and query_start > asked_at else ())
        if len(begun) >= _STATEMENTS_OF_THE_LIVING or (heartbeat_at and heartbeat_at > asked_at):
            return name
        if time.monotonic() > deadline:
            silent = f"{name}, server process {server_process}, without a sign of life for {_PATIENCE_S:.0f} s"
            return f"{silent}; SELECT pg_terminate_backend({server_process}) ends what is left of a dead one"
        time.sleep(_LOOK_EVERY_S)
    return None


def take_lock_again(connection: Connection, ours: Collection[Backend], look: Callable[[], None]) -> None:
    """Take the lock on a new connection after the one before was lost. Raises SinkError when somebody else has it.

    The server process of a lost connection may live on, with the lock and perhaps in the middle of a commit; those in
    `ours` are ended, and when the lock is free then what they did is decided. `look` may raise while we wait.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while not _try(connection):
        look()
        pid, started_at, _ = _holder(connection)
        is_ours = (pid, started_at) in ours
        if is_ours:
            _end(connection, pid)
        if time.monotonic() > deadline and is_ours:
            raise TransientError(f"our lost connection still has its lock (server process {pid})")
        if time.monotonic() > deadline:
            raise SinkError(
                f"another simulator ({_name(connection)[0]}, server process {pid}) is running on the database"
            )
        time.sleep(_LOOK_EVERY_S)


def lock_for_a_transaction(connection: SQLConnection) -> bool:
    """Keep simulators away until the transaction ends; False when there is one."""
    return bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({ONE_SIMULATOR})").scalar_one())


def _try(connection: Connection) -> bool:
    [(taken,)] = rows(connection, "SELECT pg_try_advisory_lock(%s)", (ONE_SIMULATOR,))
    return bool(taken)


def _holder(connection: Connection) -> tuple[int | None, datetime | None, datetime | None]:
    """The holder's server process, and since when its newest statement runs; None where it is not ours to see."""
    for pid, started_at, query_start in rows(connection, _HOLDER):
        return pid, started_at, query_start
    return None, None, None


def _name(connection: Connection) -> tuple[str, datetime | None]:
    """Who has said last that they write here, and when."""
    with suppress(errors.UndefinedTable, errors.InsufficientPrivilege):
        for pid, host, heartbeat_at in rows(connection, _SAID):
            return f"process {pid} on {host}", heartbeat_at
    return "one that has not said its name yet", None


def _end(connection: Connection, pid: int | None) -> None:
    rows(connection, "SELECT pg_terminate_backend(%s)", (pid,))
