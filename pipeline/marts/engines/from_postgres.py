"""A shop's tables out of PostgreSQL: one transaction that sees one instant, COPY into Arrow, types by the models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg2
import pyarrow as pa  # type: ignore[import-untyped]
from duckdb import DuckDBPyConnection
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from psycopg2.extensions import parse_dsn
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Double, Integer, Numeric, SmallInteger, String

from common.copying import batches
from common.messages import one_line
from db.terms import begin_on_our_terms
from pipeline.marts.cuts import Cut
from pipeline.marts.engines.source import Moment, NoSource
from pipeline.replica.mysql_tables import UnknownType
from pipeline.replica.problems import Waiting
from pipeline.shop import NoShop, of_current_run

_TERMS = {"connect_timeout": "10", "application_name": "bazaar marts"}
_MOMENT = """
SELECT to_regclass('sim.unbuilt') IS NOT NULL, sim_now, (SELECT kept_since FROM sim.retention), epoch
FROM sim.current_run
"""


class FromPostgres:
    """A source for as long as its connection lives."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.moment = _moment(connection)

    def offer(self, engine: DuckDBPyConnection, cut: Cut, columns: Sequence[str], as_of: datetime) -> None:
        """Copy a cut into a table of DuckDB's, which goes with the connection there. Raises NoSource."""
        kept = [each for each in cut.columns if each.name in columns] or list(cut.columns[:1])
        named = ", ".join(f'"{each.name}"' for each in kept)
        query = f"SELECT {named} FROM ({cut.sql('postgresql', as_of, self.moment.since)}) cut"
        schema = pa.schema([pa.field(each.name, _arrow_type(each)) for each in kept])
        try:
            with batches(self._connection, query, dict(zip(schema.names, schema.types, strict=True))) as found:
                engine.register("arriving", pa.RecordBatchReader.from_batches(schema, found))
                engine.execute(f'CREATE OR REPLACE TEMP TABLE "{cut.table.name}" AS FROM arriving')
                engine.unregister("arriving")
        except psycopg2.Error as error:
            raise NoSource(f"the shop's PostgreSQL: {one_line(error)}") from None


@contextmanager
def from_postgres(url: str) -> Iterator[FromPostgres]:
    """The source that a URL names. Raises NoSource, and Waiting while history is being made."""
    try:
        terms: dict[str, Any] = {name: value for name, value in _TERMS.items() if name not in parse_dsn(url)}
        connection: Connection = psycopg2.connect(url, **terms)
    except psycopg2.Error as error:
        raise NoSource(f"the shop's PostgreSQL does not answer: {one_line(error)}") from None
    try:
        begin_on_our_terms(connection)
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        yield FromPostgres(connection)
    except psycopg2.Error as error:
        raise NoSource(f"the shop's PostgreSQL: {one_line(error)}") from None
    finally:
        connection.close()


def _moment(connection: Connection) -> Moment:
    try:
        building, *moment = of_current_run(connection, _MOMENT)
    except NoShop as error:
        raise NoSource(str(error)) from None
    if building:
        raise Waiting("history is being made, and its keys are built at its end: come again then")
    return Moment(*moment)


def _arrow_type(column: Column[Any]) -> pa.DataType:
    match column.type:
        case BigInteger():
            return pa.int64()
        case SmallInteger():
            return pa.int16()
        case Integer():
            return pa.int32()
        case Boolean():
            return pa.bool_()
        case Double():
            return pa.float64()
        case Numeric() as number if number.precision is not None:
            return pa.decimal128(number.precision, number.scale)
        case DateTime():
            return pa.timestamp("us")  # in UTC
        case String():
            return pa.string()
    raise UnknownType(f"{column.table}.{column.name} is {column.type}, for which the marts have no form in Arrow")
