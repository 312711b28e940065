"""What was looked at in a mart's table of MySQL before, or while, readers have it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymysql.connections import Connection

from pipeline.marts.checks import agree, looks, totals_of_source
from pipeline.marts.head import Mart
from pipeline.replica.mysql import ask


@dataclass(frozen=True, slots=True)
class Looked:
    """One check of a mart and the verdict; what is wrong is empty where all is well."""

    name: str
    wrong: str
    seconds: float


def look(
    connection: Connection[Any], mart: Mart, table: str, as_of: datetime, since: datetime | None
) -> Iterator[Looked]:
    """Every check, asked over a connection to the replica; `table` is quoted. Raises pymysql.MySQLError."""
    begun_s = time.monotonic()

    def looked(name: str, wrong: str) -> Looked:
        nonlocal begun_s
        seconds, begun_s = time.monotonic() - begun_s, time.monotonic()
        return Looked(name, wrong, round(seconds, 3))

    for each in looks(mart, table):
        rows = _one(connection, each.sql)
        yield looked(each.name, f"{rows:,} wrong" if rows else "")
    for total in totals_of_source(mart, table, "mysql", as_of, since):
        here, there = _one(connection, total.mart_sql), _one(connection, total.source_sql)
        yield looked(total.name, "" if agree(here, there) else f"{here} in the mart, {there} in the replica")


def rows(connection: Connection[Any], table: str) -> int:
    """How many rows a table has."""
    return int(_one(connection, f"SELECT COUNT(*) FROM {table}"))


def _one(connection: Connection[Any], sql: str) -> Any:
    found = ask(connection, sql)
    return found[0][0] if found else None
