"""What others refer to of the past: rows of ours that foreign keys of their tables name stay, with all they belong to.

In the statements of `purge_statements`, `held(TABLE, ALIAS)` stands for whether somebody refers to that row, and
`held_visit()` for whether to anything of a visit. A key that cascades, or sets its columns to NULL, keeps nothing: its
makers said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

from db.names import tables
from models.declarations import purged_as_chains, purged_with_a_visit
from sim.postgres.connection import rows
from sim.postgres.retention.purge_statements import ALIASES

_KEYS = """
SELECT k.confrelid::regclass::text, k.conrelid::regclass::text,
       ARRAY(SELECT quote_ident(a.attname) FROM unnest(k.conkey) WITH ORDINALITY AS c (n, place)
             JOIN pg_attribute a ON (a.attrelid, a.attnum) = (k.conrelid, c.n) ORDER BY place),
       ARRAY(SELECT quote_ident(a.attname) FROM unnest(k.confkey) WITH ORDINALITY AS c (n, place)
             JOIN pg_attribute a ON (a.attrelid, a.attnum) = (k.confrelid, c.n) ORDER BY place)
FROM pg_constraint k
WHERE k.contype = 'f' AND k.confdeltype IN ('a', 'r')
  AND k.confrelid IN (SELECT to_regclass(name) FROM unnest(%s) AS name)
  AND k.conrelid NOT IN (SELECT to_regclass(name) FROM unnest(%s) AS name)
ORDER BY 2, 1
"""
# What goes with a visit: table, and the column and alias by which VISITS finds it.
_OF_A_VISIT = [
    (each.table.fullname, each.key, ALIASES[each.part.name])
    for each in purged_with_a_visit()
    if each.table is not each.part
]
_MARK = re.compile(r"held\(([\w.]+), (\w+)\)")


class ExternalReference(NamedTuple):
    """A foreign key of others to a table of ours."""

    table: str
    by: str
    columns: tuple[str, ...]
    to: tuple[str, ...]

    def of(self, alias: str) -> str:
        """The condition that it refers to the row of that alias."""
        theirs = ", ".join(f"held_by.{column}" for column in self.columns)
        ours = ", ".join(f"{alias}.{column}" for column in self.to)
        return f"EXISTS (SELECT FROM {self.by} AS held_by WHERE ({theirs}) = ({ours}))"


class ExternalReferences:
    """All of them; fills them into statements."""

    def __init__(self, of_tables: Mapping[str, list[ExternalReference]]) -> None:
        self._of_tables = of_tables

    @property
    def by(self) -> list[str]:
        """The tables that refer to ours."""
        return sorted({reference.by for references in self._of_tables.values() for reference in references})

    def filled(self, sql: str) -> str:
        """A statement in which the marks are conditions."""
        return _MARK.sub(lambda mark: self._held(mark[1], mark[2]), sql.replace("held_visit()", self._visit()))

    def _held(self, table: str, alias: str) -> str:
        return _any(reference.of(alias) for reference in self._of_tables.get(table, ()))

    def _visit(self) -> str:
        themselves = [f"held({table}, {alias})" for table, alias in ALIASES.items() if table in self._of_tables]
        parts = [
            f"EXISTS (SELECT FROM {table} x WHERE x.{key} = {alias}.{key} AND held({table}, x))"
            for table, key, alias in _OF_A_VISIT
            if table in self._of_tables
        ]
        # Of a chain that is held the whole stays, and refers to orders.
        chains = [
            f"EXISTS (SELECT FROM {table} x WHERE x.order_id = o.order_id)"
            for table in purged_as_chains()
            if table in self._of_tables
        ]
        return _any([*themselves, *parts, *chains])


def external_references(connection: Connection) -> ExternalReferences:
    """Look for them, in a transaction of its own."""
    of_tables: dict[str, list[ExternalReference]] = {}
    with connection:
        for table, by, columns, to in rows(connection, _KEYS, (tables(), tables())):
            of_tables.setdefault(table, []).append(ExternalReference(table, by, tuple(columns), tuple(to)))
    return ExternalReferences(of_tables)


def _any(conditions: Iterable[str]) -> str:
    listed = list(conditions)
    return f"({' OR '.join(listed)})" if listed else "false"
