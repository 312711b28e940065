"""The databases of a system in containers, as somebody outside reaches them."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Any

import psycopg2

from tests.system.compose import Compose
from tools.env import read

PASSWORDS = {"bazaar": "BAZAAR_PASSWORD", "bazaar_reader": "BAZAAR_READER_PASSWORD", "redash": "REDASH_DB_PASSWORD"}
NEWEST = "(SELECT * FROM sim.current_run) AS run"


def connect(system: Compose, role: str, database: str, password: str | None = None) -> psycopg2.extensions.connection:
    """A connection through the published port, with the role's own password unless another is given."""
    host, port = system.address("postgres", 5432)
    password = password or read(system.settings.read_text(encoding="utf-8"))[PASSWORDS[role]]
    connection = psycopg2.connect(
        host=host, port=port, user=role, password=password, dbname=database, connect_timeout=10
    )
    connection.autocommit = True
    return connection


def ask(system: Compose, sql: str, role: str = "bazaar_reader") -> tuple[Any, ...]:
    """The one row that a question has for an answer."""
    with closing(connect(system, role, "bazaar")) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    assert row is not None
    return tuple(row)


def sim_now(system: Compose) -> datetime:
    """Where the simulated clock stands."""
    instant: datetime = ask(system, "SELECT sim_now()")[0]
    return instant
