"""A real Kafka in a container of its own, to be killed, halted and started again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from pipeline.kafka.cluster import Cluster
from tests.system.compose import docker, eventually
from tools import broker as brokers

IMAGE = brokers.image()
START_S = 120
# transactions that are too old end at once, not within ten seconds
SETTINGS = {"KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS": "500"}


@dataclass(frozen=True)
class Broker:
    """The container's name, and where it is reached."""

    name: str
    port: int
    login: str = ""

    @property
    def url(self) -> str:
        return f"kafka://{self.login}127.0.0.1:{self.port}"

    @property
    def cluster(self) -> Cluster:
        return Cluster.of(self.url)

    def answers(self) -> bool:
        try:
            AdminClient(self.cluster.settings()).list_topics(timeout=2)
        except KafkaException:
            return False
        return True

    def killed_and_started(self) -> None:
        """A power cut, and back."""
        docker("kill", "--signal", "KILL", self.name)
        docker("start", self.name)

    def transacts(self) -> bool:
        """Whether it has somebody for transactions too, for whom a topic is made at the first one."""
        try:
            Producer(self.cluster.settings() | {"transactional.id": "test"}).init_transactions(10)
        except KafkaException:
            return False
        return True

    def back(self) -> None:
        eventually(self.answers, START_S, "the broker answers")
        eventually(self.transacts, START_S, "the broker takes transactions")

    @contextmanager
    def halted(self) -> Iterator[None]:
        """It is there and answers nothing."""
        self.halt()
        try:
            yield
        finally:
            self.resume()

    def halt(self) -> None:
        docker("pause", self.name)

    def resume(self) -> None:
        if docker("inspect", "--format", "{{.State.Paused}}", self.name).strip() == "true":
            docker("unpause", self.name)

    def emptied(self) -> None:
        """Without any of the shop's topics."""
        admin = AdminClient(self.cluster.settings())
        names = [name for name in admin.list_topics(timeout=10).topics if name.startswith("shop.")]
        if names:
            for gone in admin.delete_topics(names).values():
                gone.result(30)
        eventually(lambda: not any(n.startswith("shop.") for n in admin.list_topics(timeout=10).topics), 30, "gone")

    def records(self, *topics: str) -> list[tuple[str | None, int | None, bytes | None, bytes | None]]:
        """Topic, partition, key and value of every committed record, in the order of each partition."""
        consumer = Consumer(
            self.cluster.settings(group_id="test", isolation_level="read_committed", enable_partition_eof=True)
        )
        try:
            there = consumer.list_topics(timeout=10).topics
            places = [TopicPartition(name, number, 0) for name in topics for number in there[name].partitions]
            consumer.assign(places)
            found, deadline_s = [], time.monotonic() + 120
            ended: set[tuple[str | None, int | None]] = set()
            while len(ended) < len(places):
                assert time.monotonic() < deadline_s
                for message in consumer.consume(10_000, 1.0):
                    if (error := message.error()) is not None:
                        assert error.code() == KafkaError._PARTITION_EOF, error
                        ended.add((message.topic(), message.partition()))
                    else:
                        found.append((message.topic(), message.partition(), message.key(), message.value()))
            return found
        finally:
            consumer.close()


@contextmanager
def new_broker(
    *, ready: Callable[[Broker], object] | None = None, login: str = "", **settings: str
) -> Iterator[Broker]:
    """A broker that answers, gone afterwards with all that it holds; `ready` makes it so, as soon as it can."""
    broker = Broker(*brokers.start(SETTINGS | settings), login)
    try:
        if ready is not None:
            eventually(lambda: _done(ready, broker), START_S, "the broker is made ready")
        broker.back()
        yield broker
    finally:
        docker("rm", "--force", "--volumes", broker.name)


def _done(ready: Callable[[Broker], object], broker: Broker) -> bool:
    try:
        ready(broker)
    except subprocess.CalledProcessError:
        return False
    return True
