"""Tables that a run builds before anybody sees them, each with a name of its own and a lock that its builder holds.

What a killed run has left has no such lock any more, and goes with the next one; what Spark may still write for it
finds no table.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from pymysql.connections import Connection

from pipeline.marts.head import Mart
from pipeline.marts.serving import tables
from pipeline.replica.mysql import ask

_STAGING = re.compile(r"[a-z][a-z0-9_]*__[0-9a-f]{16}")
LOCK_WAIT_TIMEOUT = 1205
_LOCK = "marts "  # with the longest name of a table 64 letters, as many as MySQL takes


def new_name(mart: Mart) -> str:
    """A name for a table of this mart that no other has."""
    return f"{mart.name}__{uuid.uuid4().hex[:16]}"


@contextmanager
def staging(connection: Connection[Any], database: str, mart: Mart) -> Iterator[str]:
    """An empty table of this mart for one build; what is left of it afterwards is dropped."""
    name = new_name(mart)
    ask(connection, "SELECT GET_LOCK(%s, 10)", (_LOCK + name,))  # before the table, or others would clear it away
    try:
        ask(connection, tables.create(mart, f"`{database}`.`{name}`"))
        yield name
    finally:
        with suppress(pymysql.MySQLError):  # whoever comes next clears it
            ask(connection, f"DROP TABLE IF EXISTS `{database}`.`{name}`")
            ask(connection, "SELECT RELEASE_LOCK(%s)", (_LOCK + name,))


def clear(connection: Connection[Any], database: str) -> list[str]:
    """Drop what builders have left that are no more; the names."""
    left = [
        name
        for (name,) in ask(connection, f"SHOW TABLES FROM `{database}`")
        if _STAGING.fullmatch(name) and ask(connection, "SELECT IS_FREE_LOCK(%s)", (_LOCK + name,)) == [(1,)]
    ]
    return [name for name in left if _dropped(connection, database, name)]


def _dropped(connection: Connection[Any], database: str, name: str) -> bool:
    """Drop a table; whether that was possible, for Spark may still write into it: then a later run does."""
    try:
        ask(connection, f"DROP TABLE IF EXISTS `{database}`.`{name}`")
    except pymysql.MySQLError as error:
        if error.args[0] != LOCK_WAIT_TIMEOUT:
            raise
        return False
    return True
