"""Which rows and columns are comparable: all of them while the shop stands still, else those that are settled.

While the shop goes on, MySQL is where the shop was a moment ago. Of rows that came before `as_of` the key, and the time
at which they came, are the same in both; where rows never change, all of their columns are. What retention may just
have cut off is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Table

from models.base import APPENDED, PURGED
from models.declarations import event_times
from pipeline.instants import without_zone
from pipeline.replica import chosen, normal_form

# Of tables of `sim`, whose first time says nothing of when a row came; a row of `retention` moves on.
_BEGINS: dict[str, str | None] = {"runs": "began_at", "incidents": "began_at", "retention": None}


class Span(NamedTuple):
    """From when on nothing is missing, and up to when everything is there."""

    since: datetime
    as_of: datetime


class Question(NamedTuple):
    """A count of rows and their digest, asked of one side."""

    sql: str
    values: tuple[datetime, ...]


def shop_question(table: Table, span: Span | None) -> Question:
    """What PostgreSQL is asked; the whole table without a span."""
    source, values = shop_source(table, span)
    return Question(f"SELECT count(*), {normal_form.postgres_digest(compared(table, span))} FROM {source}", values)


def replica_question(table: Table, span: Span | None) -> Question:
    """What MySQL is asked; its times have no zone and are in UTC."""
    source, values = replica_source(table, span)
    return Question(f"SELECT COUNT(*), {normal_form.mysql_digest(compared(table, span))} FROM {source}", values)


def shop_source(table: Table, span: Span | None) -> Question:
    """Which rows PostgreSQL is asked about: what follows FROM."""
    schema, name = chosen.qualified(table).split(".")
    where, values = _where(table, span, '"')
    return Question(f'"{schema}"."{name}"{where}', values)


def replica_source(table: Table, span: Span | None) -> Question:
    """Which rows MySQL is asked about."""
    where, values = _where(table, span, "`")
    return Question(f"`{table.name}`{where}", tuple(map(without_zone, values)))


def compared(table: Table, span: Span | None) -> Sequence[Column[Any]]:
    """The columns of a row that are compared."""
    columns = [each for each in chosen.columns(table) if each.name not in chosen.SIGNS_OF_LIFE.get(table.name, ())]
    if span is None or APPENDED in table.info:
        return columns
    begins = begins_at(table)
    return [each for each in columns if each.primary_key or each.name == begins]


def begins_at(table: Table) -> str | None:
    """The column with the time at which a row came; None where there is none."""
    if table.name in _BEGINS:
        return _BEGINS[table.name]
    times = event_times(table)
    return times[0].name if times else None


def _where(table: Table, span: Span | None, quote: str) -> tuple[str, tuple[datetime, ...]]:
    if span is None:
        return "", ()
    if (begins := begins_at(table)) is None:
        return _where_of_whole(table, span, quote)
    column = f"{quote}{begins}{quote}"
    if PURGED in table.info:
        return f" WHERE {column} >= %s AND {column} < %s", (span.since, span.as_of)
    return f" WHERE {column} < %s", (span.as_of,)


def _where_of_whole(table: Table, span: Span, quote: str) -> tuple[str, tuple[datetime, ...]]:
    """Rows without a time of their own come with what the first column of their key refers to, if that has one."""
    first = next(iter(table.primary_key.columns))
    for reference in first.foreign_keys:
        whole = reference.column
        where, values = _where(whole.table, span, quote)
        if where:
            column, name = f"{quote}{whole.name}{quote}", f"{quote}{whole.table.name}{quote}"
            return f" WHERE {quote}{first.name}{quote} IN (SELECT {column} FROM {name}{where})", values
    return "", ()
