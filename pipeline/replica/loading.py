"""The first load: all rows of the shop, as they were at one moment, into MySQL's empty tables.

PostgreSQL writes them as MySQL reads them; here they are handed on, a megabyte at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from psycopg2.extensions import connection as ShopConnection  # noqa: N812  a class, though psycopg2 writes it small
from pymysql.connections import Connection as ReplicaConnection
from sqlalchemy import Table

from pipeline.replica import chosen, mysql, shop
from pipeline.replica.normal_form import postgres_literals
from pipeline.replica.settings import ReplicaSettings

_FETCHED = 4_000  # rows at a time
_MOST = 1_000_000  # bytes of a statement
_PACKET = 1_024  # what a statement has around it on its way
_TELL_EVERY_S = 10.0
_OPEN = "DECLARE rows NO SCROLL CURSOR FOR SELECT {} FROM {} ORDER BY {}"  # InnoDB takes them fastest by their key
_MODE = "STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES"  # nothing is cut to fit, and a backslash is one


class Loaded(NamedTuple):
    """How many rows, and in what time."""

    rows: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.rows:,} rows in {self.seconds:.0f} s"


def load(
    settings: ReplicaSettings, there: ReplicaConnection[Any], tell: Callable[[str], None] = lambda _: None
) -> Loaded:
    """Copy every table's rows; `tell` hears now and then how far it is. Raises NotPossible."""
    begun_s = told_s = time.monotonic()
    rows = 0
    with shop.one_moment(settings, map(chosen.qualified, chosen.tables())) as here, _reading_literals(there):
        most = min(_MOST, _largest_packet(there) - _PACKET)
        for table in chosen.tables():
            for block in _blocks(here, table):
                for statement in statements(table, block, most):
                    mysql.send(there, statement)
                rows += len(block)
                if (now_s := time.monotonic()) - told_s > _TELL_EVERY_S:
                    tell(f"loading {table.name}: {Loaded(rows, now_s - begun_s)} so far")
                    told_s = now_s
    return Loaded(rows, time.monotonic() - begun_s)


def statements(table: Table, rows: Iterable[str], most: int) -> Iterator[bytes]:
    """INSERT statements of no more bytes than that, where a row alone is not larger."""
    columns = ", ".join(f"`{each.name}`" for each in chosen.columns(table))
    head = f"INSERT INTO `{table.name}` ({columns}) VALUES ".encode()
    waiting, size = list[bytes](), len(head)
    for row in rows:
        written = row.encode()
        if waiting and size + len(written) + 1 > most:
            yield head + b",".join(waiting)
            waiting, size = [], len(head)
        waiting.append(written)
        size += len(written) + 1
    if waiting:
        yield head + b",".join(waiting)


def _blocks(here: ShopConnection, table: Table) -> Iterator[list[str]]:
    """A table's rows as literals, some thousand at a time, in the order of their key."""
    literals = postgres_literals(chosen.columns(table))
    key = ", ".join(f'"{name}"' for name in chosen.key(table))
    shop.ask(here, _OPEN.format(literals, chosen.qualified(table), key))
    while block := shop.ask(here, f"FETCH {_FETCHED} FROM rows"):
        yield [row for (row,) in block]
    shop.ask(here, "CLOSE rows")


@contextmanager
def _reading_literals(there: ReplicaConnection[Any]) -> Iterator[None]:
    """MySQL reads what PostgreSQL writes, whatever is usual for this connection."""
    [(usual,)] = mysql.ask(there, "SELECT @@SESSION.sql_mode")
    mysql.ask(there, "SET SESSION sql_mode = %s", (_MODE,))
    yield
    mysql.ask(there, "SET SESSION sql_mode = %s", (usual,))


def _largest_packet(there: ReplicaConnection[Any]) -> int:
    [(most,)] = mysql.ask(there, "SELECT @@max_allowed_packet")
    return int(most)
