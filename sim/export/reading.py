"""Rows out of the database in batches: COPY writes CSV into a pipe, and Arrow reads it with the types they have."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import psycopg2
import pyarrow as pa  # type: ignore[import-untyped]
from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables
from pyarrow import csv

from sim.export.types import ANY_NUMERIC, arrow_type

if TYPE_CHECKING:
    from sim.export.catalogue import Relation

DAY = "day"
_BLOCK_BYTES = 1 << 22
_PATIENCE_S = 10.0


def selected(relation: Relation, since: datetime | None, *, by_day: bool) -> str:
    """The query for a relation's rows; by day they come in the order of their time, with their UTC day as `day`."""
    columns = [
        f'shop."{column.name}"' + (f"::numeric{ANY_NUMERIC}" if column.type == "numeric" else "")
        for column in relation.columns
    ]
    order = [f'shop."{name}"' for name in relation.key]
    if by_day:
        columns.append(f"({relation.time_sql} AT TIME ZONE 'UTC')::date AS {DAY}")
        order.insert(0, str(relation.time_sql))
    ordered = f" ORDER BY {', '.join(order)}" if order else ""
    return f"SELECT {', '.join(columns)} FROM {relation.source}{cut(relation, since)}{ordered}"


def cut(relation: Relation, since: datetime | None) -> str:
    """The WHERE that leaves what happened since an instant; of a view by days, since the day of it."""
    if since is None or relation.time_sql is None:
        return ""
    types = {column.name: column.type for column in relation.columns}
    is_date = types.get(str(relation.time)) == "date"
    return f" WHERE {relation.time_sql} >= '{since.date() if is_date else since.isoformat()}'"


def schema_of(relation: Relation) -> pa.Schema:
    """The columns as a file has them."""
    return pa.schema(
        [pa.field(column.name, arrow_type(column.type), nullable=not column.not_null) for column in relation.columns]
    )


@contextmanager
def batches(
    connection: Connection, relation: Relation, query: str, *, by_day: bool
) -> Iterator[Iterator[pa.RecordBatch]]:
    """What a query finds, a few megabytes at a time. Raises psycopg2.Error, also in the middle."""
    schema = schema_of(relation)
    types: dict[str, pa.DataType] = {field.name: field.type for field in schema}
    if by_day:
        types[DAY] = pa.date32()
    with _copied(connection, query) as stream:
        reader = csv.open_csv(
            stream,
            read_options=csv.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types=types,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
                timestamp_parsers=[csv.ISO8601],
            ),
        )
        yield iter(reader)


@contextmanager
def _copied(connection: Connection, query: str) -> Iterator[BinaryIO]:
    """The query's rows as CSV with a line of headings, while they come."""
    reading, writing = os.pipe()
    failed: list[Exception] = []

    def copy() -> None:
        try:
            with os.fdopen(writing, "wb") as stream, connection.cursor() as cursor:
                cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", stream)
        except (psycopg2.Error, OSError) as error:
            failed.append(error)

    thread = threading.Thread(target=copy, name="copy", daemon=True)
    thread.start()
    stream: Any = os.fdopen(reading, "rb")
    try:
        yield stream
    except pa.ArrowInvalid as error:  # a stream that was cut has its reason on the other side
        thread.join(_PATIENCE_S)
        raise (failed[0] if failed else error) from error
    except BaseException:
        connection.cancel()
        raise
    finally:
        stream.close()
        thread.join(_PATIENCE_S)
    if failed:
        raise failed[0]
