"""The replication slot: up to where Debezium has the shop's log, and whether PostgreSQL still keeps the rest for it."""

from __future__ import annotations

import time
from typing import NamedTuple

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small

from common.messages import one_line
from pipeline.replica.problems import NotPossible
from pipeline.replica.settings import ReplicaSettings
from pipeline.replica.shop import PATIENCE, ask
from pipeline.waiting import awaited

NAME = "bazaar_replica"
_FOUND = """
SELECT plugin, database IS NOT DISTINCT FROM current_database(), active_pid, coalesce(wal_status = 'lost', false),
       confirmed_flush_lsn::text, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), confirmed_flush_lsn)::bigint,
       safe_wal_size
FROM pg_replication_slots WHERE slot_name = %s
"""
# As a number, and by a transaction of our own whether all that began before it have ended.
_PLACE = "SELECT (confirmed_flush_lsn - '0/0')::bigint FROM pg_replication_slots WHERE slot_name = %s"
_OWN_TRANSACTION = "SELECT pg_current_xact_id()::text"
_ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::xid8"
_MADE_S, _ENDED_S = 90.0, 300.0
_LET_GO_S = 20.0  # after that its connection is of a dead worker
_GIVE_UP_S = 60.0
_LOOK_EVERY_S = 0.2


_OTHERS = (
    f"a transaction that writes does not end, and the slot {NAME} has to wait for it; "
    "pg_stat_activity shows it (backend_xid)"
)


class Slot(NamedTuple):
    """What PostgreSQL says of it; bytes are how far it is behind, and how much more may be kept for it."""

    plugin: str
    of_this_database: bool
    active_pid: int | None
    lost: bool
    confirmed: str | None
    behind_bytes: int | None
    safe_bytes: int | None


def found(connection: Connection) -> Slot | None:
    """The slot, where there is one."""
    for row in ask(connection, _FOUND, (NAME,)):
        return Slot(*row)
    return None


def make(connection: Connection, settings: ReplicaSettings) -> int:
    """Make it; returns its place in the log. Whoever looks from now on sees all that was committed before that.

    PostgreSQL waits for the transactions that write just then. One that has written its end to the log, and waits for
    a standby, say, may still not be seen: those are waited for here. Raises NotPossible.
    """
    ask(connection, f"SET statement_timeout = '{_MADE_S:.0f}s'")
    try:
        _done(connection, settings, "made", "pg_create_logical_replication_slot(%s, 'pgoutput')", NAME)
    except psycopg2.errors.QueryCanceled:
        raise NotPossible(_OTHERS) from None
    finally:
        ask(connection, PATIENCE)
    [(own,)] = ask(connection, _OWN_TRANSACTION)
    if not awaited(lambda: ask(connection, _ENDED, (own,)) == [(True,)], _ENDED_S):
        raise NotPossible(_OTHERS)
    return int(ask(connection, _PLACE, (NAME,))[0][0])


def drop(connection: Connection, settings: ReplicaSettings) -> bool:
    """Drop it once nobody uses it; whether there was one. Raises NotPossible."""
    begun_s = time.monotonic()
    while (slot := found(connection)) is not None:
        after_s = time.monotonic() - begun_s
        if slot.active_pid is None and _done(connection, settings, "dropped", "pg_drop_replication_slot(%s)", NAME):
            return True
        if after_s > _GIVE_UP_S:
            raise NotPossible(f"the slot {NAME} is in use by the server process {slot.active_pid}, which does not end")
        if after_s > _LET_GO_S and slot.active_pid is not None:
            _done(connection, settings, "dropped", "pg_terminate_backend(%s)", slot.active_pid)
        time.sleep(_LOOK_EVERY_S)
    return False


def _done(connection: Connection, settings: ReplicaSettings, what: str, call: str, value: object) -> bool:
    """Call it as whoever we are, else as the role that replicates, if we are a member of it. False: it is in use."""
    try:
        ask(connection, f"SELECT {call}", (value,))
    except psycopg2.errors.InsufficientPrivilege:
        _as_replication(connection, settings, what, call, value)
    except psycopg2.errors.ObjectInUse:
        return False
    return True


def _as_replication(connection: Connection, settings: ReplicaSettings, what: str, call: str, value: object) -> None:
    role = sql.Identifier(settings.replication_user)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SET ROLE {}").format(role))
            cursor.execute(f"SELECT {call}", (value,))
    except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.InvalidParameterValue) as error:
        user = ask(connection, "SELECT session_user")[0][0]
        raise NotPossible(
            f"the slot {NAME} can't be {what}: {one_line(error)}; "
            f'run as a superuser: GRANT "{settings.replication_user}" TO "{user}"'
        ) from None
    except psycopg2.errors.ObjectInUse:
        pass
    finally:
        ask(connection, "RESET ROLE")
