"""Events: from PostgreSQL into a file, into Kafka and into tables; what following costs, and how late it is."""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from statistics import median
from typing import Any

import psycopg2
from confluent_kafka import OFFSET_END, Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from benchmarks.apart import apart
from benchmarks.databases import ask, new_database
from benchmarks.figures import medians, percentiles
from benchmarks.lines import Line, compared
from benchmarks.processor import Family
from benchmarks.shop import DEFAULT, run
from benchmarks.simulator import REPOSITORY, simulator
from benchmarks.unmeasurable import Unmeasurable
from pipeline.consumer import consuming
from pipeline.events.contract import TOPICS
from pipeline.events.copying import Copying
from pipeline.events.envelope import time_of
from pipeline.events.outputs.opening import opened
from pipeline.events.selection import Selection
from pipeline.events.source import clean
from pipeline.kafka.cluster import Cluster
from tools import broker as brokers

GROWN = "12h"
SPEED = "60x"
START_S = 120.0
_SIM_NOW = "SELECT sim_now FROM sim.current_run"

Found = dict[str, Any]


def measure(server_url: str, repeat: int, seconds: float) -> Found:
    """Measure all of it on one shop. Raises Unmeasurable without Docker."""
    with new_database(server_url) as url, _broker() as kafka, tempfile.TemporaryDirectory() as folder:
        apart(run, url, DEFAULT | {"duration": GROWN})
        found: Found = {
            "file": medians([apart(copied, url, f"{folder}/{number}.jsonl") for number in range(repeat)]),
            "kafka": apart(copied, url, kafka),
        }
        with new_database(server_url) as tables:
            found["consumer"] = apart(landed, kafka, tables, int(found["kafka"]["events"]))
        found["following"] = followed(url, kafka, max(seconds, 20.0))
        found["beside"] = beside(url, kafka, seconds)
        return found


def lines(found: Found) -> Iterator[Line]:
    """The figures as lines of the table."""
    file, kafka, consumer, following = (found[name] for name in ("file", "kafka", "consumer", "following"))
    for what, rates, wanted in (
        ("Events/s from PostgreSQL into a file", file, 50_000),
        ("Events/s into Kafka, in transactions", kafka, 50_000),
        ("Events/s from Kafka into tables", consumer, 20_000),
    ):
        rate = rates["events"] / rates["wall_s"]
        cost = (
            f"{rates['events']:,.0f} events, {1e5 * rates['cpu_s'] / rates['events']:.2f} CPU s per 100 k of the client"
        )
        yield compared(what, rate, wanted, f"{rate:,.0f}", cost, sense="≥")
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
    ratio = found["beside"]["followed"] / found["beside"]["alone"]
    yield compared(
        "The simulator at its fastest with its events followed into Kafka",
        ratio,
        0.97,
        f"{ratio:.2f}",
        "of its speed alone",
        sense="≥",
    )


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
    with simulator(url, "--speed", SPEED, "--no-catch-up"), _follower(url, kafka) as follower:
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
                    families = [Family(follower.pid), Family(_backend(url))]
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


def beside(url: str, kafka: str, seconds: float) -> dict[str, float]:
    """How fast a shop lives as fast as it can, by turns alone and with its events followed."""
    found: dict[str, list[float]] = {"alone": [], "followed": []}
    for _ in range(3):
        for name, rates in found.items():
            with simulator(url, "--speed", "max", "--no-catch-up"), ExitStack() as stack:
                if name == "followed":
                    stack.enter_context(_follower(url, kafka))
                rates.append(_pace(url, seconds))
    return {name: median(rates) for name, rates in found.items()}


def _pace(url: str, seconds: float) -> float:
    """Simulated seconds a real second."""
    _goes_on(url)
    began_s, before = _stands(url)
    time.sleep(seconds)
    ended_s, after = _stands(url)
    return float((after - before).total_seconds() / (ended_s - began_s))


def _goes_on(url: str) -> None:
    """Wait until the shop is loaded and commits."""
    (_, before), deadline_s = _stands(url), time.monotonic() + START_S
    while _stands(url)[1] == before:
        if time.monotonic() > deadline_s:
            raise RuntimeError("the simulator did not go on")
        time.sleep(0.2)


def _stands(url: str) -> tuple[float, datetime]:
    [(now,)] = ask(url, _SIM_NOW)
    return time.monotonic(), now


@contextmanager
def _broker() -> Iterator[str]:
    try:
        started = brokers.start()
    except (OSError, subprocess.SubprocessError) as error:
        raise Unmeasurable(f"events: no broker can be started in a container: {error}") from error
    try:
        url = f"kafka://127.0.0.1:{started.port}"
        admin, deadline_s = AdminClient(Cluster.of(url).settings()), time.monotonic() + START_S
        while time.monotonic() < deadline_s:
            with suppress(KafkaException):
                admin.list_topics(timeout=5)
                break
        yield url
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", started.name], capture_output=True, check=False)


@contextmanager
def _follower(url: str, kafka: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "sim", "events", "--database-url", url, "--to", kafka, "--follow"]
    process = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _at_the_end(kafka: str) -> Consumer:
    """A reader of what is committed from now on."""
    settings = Cluster.of(kafka).settings(group_id="benchmark", isolation_level="read_committed")
    consumer = Consumer(settings)
    there = consumer.list_topics(timeout=30).topics
    consumer.assign([TopicPartition(name, each, OFFSET_END) for name in TOPICS for each in there[name].partitions])
    return consumer
