"""How many rows of a table differ, when it does: counted by groups of keys, and only those that differ are fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from psycopg2.extensions import connection as ShopConnection  # noqa: N812  a class, though psycopg2 writes it small
from pymysql.connections import Connection as ReplicaConnection
from sqlalchemy import Table

from pipeline.replica import mysql, shop
from pipeline.replica.normal_form import mysql_row, postgres_row
from pipeline.replica.scope import Span, compared, replica_source, shop_source

GROUPS = 1024
MOST = 200_000  # rows that are fetched from a side; beyond them the count is a lower bound

Ask = Callable[[str, tuple[object, ...]], list[tuple[Any, ...]]]


class Differing(NamedTuple):
    """How many rows are missing, too many or otherwise: exactly so many, or at least."""

    rows: int
    exact: bool

    def __str__(self) -> str:
        rows = "1 row differs" if self.rows == 1 else f"{self.rows:,} rows differ"
        return rows if self.exact else f"at least {rows}"


class Side(NamedTuple):
    """One of both servers, asked for digests of a table's keys and rows."""

    ask: Ask
    key: str
    row: str
    source: str
    values: tuple[object, ...]

    def groups(self) -> dict[int, tuple[int, int]]:
        """How many rows each group of keys has, and their digest."""
        sql = f"SELECT mod({self.key}, {GROUPS}), count(*), sum({self.row}) FROM {self.source} GROUP BY 1"
        return {int(group): (int(rows), int(digest)) for group, rows, digest in self.ask(sql, self.values)}

    def rows(self, groups: Iterable[int]) -> set[tuple[int, int]]:
        """Key and row of all that are in these groups."""
        which = f"mod({self.key}, {GROUPS}) IN ({', '.join(map(str, groups))})"
        also = "AND" if " WHERE " in self.source else "WHERE"
        found = self.ask(f"SELECT {self.key}, {self.row} FROM {self.source} {also} {which}", self.values)
        return {(int(key), int(row)) for key, row in found}


def differing(
    here: ShopConnection, there: ReplicaConnection[Any], table: Table, as_of: datetime | None, *, most: int = MOST
) -> Differing:
    """Count the rows that differ: whole, or of what is settled before `as_of`."""
    span = None if as_of is None else Span(shop.moment(here).kept_since, as_of)
    keys, columns = list(table.primary_key.columns), compared(table, span)
    of_shop, of_replica = shop_source(table, span), replica_source(table, span)
    return counted(
        Side(lambda sql, values: shop.ask(here, sql, values), postgres_row(keys), postgres_row(columns), *of_shop),
        Side(lambda sql, values: mysql.ask(there, sql, values), mysql_row(keys), mysql_row(columns), *of_replica),
        most,
    )


def counted(one: Side, other: Side, most: int = MOST) -> Differing:
    """The same for any two sides."""
    ours, theirs = one.groups(), other.groups()
    suspect = sorted(group for group in ours.keys() | theirs.keys() if ours.get(group) != theirs.get(group))
    looked_at = _as_many_as(suspect, ours, theirs, most)
    if not looked_at:
        return Differing(0, exact=True)
    different = one.rows(looked_at) ^ other.rows(looked_at)
    rest = len(suspect) - len(looked_at)  # at least one row in each
    return Differing(len({key for key, _ in different}) + rest, exact=not rest)


def _as_many_as(
    groups: list[int], ours: Mapping[int, tuple[int, int]], theirs: Mapping[int, tuple[int, int]], most: int
) -> list[int]:
    """Of these groups as many as have no more rows than that; one in any case."""
    rows, chosen = 0, 0
    for group in groups:
        rows += max(ours.get(group, (0, 0))[0], theirs.get(group, (0, 0))[0])
        if chosen and rows > most:
            break
        chosen += 1
    return groups[:chosen]
