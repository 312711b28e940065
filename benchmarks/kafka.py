"""A broker in a container of its own, and a producer that follows a shop into it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from benchmarks.processor import Family
from benchmarks.simulator import REPOSITORY
from benchmarks.unmeasurable import Unmeasurable
from pipeline.events.contract import TOPICS
from pipeline.events.topics import POSITIONS, make_topics
from pipeline.kafka.cluster import PATIENCE_S, Cluster
from tools import broker as brokers

START_S = 120.0


class Broker(NamedTuple):
    """Where it is reached, and its processes."""

    url: str
    family: Family


@contextmanager
def broker() -> Iterator[Broker]:
    """One that answers. Raises Unmeasurable where there is no Docker."""
    try:
        started = brokers.start()
    except (OSError, subprocess.SubprocessError) as error:
        raise Unmeasurable(f"events: no broker can be started in a container: {error}") from error
    try:
        url = f"kafka://127.0.0.1:{started.port}"
        admin, deadline_s = _admin(url), time.monotonic() + START_S
        while time.monotonic() < deadline_s:
            with suppress(KafkaException):
                admin.list_topics(timeout=5)
                break
        yield Broker(url, Family(_process(started.name)))
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", started.name], capture_output=True, check=False)


def emptied(kafka: str) -> None:
    """Make the shop's topics anew: what a first start needs for that is not what a stream costs."""
    admin = _admin(kafka)
    names = {*TOPICS, POSITIONS} & admin.list_topics(timeout=PATIENCE_S).topics.keys()
    if names:
        for gone in admin.delete_topics(list(names)).values():
            gone.result(PATIENCE_S)
    make_topics(admin)


@contextmanager
def follower(url: str, kafka: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command as people start it; ended politely when the block is left."""
    command = [sys.executable, "-m", "sim", "events", "--database-url", url, "--to", kafka, "--follow", *options]
    process = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _process(container: str) -> int | None:
    """The first process of a container, as this machine counts them."""
    asked = ["docker", "inspect", "--format", "{{.State.Pid}}", container]
    return int(subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60).stdout)


def _admin(url: str) -> AdminClient:
    return AdminClient(Cluster.of(url).settings())
