"""The shop's tables and views as plain values, read from the models and from the comments in db/views.sql."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint

from db.ddl import sql_type
from db.schema_docs import view_column_comments, view_comments
from models.base import PURGED, WORDS
from models.declarations import SHOP_GROUPS, event_times, tables_of_module


@dataclass(frozen=True, slots=True)
class Described:
    """A column."""

    name: str
    type: str
    comment: str
    nullable: bool
    values: tuple[str, ...]
    """The words that it may hold; none where that is not limited."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or a view; of a view only what is said of its columns."""

    name: str
    kind: str
    group: str
    comment: str
    columns: tuple[Described, ...]
    key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    references: tuple[Reference, ...] = ()
    loaded_at: str | None = None
    """The time of a table that grows with every visit: its newest one is as old as the table."""


def relations() -> list[Relation]:
    """All of them, in reading order."""
    return [*_tables(), *_views()]


def as_json() -> str:
    """All of them as JSON."""
    return json.dumps({"relations": [asdict(each) for each in relations()]}, indent=2, ensure_ascii=False) + "\n"


def _tables() -> Iterator[Relation]:
    for group, module in SHOP_GROUPS.items():
        for table in tables_of_module(module):
            words = _words(table)
            yield Relation(
                str(table.name),
                "table",
                group,
                table.comment or "",
                tuple(
                    Described(
                        str(column.name),
                        sql_type(column),
                        column.comment or "",
                        bool(column.nullable),
                        words.get(column.name, ()),
                    )
                    for column in table.columns
                ),
                key=tuple(str(column.name) for column in table.primary_key.columns),
                unique=tuple(sorted(_names(each) for each in table.constraints if isinstance(each, UniqueConstraint))),
                references=tuple(sorted(map(_reference, table.foreign_key_constraints), key=lambda each: each.columns)),
                loaded_at=_loaded_at(table),
            )


def _views() -> Iterator[Relation]:
    for name, comment in view_comments():
        columns = tuple(Described(column, "", said, True, ()) for column, said in view_column_comments(name))
        yield Relation(name, "view", "views", comment, columns)


def _words(table: Table) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for constraint in table.constraints:
        found |= constraint.info.get(WORDS, {})
    return found


def _names(key: UniqueConstraint) -> tuple[str, ...]:
    return tuple(str(column.name) for column in key.columns)


def _reference(key: ForeignKeyConstraint) -> Reference:
    to = tuple(str(element.column.name) for element in key.elements)
    return Reference(tuple(map(str, key.column_keys)), str(key.referred_table.name), to)


def _loaded_at(table: Table) -> str | None:
    times = [str(column.name) for column in event_times(table) if not column.nullable]
    return times[0] if times and PURGED in table.info else None
