"""Asks the shop, in one read-only transaction: every picture shows the same moment, also while the shop trades on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy.exc import DBAPIError

from analysis.shop import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


READER = "bazaar_reader"
_NUMERIC, _DATE, _TIMESTAMP, _TIMESTAMPTZ = 1700, 1082, 1114, 1184
"""PostgreSQL's type ids."""


class NoAnswer(Exception):
    """The database cannot be reached, or does not answer a question; told in one line."""


@contextmanager
def reading(engine: Engine) -> Iterator[Asker]:
    """An open transaction, as the role that only reads wherever this user may become it. Raises NoAnswer."""
    try:
        connection = engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    except DBAPIError as error:
        raise NoAnswer(f"the database at {_place(engine)} does not answer: {in_one_line(error)}") from error
    with connection:
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"SET LOCAL ROLE {READER}")
        except DBAPIError:
            pass  # a database without the role, or a user who is the reader by another name
        yield Asker(connection)


class Asker:
    """Asks each SQL once, however many pictures show its answer."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._answers: dict[str, pd.DataFrame] = {}

    def answer(self, sql: str) -> pd.DataFrame:
        """The result, instants in UTC and decimals as floats. Raises NoAnswer."""
        if sql not in self._answers:
            try:
                self._answers[sql] = self._ask(sql)
            except DBAPIError as error:
                raise NoAnswer(in_one_line(error)) from error
        return self._answers[sql]

    def _ask(self, sql: str) -> pd.DataFrame:
        result = self._connection.exec_driver_sql(sql.replace("%", "%%"))
        types = {column[0]: column[1] for column in result.cursor.description or ()}
        frame = pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
        for column, kind in types.items():
            if kind == _NUMERIC:
                frame[column] = frame[column].astype(float)
            elif kind in {_DATE, _TIMESTAMP, _TIMESTAMPTZ}:
                frame[column] = pd.to_datetime(frame[column], utc=kind == _TIMESTAMPTZ)
        return frame


def _place(engine: Engine) -> str:
    url = engine.url
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"
