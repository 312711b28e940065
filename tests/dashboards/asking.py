"""Asks the dashboards' queries of databases made for a test, as the reader that Redash is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, make_url

from dashboards.files import load
from sim.clock.pacer import Speed
from sim.run.start import run_shop
from sim.settings import Settings
from tests import databases

FILES = load()
NUMBERS = {20, 21, 23, 700, 701, 1700}  # PostgreSQL's type ids of integers, floats and numeric
JSON = 3802  # which holds a number, or a text where there is none


@dataclass(frozen=True, slots=True)
class Answer:
    """A result: its columns, which of them are numbers, and the rows by column name."""

    columns: list[str]
    numeric: set[str]
    rows: list[dict[str, object]]

    def column(self, name: str) -> list[object]:
        """A column's values from top to bottom."""
        return [row[name] for row in self.rows]

    @property
    def only(self) -> dict[str, object]:
        """The one row there is."""
        (row,) = self.rows
        return row


def sql_of(key: str, city: str = "All cities", period: str = "Everything") -> str:
    """A query's SQL as Redash renders it."""
    return FILES.queries[key].filled({"city": city, "period": period})


def ask(connection: Connection, key: str, city: str = "All cities", period: str = "Everything") -> Answer:
    """Ask a query. `connection` is what `reading` gives."""
    result = connection.exec_driver_sql(sql_of(key, city, period).replace("%", "%%"))
    columns, described = list(result.keys()), result.cursor.description
    rows = [dict(row) for row in result.mappings()]
    numeric = {column[0] for column in described if column[1] in NUMBERS}
    numeric |= {column[0] for column in described if column[1] == JSON and holds_numbers(rows, column[0])}
    return Answer(columns, numeric, rows)


def holds_numbers(rows: list[dict[str, object]], column: str) -> bool:
    """Whether a JSON column holds numbers, and a blank or these words where there is none."""
    return all(isinstance(row[column], int | float) or row[column] in {"", " ", "none yet"} for row in rows)


@contextmanager
def new_database(server_url: str) -> Iterator[Engine]:
    """An engine on an empty database that is dropped afterwards."""
    with databases.new_database(server_url) as url:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"))
        try:
            yield engine
        finally:
            engine.dispose()


QUICK_SUPPLIERS = str(Path(__file__).parent / "quick_suppliers.yaml")


def trade(url: URL, duration: timedelta, scale: float, scenario: str = "baseline") -> None:
    """Open a shop in the database and let it trade. It opens on Monday, 5 January 2026, at 0:00 UTC."""
    opening = datetime(2026, 1, 5, tzinfo=UTC)
    stated = frozenset({"start"})
    settings = Settings(
        Speed.parse("max"), 1, scenario, "international", scale, timedelta(0), opening, duration, False, stated
    )
    run_shop(
        settings,
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        lambda _: None,
        threading.Event(),
    )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read-only transaction as bazaar_reader, with little patience."""
    with engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("SET LOCAL ROLE bazaar_reader")
        connection.exec_driver_sql("SET LOCAL statement_timeout = '10s'")
        yield connection
        connection.rollback()


@contextmanager
def traded_shop(server_url: str) -> Iterator[Connection]:
    """A small shop after a day and a half, on Tuesday at 12:00 UTC, seen by the reader."""
    with new_database(server_url) as engine:
        trade(engine.url, timedelta(hours=36), 0.03, QUICK_SUPPLIERS)
        with reading(engine) as connection:
            yield connection
