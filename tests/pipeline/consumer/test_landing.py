"""The tables on a real PostgreSQL: rows, dead letters and offsets in one transaction, each offset once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from pipeline.consumer.decoding import decoded
from pipeline.consumer.landing import Landing, Overtaken
from pipeline.consumer.record import Batch, Record
from pipeline.consumer.topics import Layout
from tests.pipeline.consumer.making import REGISTERED, REVIEWED, SHOP, WRITTEN_AT, event, record, registered

LAYOUT: Layout = {
    ("shop.customers", 0): ("first", 0),
    ("shop.reviews", 0): ("first", 0),
    ("shop.reviews", 1): ("first", 5),
}
OTHER = SHOP.replace("/1/", "/2/")
REVIEW = event("review.written", 9, REVIEWED)

Ask = Callable[..., list[tuple[Any, ...]]]


def batch(*records: Record) -> Batch:
    return Batch.of(map(decoded, records))


@pytest.fixture
def landing(database_url: str) -> Iterator[Landing]:
    """Tables that know where the topics begin."""
    with closing(Landing.at(database_url)) as tables:
        assert tables.alone()
        assert tables.resume(LAYOUT) == {place: offset for place, (_, offset) in LAYOUT.items()}
        yield tables


@pytest.fixture
def ask(database_url: str) -> Iterator[Ask]:
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True

        def rows(sql: str) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []

        yield rows


def offsets(ask: Ask) -> dict[tuple[str, int], int]:
    return {(t, p): o for t, p, o in ask("SELECT topic, partition, next_offset FROM landing.consumer_offsets")}


def test_events_land_typed_and_untyped_and_the_offset_moves_behind_them(landing: Landing, ask: Ask):
    counts = landing.write(batch(record(0, registered()), record(3, REVIEW, "shop.reviews", 1)))
    assert counts == {"landed": 2}
    where = 'SELECT id, type, entity, topic, partition, "offset", published_at FROM landing.events ORDER BY id'
    assert ask(where) == [
        ("customer.registered/7", "customer.registered", "7", "shop.customers", 0, 0, WRITTEN_AT),
        ("review.written/9", "review.written", "9", "shop.reviews", 1, 3, WRITTEN_AT),
    ]  # fmt: skip
    assert ask("SELECT data FROM landing.events ORDER BY id") == [(REGISTERED,), (REVIEWED,)]
    instant = ask("SELECT '2026-01-05T08:30:00.000001Z'::timestamptz")[0][0]
    assert ask("SELECT * FROM landing.registrations") == [
        (*(REGISTERED[name] for name in ("customer_id", "city_id", "full_name", "email")), instant)
    ]
    assert ask("SELECT * FROM landing.reviews") == [(*REVIEWED.values(), instant)]
    assert offsets(ask) == {("shop.customers", 0): 1, ("shop.reviews", 0): 0, ("shop.reviews", 1): 4}


def test_what_is_delivered_twice_is_noticed_by_its_offset(landing: Landing, ask: Ask, database_url: str):
    """Not by its key: rows that are there already would hide it."""
    again = batch(record(0, registered(1)), record(1, registered(2)))
    landing.write(again)
    with closing(Landing.at(database_url)) as other:
        other.resume(LAYOUT)
        other.write(batch(record(2, registered(3))))
    with pytest.raises(Overtaken):
        landing.write(batch(record(2, registered(3)), record(3, registered(4))))
    assert ask("SELECT count(*) FROM landing.events") == [(3,)]
    assert offsets(ask)["shop.customers", 0] == 3


def test_rows_and_offsets_are_written_together_or_not_at_all(landing: Landing, ask: Ask):
    ask("ALTER TABLE landing.dead_letters ADD CHECK (reason <> 'empty')")
    with pytest.raises(psycopg2.errors.CheckViolation):
        landing.write(batch(record(0, registered()), record(1, None)))
    assert ask("SELECT count(*) FROM landing.events") == [(0,)]
    assert offsets(ask)["shop.customers", 0] == 0


POISON = [
    ("nul", registered(4, data=REGISTERED | {"customer_id": 4, "full_name": "a\0b"}), "unsupported Unicode escape"),
    ("half-a-pair", registered(4, data=REGISTERED | {"customer_id": 4, "full_name": "\ud800"}), "invalid input syntax"),
    ("beyond-bigint", registered(10**30), "out of range"),
    ("beyond-int", registered(4, data=REGISTERED | {"customer_id": 4, "city_id": 2**40}), "out of range"),
    ("check", registered(-4), "violates check constraint"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "said"), [each[1:] for each in POISON], ids=[each[0] for each in POISON])
def test_what_postgresql_refuses_dies_alone_wherever_it_stands(landing: Landing, ask: Ask, bad: Any, said: str):
    value = json.dumps(bad).encode()
    good = [record(number, registered(100 + number)) for number in range(12)]
    for place in (0, 5, 11):
        records = [r._replace(offset=20 * place + r.offset) for r in good]
        records[place] = records[place]._replace(value=value)
        counts = landing.write(batch(*records))
        assert counts == {"landed": 11, "refused": 1}
    letters = ask('SELECT "offset", reason, detail, value FROM landing.dead_letters ORDER BY 1')
    assert [(offset, reason) for offset, reason, *_ in letters] == [(0, "refused"), (105, "refused"), (231, "refused")]
    assert all(said in detail and bytes(kept) == value for *_, detail, kept in letters)
    assert ask("SELECT count(*) FROM landing.events") == [(12,)]
    assert ask("SELECT count(*) FROM landing.registrations") == [(12,)]


def test_a_dead_letter_is_kept_byte_for_byte_with_where_it_came_from(landing: Landing, ask: Ask):
    bytes_ = bytes(range(256))
    assert landing.write(batch(record(0, bytes_), record(1, None))) == {"not_utf8": 1, "empty": 1}
    rows = ask(
        'SELECT topic, partition, "offset", reason, key, value, published_at FROM landing.dead_letters ORDER BY 3'
    )
    assert [(*row[:4], bytes(row[4]), row[5] and bytes(row[5]), row[6]) for row in rows] == [
        ("shop.customers", 0, 0, "not_utf8", b"key", bytes_, WRITTEN_AT),
        ("shop.customers", 0, 1, "empty", b"key", None, WRITTEN_AT),
    ]


def test_of_copies_the_first_is_kept(landing: Landing, ask: Ask):
    later = registered(7, time="2026-01-05T09:00:00+00:00")
    landing.write(batch(record(0, registered(7)), record(1, later)))
    landing.write(batch(record(2, later)))
    assert ask('SELECT "offset" FROM landing.events') == [(0,)]
    assert offsets(ask)["shop.customers", 0] == 3


def test_an_event_of_another_shop_is_a_dead_letter(landing: Landing, ask: Ask):
    landing.write(batch(record(0, registered(1))))
    counts = landing.write(batch(record(1, registered(2, source=OTHER)), record(2, registered(3))))
    assert counts == {"landed": 1, "another_shop": 1}
    assert ask("SELECT source FROM landing.shop") == [(SHOP,)]


def test_topics_made_anew_for_another_shop_begin_it_anew(landing: Landing, ask: Ask, database_url: str):
    landing.write(batch(record(0, registered(1)), record(1, None)))
    anew: Layout = dict.fromkeys(LAYOUT, ("second", 0))
    with closing(Landing.at(database_url)) as after:
        assert after.resume(anew) == dict.fromkeys(LAYOUT, 0)
        after.write(batch(record(0, None)))
        assert ask("SELECT id FROM landing.events") == [("customer.registered/1",)], "nobody knows yet whose they are"
    with closing(Landing.at(database_url)) as after:
        after.resume(anew)
        after.write(batch(record(1, registered(2, source=OTHER)), record(2, b"")))
    assert ask("SELECT id FROM landing.events") == [("customer.registered/2",)]
    assert ask("SELECT customer_id FROM landing.registrations") == [(2,)]
    assert ask('SELECT "offset" FROM landing.dead_letters') == [(2,)]
    assert ask("SELECT source, replaceable FROM landing.shop") == [(OTHER, False)]
    assert offsets(ask)["shop.customers", 0] == 3


def test_a_topic_made_anew_for_the_same_shop_keeps_what_is_there(landing: Landing, ask: Ask, database_url: str):
    landing.write(batch(record(0, registered(1)), record(7, REVIEW, "shop.reviews", 0)))
    with closing(Landing.at(database_url)) as after:
        after.resume(LAYOUT | {("shop.customers", 0): ("second", 0)})
        after.write(batch(record(0, registered(1)), record(1, registered(2))))
    assert ask("SELECT id FROM landing.events ORDER BY id") == [
        ("customer.registered/1",), ("customer.registered/2",), ("review.written/9",),
    ]  # fmt: skip
    assert offsets(ask) == {("shop.customers", 0): 2, ("shop.reviews", 0): 8, ("shop.reviews", 1): 5}


def test_a_second_consumer_waits_until_the_first_is_gone(landing: Landing, database_url: str):
    with closing(Landing.at(database_url)) as second:
        assert not second.alone()
        landing.close()
        deadline_s = time.monotonic() + 30
        while not second.alone():  # a session ends a moment after its connection
            assert time.monotonic() < deadline_s
            time.sleep(0.01)


@pytest.mark.usefixtures("landing")
def test_what_is_usual_for_its_database_changes_nothing(ask: Ask, database_url: str):
    [(database,)] = ask("SELECT current_database()")
    for setting in ("client_encoding = 'LATIN1'", "statement_timeout = 1", "search_path = elsewhere"):
        ask(f"ALTER DATABASE {database} SET {setting}")
    named = event("customer.registered", 7, REGISTERED | {"full_name": "Дарья Šimkutė"})
    with closing(Landing.at(database_url)) as tables:
        tables.resume(LAYOUT)
        assert tables.write(batch(*(record(offset, named) for offset in range(2_000)))) == {"landed": 2_000}
    assert ask("SELECT full_name FROM landing.registrations") == [("Дарья Šimkutė",)]


def test_made_twice_it_is_there_once_and_the_reader_may_read_it(ask: Ask, database_url: str):
    ask("DO $$ BEGIN IF to_regrole('bazaar_reader') IS NULL THEN CREATE ROLE bazaar_reader NOLOGIN; END IF; END $$")
    with closing(Landing.at(database_url)):
        pass
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'landing'::regnamespace AND relkind = 'r'"
    names = {name for (name,) in ask(tables)}
    assert names == {"shop", "events", "registrations", "reviews", "dead_letters", "consumer_offsets"}
    for name in names:
        readable = f"SELECT has_table_privilege('bazaar_reader', 'landing.{name}', 'SELECT')"
        assert ask(readable) == [(True,)], name
