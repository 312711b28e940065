"""Purges what was over before an instant, a small chunk a transaction, so that keys and db/checks.sql always hold.

A visit goes as a whole: its steps, its cart, the order made of it and all that followed, when the last of that lies
before the instant. The chains of points and satisfaction and the sums of stock are cut by their own times; what they
came to is carried in schema `sim`, and so are the newest ids, for the run to go on as if nothing had been cut. A row
stays as long as one that stays refers to it, be it somebody else's. A kill between two chunks leaves nothing half
done: whoever cuts next begins anew, and finds less to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

from sim.postgres.retention.external_references import ExternalReferences, external_references
from sim.postgres.retention.purge_statements import (
    DELETIONS,
    LOYALTY,
    OPENING_STOCK,
    REPLENISHMENTS,
    SATISFACTION,
    SHIFTS,
    SINCE,
    TRIPS,
    VISITS,
)

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

VISITS_A_CHUNK = 1000
"""Some six thousand rows, mostly steps of visits without a cart: a transaction of about 50 ms."""
ROWS_A_CHUNK = 1_000


class Visit(NamedTuple):
    """A visit with its cart, order and parcel, if any, and whether all of it was over in time."""

    session_id: int
    started_at: datetime
    cart_id: int | None
    order_id: int | None
    delivery_id: int | None
    restored_to: list[int]
    over: bool


def purge(connection: Connection, since: datetime, references: ExternalReferences | None = None) -> Iterator[None]:
    """Cut off what was over before `since`; each step is a committed transaction. Raises psycopg2.Error.

    What others reference stays; it is looked for unless it is given.
    """
    references = references or external_references(connection)
    yield from _step(connection, SINCE, since)
    for statements in (LOYALTY, SATISFACTION, OPENING_STOCK):
        yield from _repeat(connection, references.filled(statements), since)
    yield from _purge_visits(connection, references.filled(VISITS), since)
    for statements in (TRIPS, SHIFTS, REPLENISHMENTS):
        yield from _repeat(connection, references.filled(statements), since)


def purgeable(visits: list[Visit]) -> list[Visit]:
    """The visits that can go: over, and no cart of theirs was taken up again in one that stays."""
    going = [visit for visit in visits if visit.over]
    while True:
        carts = {visit.cart_id for visit in going}
        still = [visit for visit in going if carts.issuperset(visit.restored_to)]
        if len(still) == len(going):
            return going
        going = still


def _step(connection: Connection, sql: str, since: datetime) -> Iterator[None]:
    with connection, connection.cursor() as cursor:
        cursor.execute(sql, {"since": since})
    yield


def _repeat(connection: Connection, sql: str, since: datetime) -> Iterator[None]:
    """The same statement until it finds nothing to do any more."""
    found = 1
    while found:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, {"since": since, "rows": ROWS_A_CHUNK})
            found = cursor.rowcount
        yield


def _purge_visits(connection: Connection, sql: str, since: datetime) -> Iterator[None]:
    """From the latest to the earliest: whoever came back to a cart did so later, and goes first."""
    at, session_id = since, 0
    while True:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, {"since": since, "at": at, "session_id": session_id, "visits": VISITS_A_CHUNK})
            visits = [Visit._make(row) for row in cursor.fetchall()]
            _delete(cursor, purgeable(visits))
        yield
        if len(visits) < VISITS_A_CHUNK:
            return
        session_id, at = visits[-1].session_id, visits[-1].started_at


def _delete(cursor: Cursor, visits: list[Visit]) -> None:
    """Delete visits and all that is theirs, what refers before what is referred to."""
    keys = {
        "sessions": [visit.session_id for visit in visits],
        "carts": [visit.cart_id for visit in visits if visit.cart_id is not None],
        "orders": [visit.order_id for visit in visits if visit.order_id is not None],
        "deliveries": [visit.delivery_id for visit in visits if visit.delivery_id is not None],
    }
    for sql, which in DELETIONS:
        if keys[which]:
            cursor.execute(sql, {"ids": keys[which]})
