"""The replica's end, in MySQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymysql
from pymysql.connections import Connection

from pipeline.replica.problems import NotPossible, Waiting
from pipeline.replica.settings import ReplicaSettings

_NO_ANSWER = {2002, 2003, 2006, 2013}
_MAY_NOT = {1044, 1045, 1142, 1143, 1227, 1419, 1698}
_LOCK = "bazaar replica"


@contextmanager
def connected(settings: ReplicaSettings) -> Iterator[Connection[Any]]:
    """A connection that commits each statement. Raises NotPossible, naming the right that is missing."""
    try:
        connection = pymysql.connect(
            **settings.mysql, charset="utf8mb4", autocommit=True, connect_timeout=10, read_timeout=900,
            write_timeout=60, init_command="SET time_zone = '+00:00'",
        )  # fmt: skip
    except pymysql.MySQLError as error:
        raise NotPossible(said(settings, error)) from None
    try:
        yield connection
    except pymysql.MySQLError as error:
        raise NotPossible(said(settings, error)) from None
    finally:
        connection.close()


@contextmanager
def alone(settings: ReplicaSettings) -> Iterator[Connection[Any]]:
    """The same, while nobody else looks after this replica. Raises Waiting."""
    with connected(settings) as connection:
        if ask(connection, "SELECT GET_LOCK(%s, 0)", (_LOCK,)) != [(1,)]:
            raise Waiting("somebody else is looking after this replica just now")
        yield connection  # the lock goes with the connection


def ask(connection: Connection[Any], sql: str, values: tuple[object, ...] | None = None) -> list[tuple[Any, ...]]:
    """The rows that a statement has for an answer, if any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []


def send(connection: Connection[Any], statement: bytes) -> None:
    """A statement as it is, which has no answer."""
    connection.query(statement)


def said(settings: ReplicaSettings, error: pymysql.MySQLError) -> str:
    """What MySQL says, and what to do about it."""
    code, text = (*error.args, "", "")[:2]
    named = settings.mysql
    whom, where = named["user"], f"{named['host']}:{named['port']}"
    if code in _NO_ANSWER:
        return f"MySQL does not answer at {where}: {text}"
    if code == 1419:
        return (
            f"MySQL: user {whom} may not make a trigger while changes are logged; "
            "run as root: SET PERSIST log_bin_trust_function_creators = 1"
        )
    if code in _MAY_NOT:
        return f"MySQL: {text}; the replica's owner needs: GRANT ALL ON `{named['database']}`.* TO '{whom}'@'%'"
    return f"MySQL at {where}: {text}"
