"""PostgreSQL's types as Arrow has them: nothing is rounded, and no instant loses its zone."""

from __future__ import annotations

import re

import pyarrow as pa  # type: ignore[import-untyped]

_TYPES: dict[str, pa.DataType] = {
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.string(),
    "json": pa.string(),
    "jsonb": pa.string(),
    "date": pa.date32(),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
    "timestamp without time zone": pa.timestamp("us"),
}
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")
ANY_NUMERIC = (38, 6)
"""Precision and scale of a numeric that was declared without, as sums and rounded spans of time in views are."""


class UnknownType(Exception):
    """A type that nobody has said how to write."""


def arrow_type(type_name: str) -> pa.DataType:
    """The type of a column in a file. Raises UnknownType."""
    if type_name == "numeric":
        return pa.decimal128(*ANY_NUMERIC)
    if match := _NUMERIC.fullmatch(type_name):
        return pa.decimal128(int(match[1]), int(match[2]))
    if type_name not in _TYPES:
        raise UnknownType(f"no file has the type {type_name}")
    return _TYPES[type_name]
