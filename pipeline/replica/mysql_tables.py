"""MySQL's tables, made from the models: the same columns in the same order, types of MySQL's own, primary keys only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable, SchemaItem
from sqlalchemy.types import TypeEngine

from pipeline.replica import chosen

_OPTIONS: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_0900_bin"}
_DIGITS = 38  # as many as its readers can take
_WORD = 255  # as long as a key may be, and an index needs no prefix


class UnknownType(TypeError):
    """A column of a type that the replica has no form for."""


def of_models() -> list[Table]:
    """Every replicated table as MySQL has it."""
    metadata = MetaData()
    return [_of(table, metadata) for table in chosen.tables()]


def create(table: Table) -> str:
    """The statement that makes a table of `of_models`."""
    return str(CreateTable(table).compile(dialect=mysql.dialect())).strip()


def mysql_type(column: Column[Any]) -> TypeEngine[Any]:
    """MySQL's type for a column of the models. Raises UnknownType."""
    match column.type:
        case BigInteger():
            return mysql.BIGINT()
        case SmallInteger():
            return mysql.SMALLINT()
        case Integer():
            return mysql.INTEGER()
        case Boolean():
            return mysql.TINYINT(display_width=1)
        case Double():
            return mysql.DOUBLE(asdecimal=False)
        case Numeric() as number if number.scale is not None and 0 < (number.precision or 0) <= _DIGITS:
            return mysql.DECIMAL(number.precision, number.scale)
        case TIMESTAMP() as instant if instant.timezone:
            return mysql.DATETIME(fsp=6)
        case Text():
            return mysql.VARCHAR(_WORD) if _is_a_word(column) else mysql.TEXT()
        case String() as text if text.length:
            return mysql.VARCHAR(text.length)
    raise UnknownType(f"{column.table}.{column.name} is {column.type}, for which the replica has no form in MySQL")


def _of(table: Table, metadata: MetaData) -> Table:
    columns = [
        Column(each.name, mysql_type(each), nullable=bool(each.nullable), comment=each.comment, autoincrement=False)
        for each in chosen.columns(table)
    ]
    parts: list[SchemaItem] = [*columns, PrimaryKeyConstraint(*chosen.key(table))]
    return Table(table.name, metadata, *parts, comment=table.comment, **_OPTIONS)


def _is_a_word(column: Column[Any]) -> bool:
    """Whether a text is part of the key, or one of a closed list of words (see `models.base.one_of`)."""
    known = f"{column.name}_known"
    names = {str(each.name) for each in column.table.constraints if isinstance(each, CheckConstraint)}
    return column.primary_key or not names.isdisjoint({known, f"ck_{column.table.name}_{known}"})
