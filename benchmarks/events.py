"""Events: from PostgreSQL into a file, into Kafka and into tables; what following costs, and how late it is."""

from __future__ import annotations

import gc
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from typing import Any

import psycopg2
from confluent_kafka import OFFSET_END, Consumer, TopicPartition

from benchmarks import beside
from benchmarks.apart import apart
from benchmarks.databases import ask, new_database
from benchmarks.figures import medians, percentiles
from benchmarks.kafka import Broker, broker, emptied, follower
from benchmarks.lines import Line, compared
from benchmarks.processor import Family
from benchmarks.shop import DEFAULT, run
from benchmarks.simulator import simulator
from pipeline.consumer import consuming
from pipeline.events.contract import TOPICS
from pipeline.events.copying import Copying
from pipeline.events.envelope import time_of
from pipeline.events.outputs.opening import opened
from pipeline.events.selection import Selection
from pipeline.events.source import clean
from pipeline.kafka.cluster import Cluster

GROWN = "1d"
SPEED = "60x"
START_S = 120.0
_SIM_NOW = "SELECT sim_now FROM sim.current_run"

_WHO = {"cpu_s": "client", "server_cpu_s": "PostgreSQL", "broker_cpu_s": "broker"}

Found = dict[str, Any]


def measure(server_url: str, repeat: int, seconds: float) -> Found:
    """Measure all of it on one shop. Raises Unmeasurable without Docker."""
    with new_database(server_url) as url, broker() as kafka, tempfile.TemporaryDirectory() as folder:
        apart(run, url, DEFAULT | {"duration": GROWN})
        found: Found = {
            "file": medians([_copied(url, f"{folder}/{number}.jsonl", {}) for number in range(repeat)]),
            "kafka": medians([_into(kafka, url) for _ in range(repeat)]),
        }
        with new_database(server_url) as tables:
            found["consumer"] = apart(landed, kafka.url, tables, int(found["kafka"]["events"]))
        found["following"] = followed(url, kafka.url, max(seconds, 20.0))
        found["pairs"] = beside.measure(server_url, url, kafka.url, max(seconds, 20.0))
        return found


def _into(kafka: Broker, url: str) -> dict[str, float]:
    emptied(kafka.url)
    return _copied(url, kafka.url, {"broker_cpu_s": kafka.family})


def _copied(url: str, to: str, others: dict[str, Family]) -> dict[str, float]:
    """A copy in a process of its own, and what others used for it meanwhile."""
    families = {"server_cpu_s": Family.of_server(url)} | others
    before = {name: family.seconds() for name, family in families.items()}
    found = apart(copied, url, to)
    used = {name: family.since(before[name]) for name, family in families.items()}
    return found | {name: seconds for name, seconds in used.items() if seconds is not None}


def lines(found: Found) -> Iterator[Line]:
    """The figures as lines of the table."""
    file, kafka, consumer, following = (found[name] for name in ("file", "kafka", "consumer", "following"))
    for what, rates, wanted in (
        ("Events/s from PostgreSQL into a file", file, 50_000),
        ("Events/s into Kafka, in transactions", kafka, 50_000),
        ("Events/s from Kafka into tables", consumer, 20_000),
    ):
        rate = rates["events"] / rates["wall_s"]
        cost = ", ".join(
            f"{who} {1e5 * rates[name] / rates['events']:.2f}" for name, who in _WHO.items() if name in rates
        )
        against = f"{rates['events']:,.0f} events; CPU s per 100 k: {cost}"
        yield compared(what, rate, wanted, f"{rate:,.0f}", against, sense="≥")
    share, server = (100 * following[name] / following["wall_s"] for name in ("cpu_s", "server_cpu_s"))
    late = following["late"]["p95"]
    yield compared(
        f"Following at {SPEED}: % of a core",
        share,
        2,
        f"{share:.1f}",
        f"looks twice a second; PostgreSQL's process for it {server:.1f} %",
        sense="≤",
    )
    yield compared(
        "From a commit to whoever reads Kafka: p95", late, 1.5, f"{late:.2f} s",
        f"p50 {following['late']['p50']:.2f} s", sense="≤", unit=" s",
    )  # fmt: skip
    if "pairs" in found:  # not in results of before it was measured so
        yield from beside.lines(found["pairs"])


def copied(url: str, to: str) -> dict[str, float]:
    """Copy a whole shop, as the command does; for `apart`, where the processor time is all its own."""
    gc.freeze()
    began_s, used_s = time.perf_counter(), time.process_time()
    with closing(opened(to)) as output:
        count = Copying(url, clean(Selection()), None, output, lambda _: None, threading.Event()).once()
    return {"events": count, "wall_s": time.perf_counter() - began_s, "cpu_s": time.process_time() - used_s}


class _Done(Exception):
    pass


def landed(kafka: str, url: str, count: int) -> dict[str, float]:
    """Land all of the topics; from the first transaction to the last."""
    steps: list[tuple[float, float, int]] = []

    def tell(step: consuming.Progress) -> None:
        if step.counts["landed"]:
            steps.append((time.perf_counter(), time.process_time(), step.counts["landed"]))
        if step.counts["landed"] >= count:
            raise _Done

    with suppress(_Done):
        consuming.run(Cluster.of(kafka), url, tell)
    first, last = steps[0], steps[-1]
    return {"wall_s": last[0] - first[0], "cpu_s": last[1] - first[1], "events": last[2] - first[2]}


def followed(url: str, kafka: str, seconds: float) -> Found:
    """A shop at 60x, its events followed into Kafka, somebody who reads them there."""
    with simulator(url, "--speed", SPEED, "--no-catch-up"), follower(url, kafka) as following:
        commits, seen = list[tuple[float, datetime]](), list[tuple[float, datetime]]()
        with closing(_at_the_end(kafka)) as consumer, closing(psycopg2.connect(url)) as connection:
            connection.autocommit = True
            warm_s = time.monotonic() + 10
            before, families, began_s, until_s = list[float | None](), list[Family](), 0.0, 0.0
            while not before or time.monotonic() < until_s:
                _look(connection, commits)
                seen += [
                    (time.monotonic(), time_of((message.value() or b"").decode()))
                    for message in consumer.consume(1_000, 0.02)
                    if message.error() is None
                ]
                if not before and time.monotonic() > warm_s:
                    families = [Family(following.pid), Family(_backend(url))]
                    before, began_s = [each.seconds() for each in families], time.monotonic()
                    until_s = began_s + seconds
            wall_s = time.monotonic() - began_s
        used = [each.since(then) for each, then in zip(families, before, strict=True)]
    late = [
        at_s - committed_s for at_s, instant in seen if at_s > began_s and (committed_s := _committed(commits, instant))
    ]
    return {
        "cpu_s": used[0] or 0.0,
        "server_cpu_s": used[1] or 0.0,
        "wall_s": wall_s,
        "events": len(late),
        "late": percentiles(late),
    }


def _backend(url: str) -> int | None:
    found = ask(url, "SELECT pid FROM pg_stat_activity WHERE application_name = 'bazaar events'")
    return found[0][0] if found else None


def _look(connection: psycopg2.extensions.connection, commits: list[tuple[float, datetime]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SIM_NOW)
        [(now,)] = cursor.fetchall()
    if not commits or commits[-1][1] != now:
        commits.append((time.monotonic(), now))


def _committed(commits: list[tuple[float, datetime]], instant: datetime) -> float | None:
    """When a commit was seen with which an instant was past; None for what was past before we looked."""
    if instant < commits[0][1]:
        return None
    return next((at_s for at_s, now in commits if now > instant), None)


def _at_the_end(kafka: str) -> Consumer:
    """A reader of what is committed from now on."""
    settings = Cluster.of(kafka).settings(group_id="benchmark", isolation_level="read_committed")
    consumer = Consumer(settings)
    there = consumer.list_topics(timeout=30).topics
    consumer.assign([TopicPartition(name, each, OFFSET_END) for name in TOPICS for each in there[name].partitions])
    return consumer
