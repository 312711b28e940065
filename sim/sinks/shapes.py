"""The shapes of tables as sinks need them: names, keys and kinds of columns, read from SQLAlchemy metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal, get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
)
from sqlalchemy.types import TypeEngine

import models
from models.base import IN_BATCHES

Kind = Literal["int2", "int4", "int8", "bool", "text", "float8", "numeric", "timestamptz"]

# In this order: BigInteger and SmallInteger are Integers too, and Float may be a Numeric.
_KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (BigInteger, "int8"),
    (SmallInteger, "int2"),
    (Integer, "int4"),
    (Boolean, "bool"),
    (String, "text"),
    (Float, "float8"),
    (Numeric, "numeric"),
    (DateTime, "timestamptz"),
)


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column; `scale` is the number of decimals of a numeric one, by which its integers are scaled."""

    name: str
    kind: Kind
    scale: int = 0


@dataclass(frozen=True)
class TableShape:
    """A table: its columns in order, and those that make its primary key."""

    name: str
    columns: tuple[ColumnShape, ...]
    key: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)


Shapes = Mapping[str, TableShape]


@cache
def shop_shapes() -> Shapes:
    """The shapes of the shop's own tables."""
    return table_shapes(models.metadata)


def table_shapes(metadata: MetaData) -> Shapes:
    """The tables that batches write, by name, referred-to tables before those that refer.

    Those are the business tables (of no schema, or of `public`) and others that say so, whose names are qualified.
    """
    tables = [table for table in metadata.sorted_tables if table.schema in (None, "public") or IN_BATCHES in table.info]
    return {shape.name: shape for shape in map(_table_shape, tables)}


def _table_shape(table: Table) -> TableShape:
    columns = tuple(map(_column_shape, table.columns))
    name = table.name if table.schema in (None, "public") else table.fullname
    return TableShape(name, columns, tuple(column.name for column in table.primary_key.columns))


def _column_shape(column: Column[Any]) -> ColumnShape:
    for sql_type, kind in _KINDS:
        if isinstance(column.type, sql_type):
            scale = getattr(column.type, "scale", None) if kind == "numeric" else 0
            if scale is None or (kind == "timestamptz" and not getattr(column.type, "timezone", False)):
                break
            return ColumnShape(column.name, kind, scale)
    raise TypeError(f"{column}: no sink knows how to write {column.type!r}; known are {', '.join(get_args(Kind))}")
