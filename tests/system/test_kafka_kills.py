"""Producer, consumer and broker killed again and again: the topics and the tables equal the stream of one go."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from pipeline.events.contract import CATALOGUE, TOPICS
from tests.databases import new_database
from tests.integration.test_running import Shop
from tests.pipeline.events.reading import lines_of
from tests.system.broker import Broker
from tests.system.compose import NEEDS_DAEMON, ROOT, clean_environment, eventually

pytestmark = NEEDS_DAEMON

KILLS = 5
PATIENCE_S = 240


class Program:
    """A program that is started again as often as it is killed; what it says goes into a file."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self._command = [sys.executable, "-m", *arguments]
        self._log = log.open("ab")
        self.start()

    def start(self) -> None:
        self._said_before = Path(self._log.name).stat().st_size
        self.process = subprocess.Popen(
            self._command, env=clean_environment(), cwd=ROOT, stdout=self._log, stderr=self._log
        )

    def kill(self) -> None:
        assert self.process.poll() is None, Path(self._log.name).read_text(encoding="utf-8")
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def speaks(self) -> bool:
        """Whether it has said anything since it was started: before that it does not hear a signal either."""
        return Path(self._log.name).stat().st_size > self._said_before

    def ended(self, *, by: signal.Signals | None = None) -> None:
        """Wait for its end, which is a good one."""
        if by is not None:
            self.process.send_signal(by)
        code = self.process.wait(PATIENCE_S)
        said = Path(self._log.name).read_text(encoding="utf-8")
        assert code == 0, said
        assert "Traceback" not in said

    def close(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self._log.close()


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def landed(url: str) -> int:
    try:
        return int(rows(url, "SELECT count(*) FROM landing.events")[0][0])
    except psycopg2.errors.UndefinedTable:
        return 0


@pytest.fixture
def tables(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database for what is landed."""
    with new_database(postgres_url) as url:
        yield url


@contextmanager
def programs(shop: str, broker: Broker, tables: str, folder: Path) -> Iterator[tuple[Program, Program]]:
    """A producer that follows the shop, and a consumer."""
    events = ("sim", "events", "--database-url", shop, "--to", broker.url, "--follow")
    with (
        closing(Program(folder / "producer.log", *events)) as producer,
        closing(
            Program(
                folder / "consumer.log", "pipeline.consumer", "run", "--kafka", broker.url, "--database-url", tables
            )
        ) as consumer,
    ):
        yield producer, consumer


def test_killed_again_and_again_nothing_is_lost_and_nothing_is_there_twice(
    database_url: str, broker: Broker, tables: str, tmp_path: Path
):
    shop, chance = Shop(database_url), random.Random(15)
    shop.run(duration="1h")
    with programs(database_url, broker, tables, tmp_path) as (producer, consumer):
        with shop.running(speed="1000x", catch_up=False):
            eventually(lambda: landed(tables) > 0, PATIENCE_S, "something is landed")
            for number in range(KILLS):
                time.sleep(chance.uniform(0.5, 4))
                producer.kill()
                producer.start()
                time.sleep(chance.uniform(0.5, 4))
                consumer.kill()
                consumer.start()
                if number in (1, 3):
                    broker.killed_and_started()
                    broker.back()
        expected = lines_of(database_url)
        eventually(lambda: landed(tables) == len(expected), PATIENCE_S, f"{len(expected)} events are landed")
        producer.ended(by=signal.SIGTERM)
        eventually(consumer.speaks, PATIENCE_S, "the consumer says where it is")
        consumer.ended(by=signal.SIGTERM)
    assert_topics_hold(broker, expected)
    assert_tables_hold(tables, database_url, broker, expected)


def assert_topics_hold(broker: Broker, expected: list[str]) -> None:
    """Every event once, on its topic, with its entity for a key, those of one entity in one partition and in order."""
    by_entity: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in expected:
        event = json.loads(line)
        by_entity[CATALOGUE[event["type"]].topic, event["partitionkey"]].append(line)
    found: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    partitions: dict[tuple[str | None, str], set[int | None]] = defaultdict(set)
    for topic, partition, key, value in broker.records(*TOPICS):
        assert key is not None
        assert value is not None
        found[topic, key.decode()].append(value.decode())
        partitions[topic, key.decode()].add(partition)
    assert found == by_entity
    assert {len(each) for each in partitions.values()} == {1}


def assert_tables_hold(tables: str, shop: str, broker: Broker, expected: list[str]) -> None:
    """Events, typed rows and offsets, each by itself: a key might hide what an offset shows."""
    assert rows(tables, "SELECT count(*) FROM landing.dead_letters") == [(0,)]
    events = {event["id"]: event["data"] for event in map(json.loads, expected)}
    assert dict(rows(tables, "SELECT id, data FROM landing.events")) == events
    before = "(SELECT sim_now FROM sim.current_run)"
    for typed, own in (
        (
            "SELECT * FROM landing.registrations",
            f"""SELECT customer_id, city_id, full_name, email, registered_at FROM customers
            WHERE registered_at < {before}""",
        ),
        (
            "SELECT * FROM landing.reviews",
            f"""SELECT review_id, order_id, product_id, customer_id, rating, comment, created_at FROM reviews
            WHERE created_at < {before}""",
        ),
    ):
        assert sorted(rows(tables, typed)) == sorted(rows(shop, own))
    offsets = rows(tables, "SELECT topic, partition, next_offset FROM landing.consumer_offsets WHERE next_offset > 0")
    newest = 'SELECT topic, partition, max("offset") + 1, count(*) FROM landing.events GROUP BY 1, 2'
    assert sorted(offsets) == sorted(row[:3] for row in rows(tables, newest))
    counts: dict[tuple[str | None, int | None], int] = defaultdict(int)
    for topic, partition, *_ in broker.records(*TOPICS):
        counts[topic, partition] += 1
    assert {(topic, partition): count for topic, partition, _, count in rows(tables, newest)} == counts


def test_a_second_consumer_takes_over_when_the_first_is_gone(day: Shop, broker: Broker, tables: str, tmp_path: Path):
    expected = len(lines_of(day.url, types=["customer.registered"]))
    one = ("sim", "events", "--database-url", day.url, "--to", broker.url, "--types", "customer.registered")
    subprocess.run([sys.executable, "-m", *one], env=clean_environment(), cwd=ROOT, check=True, timeout=PATIENCE_S)
    arguments = ("pipeline.consumer", "run", "--kafka", broker.url, "--database-url", tables)
    with (
        closing(Program(tmp_path / "first.log", *arguments)) as first,
        closing(Program(tmp_path / "second.log", *arguments)) as second,
    ):
        eventually(lambda: landed(tables) == expected, PATIENCE_S, "all is landed")
        logs = {each: tmp_path / f"{name}.log" for each, name in ((first, "first"), (second, "second"))}
        waiting = "another consumer is at work"
        eventually(lambda: any(waiting in log.read_text() for log in logs.values()), PATIENCE_S, "one of them waits")
        [waits] = [each for each, log in logs.items() if waiting in log.read_text()]
        works = second if waits is first else first
        works.kill()
        offset = logs[waits].stat().st_size
        eventually(lambda: "lag=0" in logs[waits].read_text()[offset:], PATIENCE_S, "the other one has taken over")
        waits.ended(by=signal.SIGINT)
    assert rows(tables, "SELECT count(*) FROM landing.dead_letters") == [(0,)]
    assert landed(tables) == expected
