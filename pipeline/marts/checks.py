"""What is looked at after a build, in SQL that MySQL and DuckDB both understand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pipeline.marts.cuts import Dialect, cuts
from pipeline.marts.head import MART, Mart, MartCheck

_AS_OF = ":as_of"
NOT_EMPTY, KEY, NOT_NULL = "not_empty", "key", "not_null"


class Look(NamedTuple):
    """A query for the rows that are wrong; 0 where all is well."""

    name: str
    sql: str


class Total(NamedTuple):
    """Two queries for one number each, which have to `agree`."""

    name: str
    mart_sql: str
    source_sql: str


def agree(here: Any, there: Any) -> bool:
    """Whether two totals are equal; where there is nothing to add up, nothing (NULL) and 0 are."""
    return bool((here or 0) == (there or 0))


def looks(mart: Mart, table: str) -> Iterator[Look]:
    """What a mart's table is asked about itself; `table` as the engine takes it, quotes and all."""
    if not mart.may_be_empty:
        yield Look(NOT_EMPTY, f"SELECT CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END FROM {table}")
    key = ", ".join(mart.keys)
    yield Look(KEY, f"SELECT COUNT(*) FROM (SELECT {key} FROM {table} GROUP BY {key} HAVING COUNT(*) > 1) twice")
    nulls = " OR ".join(f"{each.name} IS NULL" for each in mart.columns if not each.nullable)
    yield Look(NOT_NULL, f"SELECT COUNT(*) FROM {table} WHERE {nulls}")


def totals(mart: Mart, table: str, as_of: datetime) -> Iterator[Total]:
    """What a mart's table and the tables that it was made from have to agree about; the latter stand for their cuts."""
    instant = f"TIMESTAMP '{as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
    for check in mart.checks:
        mart_sql, source_sql = (sql.replace(_AS_OF, instant) for sql in (check.mart_sql, check.source_sql))
        yield Total(check.name, mart_sql.replace(MART, table), source_sql)


def totals_of_source(
    mart: Mart, table: str, dialect: Dialect, as_of: datetime, since: datetime | None
) -> Iterator[Total]:
    """The same, where the tables are those of a source as they are: each cut stands before the question."""
    known = cuts()
    for check, total in zip(mart.checks, totals(mart, table, as_of), strict=True):
        named = ", ".join(f"{name} AS ({known[name].sql(dialect, as_of, since)})" for name in _named(mart, check))
        yield total._replace(source_sql=f"WITH {named} {total.source_sql}")


def _named(mart: Mart, check: MartCheck) -> list[str]:
    """The tables that a check asks. None stands behind another of which its cut reads."""
    words = set(re.findall(r"\w+", check.source_sql))
    return [name for name in mart.reads if name in words]
