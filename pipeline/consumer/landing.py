"""The tables that events land in: rows and offsets move in one transaction, and an offset never goes back."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from pipeline.consumer.record import Batch, DeadLetter, Landed, Reason
from pipeline.consumer.topics import Layout, Place
from pipeline.database import connect, make_schema

SCHEMA = (Path(__file__).parent / "landing.sql").read_text(encoding="utf-8")
LOCK = 0x6C616E64  # "land"
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode

_BATCH = """
CREATE TEMPORARY TABLE batch (LIKE landing.events) ON COMMIT DELETE ROWS
"""
_LAND = """
INSERT INTO landing.events SELECT * FROM batch ON CONFLICT DO NOTHING;
INSERT INTO landing.registrations
SELECT (data->>'customer_id')::bigint, (data->>'city_id')::int, data->>'full_name', data->>'email', occurred_at
FROM batch WHERE type = 'customer.registered' ON CONFLICT DO NOTHING;
INSERT INTO landing.reviews
SELECT (data->>'review_id')::bigint, (data->>'order_id')::bigint, (data->>'product_id')::bigint,
       (data->>'customer_id')::bigint, (data->>'rating')::smallint, data->>'comment', occurred_at
FROM batch WHERE type = 'review.written' ON CONFLICT DO NOTHING;
DELETE FROM batch;
"""
_LETTERS = """
INSERT INTO landing.dead_letters (topic, partition, "offset", reason, detail, key, value, published_at) VALUES %s
ON CONFLICT (topic, partition, "offset") DO UPDATE SET reason = EXCLUDED.reason, detail = EXCLUDED.detail
"""
_MOVE = """
UPDATE landing.consumer_offsets o SET next_offset = n.next_offset
FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[]) AS n(topic, partition, expected, next_offset)
WHERE o.topic = n.topic AND o.partition = n.partition AND o.next_offset = n.expected
"""
_BEGIN = """
INSERT INTO landing.consumer_offsets (topic, partition, topic_id, next_offset) VALUES %s
ON CONFLICT (topic, partition) DO UPDATE SET topic_id = EXCLUDED.topic_id, next_offset = EXCLUDED.next_offset
"""
_ANEW = "TRUNCATE landing.events, landing.registrations, landing.reviews, landing.dead_letters"
_OURS = """
INSERT INTO landing.shop (source) VALUES (%s)
ON CONFLICT (only_row) DO UPDATE SET source = EXCLUDED.source, replaceable = false
"""


class Overtaken(Exception):
    """Somebody else has moved an offset: what was read is not what comes next."""


class Landing:
    """The tables, for one consumer at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._next: dict[Place, int] = {}
        self._source: str | None = None

    @classmethod
    def at(cls, url: str) -> Self:
        """Connect, and make what is missing. Raises psycopg2.Error, NoDatabase."""
        # Rows and offsets are lost together, if at all, and then read again: no commit has to wait for the disk.
        landing = cls(connect(url, "bazaar consumer", options="-c synchronous_commit=off"))
        with landing.transaction() as cursor:
            make_schema(cursor, "landing", SCHEMA)
            cursor.execute(_BATCH)
            landing._source = _source(cursor)
        return landing

    def close(self) -> None:
        """Let another consumer have it."""
        self._connection.close()

    def alone(self) -> bool:
        """Whether this is the one consumer, from now on until its session ends; another one waits for that."""
        with self.transaction() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
            return cursor.fetchone() == (True,)

    def resume(self, layout: Layout) -> Mapping[Place, int]:
        """What comes next by partition; from the beginning of those that are new."""
        with self.transaction() as cursor:
            cursor.execute("SELECT topic, partition, topic_id, next_offset FROM landing.consumer_offsets")
            known = {(topic, partition): (identity, offset) for topic, partition, identity, offset in cursor}
            new = [
                (*place, identity, beginning)
                for place, (identity, beginning) in layout.items()
                if place not in known or known[place][0] != identity
            ]
            if new:
                execute_values(cursor, _BEGIN, new)
            if any((topic, partition) in known for topic, partition, *_ in new):
                cursor.execute("UPDATE landing.shop SET replaceable = true")
            self._source = _source(cursor)
        self._next = {place: known[place][1] for place in layout if place in known}
        self._next |= {(topic, partition): beginning for topic, partition, _, beginning in new}
        return self._next

    def write(self, batch: Batch) -> Counter[str]:
        """One transaction: 1. the offsets, if they are where they were left; 2. the events; 3. the dead letters.

        Returns how many landed and how many died, by reason. Raises Overtaken, psycopg2.Error; then nothing is written.
        """
        then = {place: last + 1 for place, last in batch.last.items()}
        with self.transaction() as cursor:
            self._move(cursor, then)
            counts = self.put(cursor, batch)
        self._next |= then
        return counts

    def put(self, cursor: Cursor, batch: Batch) -> Counter[str]:
        """Events and dead letters into their tables, without moving an offset."""
        if batch.events and self._source is None:
            self._source = _settled(cursor, batch.events[0].source)
        refused = self._land(cursor, batch.events)
        _write_letters(cursor, batch.letters + refused)
        landed = {"landed": len(batch.events) - len(refused)}
        return Counter(landed) + Counter(str(letter.reason) for letter in batch.letters + refused)

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """All of it, or nothing."""
        with self._connection, self._connection.cursor() as cursor:
            yield cursor

    def _move(self, cursor: Cursor, then: Mapping[Place, int]) -> None:
        topics, partitions = zip(*then, strict=True)
        expected = [self._next[place] for place in then]
        cursor.execute(_MOVE, (list(topics), list(partitions), expected, list(then.values())))
        if cursor.rowcount != len(then):
            raise Overtaken("another consumer has gone on with these topics")

    def _land(self, cursor: Cursor, events: Sequence[Landed]) -> list[DeadLetter]:
        """Land the events of our shop; the others, and what PostgreSQL refuses, come back as dead letters."""
        others = [event for event in events if event.source != self._source]
        strange = [
            DeadLetter(event.record, Reason.ANOTHER_SHOP, f"of {event.source}, not {self._source}") for event in others
        ]
        return strange + _landed(cursor, [event for event in events if event.source == self._source])


def _write_letters(cursor: Cursor, letters: Sequence[DeadLetter]) -> None:
    """Keep records as they came, with the reason."""
    rows = [(*r[:3], reason, detail.replace("\0", "�"), r.key, r.value, r.at) for r, reason, detail in letters]
    if rows:
        execute_values(cursor, _LETTERS, rows)


def _landed(cursor: Cursor, events: Sequence[Landed]) -> list[DeadLetter]:
    """Land events; where PostgreSQL refuses one, by halves until it stands alone."""
    if not events:
        return []
    cursor.execute("SAVEPOINT events")
    try:
        cursor.copy_expert("COPY batch FROM STDIN", io.StringIO("".join(map(_line, events))))
        cursor.execute(_LAND)
    except (psycopg2.DataError, psycopg2.IntegrityError) as error:
        cursor.execute("ROLLBACK TO SAVEPOINT events; RELEASE SAVEPOINT events")
        if len(events) == 1:
            return [DeadLetter(events[0].record, Reason.REFUSED, str(error).splitlines()[0])]
        half = len(events) // 2
        return _landed(cursor, events[:half]) + _landed(cursor, events[half:])
    cursor.execute("RELEASE SAVEPOINT events")
    return []


def _line(event: Landed) -> str:
    """A line of COPY: of all its values only JSON can have a backslash in it, and none a tab or a line break."""
    record = event.record
    data = _ENCODE(event.data).replace("\\", "\\\\")
    at = record.at.isoformat() if record.at else r"\N"
    return (
        f"{event.id}\t{event.type}\t{event.time.isoformat()}\t{event.entity}\t{data}\t{record.topic}\t{record.partition}\t"
        f"{record.offset}\t{at}\n"
    )


def _source(cursor: Cursor) -> str | None:
    """Whose events are landed; None when the next one decides."""
    cursor.execute("SELECT source FROM landing.shop WHERE NOT replaceable")
    row = cursor.fetchone()
    return row[0] if row else None


def _settled(cursor: Cursor, source: str) -> str:
    """From now on these are the events of that shop: what is there of another one goes."""
    cursor.execute("SELECT source FROM landing.shop")
    if (row := cursor.fetchone()) and row != (source,):
        cursor.execute(_ANEW)
    cursor.execute(_OURS, (source,))
    return source
