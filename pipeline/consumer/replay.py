"""Dead letters once more, after what was wrong with them, or with us, has been put right."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

from psycopg2.extensions import cursor as Cursor  # noqa: N812  a class, though psycopg2 writes it small
from psycopg2.extras import execute_values

from pipeline.consumer.decoding import decoded
from pipeline.consumer.landing import Landing
from pipeline.consumer.record import Batch, Record

MANY = 1_000
_NEXT = """
SELECT topic, partition, "offset", key, value, published_at FROM landing.dead_letters
WHERE (topic, partition, "offset") > (%s, %s, %s) ORDER BY topic, partition, "offset" LIMIT %s FOR UPDATE
"""
_DROP = """
DELETE FROM landing.dead_letters l USING (VALUES %s) AS d(topic, partition, "offset")
WHERE (l.topic, l.partition, l."offset") = (d.topic, d.partition::int, d."offset"::bigint)
"""


def replay(url: str) -> Counter[str]:
    """Put all of them through again: what lands is a dead letter no more. Returns how many did, and what remains."""
    counts: Counter[str] = Counter()
    last: tuple[str, int, int] = ("", -1, -1)
    with closing(Landing.at(url)) as landing:
        while True:
            with landing.transaction() as cursor:
                records = _after(cursor, last)
                if not records:
                    return counts
                execute_values(cursor, _DROP, [record[:3] for record in records])
                counts += landing.put(cursor, Batch.of(map(decoded, records)))
            last = records[-1][:3]


def _after(cursor: Cursor, last: tuple[str, int, int]) -> list[Record]:
    """The next ones; what is in the midst of being replayed elsewhere is waited for."""
    cursor.execute(_NEXT, (*last, MANY))
    return [
        Record(topic, partition, offset, _bytes(key), _bytes(value), at)
        for topic, partition, offset, key, value, at in cursor
    ]


def _bytes(found: memoryview | None) -> bytes | None:
    return None if found is None else found.tobytes()
