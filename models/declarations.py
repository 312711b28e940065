"""What the shop's tables declare of themselves, and the lists that follow from it: none is written down a second time.

A declaration stands at its table, in `table_options`; SQLAlchemy carries it as the table's `info`.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

from sqlalchemy import Column, DateTime, Table

from models import delivery, funnel, orders, people, post_delivery, reference, truth, warehouse
from models.base import APPENDED, ENTITY, MAY_LIE_AHEAD, PURGED, PURGED_AS_CHAIN, Base, metadata

SHOP_GROUPS: dict[str, ModuleType] = {
    "reference": reference,
    "people": people,
    "funnel": funnel,
    "orders": orders,
    "warehouse": warehouse,
    "delivery": delivery,
    "post_delivery": post_delivery,
}
"""The table groups of the shop itself in reading order, each with its module."""


def tables_of_module(module: ModuleType) -> list[Table]:
    """The tables of a module, in the order they are written in it."""
    mappers = [mapper for mapper in Base.registry.mappers if mapper.class_.__module__ == module.__name__]
    tables = {mapper.local_table for mapper in mappers}
    return [table for table in metadata.tables.values() if table in tables]


def shop_tables() -> list[Table]:
    """The shop's own tables in reading order."""
    return [table for module in SHOP_GROUPS.values() for table in tables_of_module(module)]


def written_tables() -> list[Table]:
    """The same, and those of what a shop cannot see."""
    return [*shop_tables(), *tables_of_module(truth)]


def entities() -> dict[str, Table]:
    """What has ids by city, n * 100 + city: the tables by the names of their entities."""
    return {str(table.info[ENTITY]): _named_by_its_key(table) for table in shop_tables() if ENTITY in table.info}


def purged_entities() -> list[str]:
    """The entities whose rows may be purged."""
    return [entity for entity, table in entities().items() if PURGED in table.info]


def appended_tables() -> list[str]:
    """The tables whose rows never change, and whose keys nobody looks one up by while history is made."""
    return [table.name for table in written_tables() if APPENDED in table.info]


def purged_as_chains() -> list[str]:
    """The tables of which a customer's oldest rows are purged, with their schema unless it is public."""
    return [table.fullname for table in written_tables() if table.info.get(PURGED) == PURGED_AS_CHAIN]


class Part(NamedTuple):
    """A table whose rows go with a visit, found by the key of that part of it."""

    table: Table
    part: Table

    @property
    def key(self) -> str:
        """The column of both tables."""
        return f"{self.part.info[ENTITY]}_id"


def purged_with_a_visit() -> list[Part]:
    """What a visit takes along when it is purged, those that refer before what they refer to.

    Raises TypeError where a table refers to what goes and does not say how it goes itself.
    """
    for table in written_tables():
        if PURGED not in table.info and (purged := sorted(_referred_and_purged(table))):
            raise TypeError(f"{table.name} refers to {', '.join(purged)}, which is purged: it has to say how it goes")
    how = ((table, str(table.info.get(PURGED))) for table in reversed(metadata.sorted_tables))
    return [Part(table, metadata.tables[part]) for table, part in how if part in metadata.tables]


def open_while(table: str) -> str:
    """The condition that a row of a table is open, of which resume and others read: that of its partial index."""
    return _OPEN[table]


def tables_with_open_rows() -> list[str]:
    """The tables of which going on reads the open rows."""
    return list(_OPEN)


def event_times(table: Table) -> list[Column[object]]:
    """The columns that say when something happened: not those of promises and due dates, which may lie ahead."""
    times = (column for column in table.columns if isinstance(column.type, DateTime))
    return [column for column in times if MAY_LIE_AHEAD not in column.info]


def _named_by_its_key(table: Table) -> Table:
    key = [column.name for column in table.primary_key.columns]
    if key != [f"{table.info[ENTITY]}_id"]:
        raise TypeError(f"{table.name} is of the entity {table.info[ENTITY]}, but its key is {', '.join(key)}")
    return table


def _referred_and_purged(table: Table) -> Iterator[str]:
    for key in table.foreign_key_constraints:
        if PURGED in key.referred_table.info:
            yield key.referred_table.name


def _open_conditions() -> Iterator[tuple[str, str]]:
    for table in shop_tables():
        for index in table.indexes:
            if index.name == f"ix_{table.name}_open":
                yield table.name, str(index.dialect_options["postgresql"]["where"])


_OPEN = dict(_open_conditions())
