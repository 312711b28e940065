"""Whether a table is the same on both sides: rows counted and summed up by the two servers, none of them fetched."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as ShopConnection  # noqa: N812  a class, though psycopg2 writes it small
from pymysql.connections import Connection as ReplicaConnection
from sqlalchemy import Table

from pipeline.replica import chosen, mysql, shop
from pipeline.replica.problems import NotPossible
from pipeline.replica.scope import Span, replica_question, shop_question
from pipeline.replica.settings import ReplicaSettings

# A difference is one when it is there three times: what was cut off at one end may be on its way to the other.
_LOOKS = 3
_BETWEEN_S = 2.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both counts and digests of a table; of all that it has where `as_of` is None, else of what is settled by then."""

    table: str
    as_of: datetime | None
    rows_shop: int
    rows_replica: int
    digest_shop: str
    digest_replica: str

    @property
    def equal(self) -> bool:
        """Whether nothing tells them apart."""
        return (self.rows_shop, self.digest_shop) == (self.rows_replica, self.digest_replica)

    @property
    def difference(self) -> str:
        """What is wrong, for people; empty where nothing is."""
        if self.equal:
            return ""
        more = self.rows_replica - self.rows_shop
        if more == 0:
            return f"{self.rows_shop:,} rows on both sides, not the same ones"
        return f"{abs(more):,} rows {'more' if more > 0 else 'fewer'} in MySQL ({self.rows_replica:,}) than in the shop"


def compare(settings: ReplicaSettings, table: str, as_of: datetime | None = None) -> Comparison:
    """Compare a table by its name: whole, for a shop that stands still, or what is settled before `as_of`.

    Raises NotPossible where a side does not answer, or the name is none.
    """
    named = {each.name: each for each in chosen.tables()}
    if table not in named:
        raise NotPossible(f"{table!r} is not replicated; what is: {', '.join(sorted(named))}")
    with shop.connected(settings) as here, mysql.connected(settings) as there:
        return compared(here, there, named[table], as_of)


def compared(here: ShopConnection, there: ReplicaConnection[Any], table: Table, as_of: datetime | None) -> Comparison:
    """The same on open connections."""
    found = _look(here, there, table, as_of)
    for _ in range(_LOOKS - 1):
        if found.equal:
            break
        time.sleep(_BETWEEN_S)
        found = _look(here, there, table, as_of)
    return found


def _look(here: ShopConnection, there: ReplicaConnection[Any], table: Table, as_of: datetime | None) -> Comparison:
    span = None if as_of is None else Span(shop.moment(here).kept_since, as_of)
    of_shop, of_replica = shop_question(table, span), replica_question(table, span)
    [(rows_there, digest_there)] = mysql.ask(there, of_replica.sql, of_replica.values)
    [(rows_here, digest_here)] = shop.ask(here, of_shop.sql, of_shop.values)
    return Comparison(table.name, as_of, int(rows_here), int(rows_there), str(digest_here), str(digest_there))
