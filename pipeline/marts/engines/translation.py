"""Spark SQL in DuckDB's words, and with Spark's arithmetic: a decimal stays one, and rounds half away from zero.

A quotient in a cast to a decimal, `CAST(a / b AS DECIMAL(12, 2))`, is exact in Spark; DuckDB divides doubles, and half
a cent falls to either side. So such a cast becomes a division of whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from common.messages import one_line

_MOST_PLACES = 12
_RATIO = "exact_ratio_"


class Untranslatable(ValueError):
    """SQL that is none, or that DuckDB has no words for: one line."""


def macros() -> Iterator[str]:
    """What DuckDB has to be told before it takes what comes of a translation."""
    for places in range(_MOST_PLACES + 1):
        unit = f"CAST('{10**-places:.{places}f}' AS DECIMAL({places + 1}, {places}))"
        yield (
            f"CREATE OR REPLACE TEMP MACRO {_RATIO}{places}(a, b) AS "
            f"CAST((CASE WHEN (a < 0) <> (b < 0) THEN -1 ELSE 1 END)"
            f" * ((2 * 1{'0' * places} * abs({_whole('a')}) + abs({_whole('b')})) // (2 * abs({_whole('b')})))"
            f" AS DECIMAL(38, 0)) * {unit}"
        )


@lru_cache
def translated(sql: str) -> str:
    """A query of Spark in DuckDB's words; `:name` becomes `$name`. Raises Untranslatable."""
    try:
        tree = sqlglot.parse_one(sql, read="spark")
        for node in reversed(list(tree.find_all(exp.AtTimeZone, exp.TryCast))):  # what is inside another one first
            node.replace(_as_spark_means_it(node))
        return str(tree.sql(dialect="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE))
    except SqlglotError as error:
        raise Untranslatable(one_line(error)) from None


@lru_cache
def words(sql: str) -> frozenset[str]:
    """The names in a query, of tables, columns and whatever else; a star is one too. Raises Untranslatable."""
    try:
        tree = sqlglot.parse_one(sql, read="spark")
    except SqlglotError as error:
        raise Untranslatable(one_line(error)) from None
    # COUNT(*) needs no column.
    stars = {"*" for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count)}
    return frozenset({each.name.lower() for each in tree.find_all(exp.Identifier)} | stars)


def _whole(operand: str) -> str:
    """An operand as a whole number of millionths, of which no rounding is left: nothing here has more places."""
    return f"CAST(CAST({operand} AS DECIMAL(38, 6)) * 1000000 AS HUGEINT)"


def _as_spark_means_it(node: exp.Expression) -> exp.Expression:
    match node:
        case exp.AtTimeZone():  # FROM_UTC_TIMESTAMP, as whose zone sqlglot takes the one it goes to
            without_zone = exp.Cast(this=node.this, to=exp.DataType.build("TIMESTAMP", dialect="duckdb"))
            in_utc = exp.AtTimeZone(this=without_zone, zone=exp.Literal.string("UTC"))
            return exp.AtTimeZone(this=in_utc, zone=node.args["zone"])
        case exp.TryCast():  # a cast that fails is an error, as Spark has it by its ANSI mode
            return _exact(exp.Cast(this=node.this, to=node.args["to"]))
    return node


def _exact(cast: exp.Cast) -> exp.Expression:
    to: Any = cast.args["to"]
    if not (isinstance(cast.this, exp.Div) and to.is_type(exp.DataType.Type.DECIMAL) and len(to.expressions) == 2):
        return cast
    places = int(to.expressions[1].name)
    if places > _MOST_PLACES:
        raise Untranslatable(f"a quotient of {places} decimal places; allowed are up to {_MOST_PLACES}")
    ratio = exp.Anonymous(this=f"{_RATIO}{places}", expressions=[cast.this.this, cast.this.expression])
    return exp.Cast(this=ratio, to=to)
