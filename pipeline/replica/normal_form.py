"""The forms of every type: one spelling, the same in PostgreSQL and in MySQL, and a literal of MySQL's.

Digests are made of spellings: a row is those of its columns, each behind its length in bytes, so that no two rows are
spelled alike; NULL is a mark that no length can be. The first load is made of literals. A type without a form here is
refused: compared by chance is not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import TIMESTAMP, Boolean, Column, Double, Integer, Numeric, String

from pipeline.replica.mysql_tables import UnknownType

NULL = "-"
# 60 bits: they add up in numbers that both have.
_HEX = 15
# Decimals as far as MySQL has them; a double is spelled as short as it can be and still be itself, then written out.
_PLACES = 30


class Spelling(NamedTuple):
    """The expressions for a value's text, `{}` being the column, and for PostgreSQL to write what MySQL reads as it.

    MySQL takes a backslash for itself there, and a quote is doubled (`NO_BACKSLASH_ESCAPES`).
    """

    postgres: str
    mysql: str
    literal: str


_SAME = Spelling("{}::text", "CAST({} AS CHAR)", "{}::text")
_BOOLEAN = Spelling("{}::int::text", "CAST({} AS CHAR)", "{}::int::text")
_INSTANT = Spelling(  # microseconds since 1970
    "(extract(epoch FROM {}) * 1000000)::bigint::text",
    "CAST(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {}) AS CHAR)",
    "'''' || ({} AT TIME ZONE 'UTC')::text || ''''",
)
_DOUBLE = Spelling(
    f"round({{}}::text::numeric, {_PLACES})::text",
    f"CAST(CAST(CAST({{}} AS CHAR) AS DECIMAL(65, {_PLACES})) AS CHAR)",
    "'''' || {}::text || ''''",  # its shortest text; bare it would be a decimal, whose digits are limited
)
_TEXT = Spelling("{}", "{}", "'''' || replace({}, '''', '''''') || ''''")


def spelling(column: Column[Any]) -> Spelling:
    """How a column's values are spelled. Raises UnknownType."""
    match column.type:
        case Boolean():
            return _BOOLEAN
        case Double():
            return _DOUBLE
        case Integer():  # and those that are larger or smaller
            return _SAME
        case Numeric() as number if number.scale is not None:
            return _SAME
        case TIMESTAMP() as instant if instant.timezone:
            return _INSTANT
        case String():  # and Text
            return _TEXT
    raise UnknownType(f"{column.table}.{column.name} is {column.type}, which has no normal form")


def postgres_literals(columns: Sequence[Column[Any]]) -> str:
    """The expression by which PostgreSQL writes a row as MySQL reads it in an INSERT."""
    literals = [f"coalesce({spelling(each).literal.format(_quoted(each))}, 'NULL')" for each in columns]
    return f"concat('(', concat_ws(',', {', '.join(literals)}), ')')"


def _quoted(column: Column[Any]) -> str:
    return f'"{column.name}"'


def postgres_row(columns: Sequence[Column[Any]]) -> str:
    """The expression for a row's own digest in PostgreSQL, a bigint."""
    texts = [spelling(each).postgres.format(f'"{each.name}"') for each in columns]
    row = " || ".join(f"coalesce(octet_length({text})::text || ':' || {text}, '{NULL}')" for text in texts)
    hashed = f"encode(sha256(convert_to({row}, 'UTF8')), 'hex')"
    return f"('x' || left({hashed}, {_HEX}))::bit({4 * _HEX})::bigint"


def mysql_row(columns: Sequence[Column[Any]]) -> str:
    """The same in MySQL. What CONV makes is a text, and texts would add up as doubles do."""
    texts = [spelling(each).mysql.format(f"`{each.name}`") for each in columns]
    row = ", ".join(f"COALESCE(CONCAT(LENGTH({text}), ':', {text}), '{NULL}')" for text in texts)
    hashed = f"SHA2(CONVERT(CONCAT({row}) USING utf8mb4), 256)"
    return f"CAST(CONV(LEFT({hashed}, {_HEX}), 16, 10) AS UNSIGNED)"


def postgres_digest(columns: Sequence[Column[Any]]) -> str:
    """The expression for a digest of rows in PostgreSQL: the same for the same rows in any order, as text."""
    return f"coalesce(sum({postgres_row(columns)}), 0)::text"


def mysql_digest(columns: Sequence[Column[Any]]) -> str:
    """The same in MySQL."""
    return f"CAST(COALESCE(SUM({mysql_row(columns)}), 0) AS CHAR)"
