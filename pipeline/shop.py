"""The shop that a database of PostgreSQL holds, asked as any reader would."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small

_IS_THERE = "SELECT to_regclass('sim.runs') IS NOT NULL, to_regclass('sim.current_run') IS NOT NULL"


class NoShop(Exception):
    """There is no shop to read: one line saying why."""


def of_current_run(connection: Connection, question: str) -> tuple[Any, ...]:
    """The one row that a question about `sim.current_run` finds. Raises NoShop, psycopg2.Error."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_THERE)
        is_there, is_current = cursor.fetchone() or (False, False)
        if is_there and not is_current:
            raise NoShop("the shop here is an older program's; `python -m sim upgrade` (make upgrade) renews it")
        row = None
        if is_there:
            cursor.execute(question)
            row = cursor.fetchone()
    if row is None:
        raise NoShop("no shop has been opened in this database")
    return row
