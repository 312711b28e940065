"""What binary COPY packs is what PostgreSQL itself understands by these values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import psycopg2
import psycopg2.extensions
import pytest

from sim.journal.batch import Value
from sim.postgres.writing.copy_encoding import column_packers, copy_stream, microseconds
from sim.sinks.shapes import ColumnShape, Kind

EPOCH = datetime(2026, 1, 5, 3, 4, 5, 678_901, tzinfo=UTC)
SQL_TYPES: dict[Kind, str] = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "text": "text",
    "float8": "double precision",
    "timestamptz": "timestamptz",
}


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg2.extensions.connection]:
    connection = psycopg2.connect(database_url)
    yield connection
    connection.close()


def as_postgres_reads(
    connection: psycopg2.extensions.connection, column: ColumnShape, sql_type: str, values: list[Value]
) -> list[str | None]:
    """The text of each value after a binary COPY into a column of this type."""
    stream = copy_stream(column_packers([ColumnShape("n", "int4"), column], EPOCH), [range(len(values)), values])
    with connection.cursor() as cursor:
        cursor.execute(f"SET timezone = 'UTC'; CREATE TEMPORARY TABLE t (n integer, c {sql_type})")
        cursor.copy_expert("COPY t FROM STDIN (FORMAT binary)", BytesIO(stream))
        cursor.execute("SELECT c::text FROM t ORDER BY n")
        return [text for (text,) in cursor.fetchall()]


PLAIN: list[tuple[Kind, dict[Value, str | None]]] = [
    ("int2", {0: "0", -32_768: "-32768", 32_767: "32767", None: None}),
    ("int4", {0: "0", -(2**31): "-2147483648", 2**31 - 1: "2147483647", None: None}),
    ("int8", {-1: "-1", -(2**63): "-9223372036854775808", 2**63 - 1: "9223372036854775807", None: None}),
    ("bool", {True: "true", False: "false", None: None}),
    ("text", {same: same for same in ("", "Łódź 東京 😀", "a\tb\\N\n'\"", "x" * 70_000, None)}),
    (
        "float8",
        {0.0: "0", -0.1: "-0.1", 55.755826: "55.755826", 5e-324: "5e-324", math.inf: "Infinity", None: None},
    ),
]


@pytest.mark.parametrize(("kind", "texts"), PLAIN, ids=[kind for kind, _ in PLAIN])
def test_plain_values(connection: psycopg2.extensions.connection, kind: Kind, texts: dict[Value, str | None]):
    found = as_postgres_reads(connection, ColumnShape("c", kind), SQL_TYPES[kind], list(texts))
    assert found == list(texts.values())


def fixed_point(value: int, scale: int) -> str:
    """The decimal notation of a scaled integer, by string operations only."""
    digits = str(abs(value)).rjust(scale + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits)


EDGES = [
    0, 1, 9, 10, 99, 100, 101, 999, 1_000, 9_999, 10_000, 10_001, 99_999, 999_999, 1_000_000, 1_000_001, 99_990_000,
    100_000_000, 100_000_001, 9_999_999_999, 10_000_000_000, 10_000_000_001, 123_456_789_012, 999_999_999_999,
]  # fmt: skip


@pytest.mark.parametrize("scale", [0, 1, 2, 3, 4])
def test_scaled_integers(connection: psycopg2.extensions.connection, scale: int):
    values = [*EDGES, *(-edge for edge in EDGES if edge)]
    texts = as_postgres_reads(connection, ColumnShape("c", "numeric", scale), f"numeric(20, {scale})", [*values, None])
    assert texts == [*(fixed_point(value, scale) for value in values), None]


INSTANTS = [
    (datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01 00:00:00+00"),
    (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "1969-12-31 23:59:59.999999+00"),
    (datetime(2000, 1, 1, tzinfo=UTC), "2000-01-01 00:00:00+00"),
    (datetime(2024, 2, 29, 12, tzinfo=UTC), "2024-02-29 12:00:00+00"),
    (EPOCH, "2026-01-05 03:04:05.678901+00"),
    (datetime(2100, 12, 31, 23, 59, 59, 1, tzinfo=UTC), "2100-12-31 23:59:59.000001+00"),
]


def test_instants(connection: psycopg2.extensions.connection):
    values: list[Value] = [microseconds(EPOCH, instant) for instant, _ in INSTANTS]
    texts = as_postgres_reads(connection, ColumnShape("c", "timestamptz"), "timestamptz", [*values, None])
    assert texts == [*(text for _, text in INSTANTS), None]
