"""A real Kafka in a container of its own, to be killed, halted and started again."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from pipeline.kafka.cluster import Cluster
from tests.system.compose import docker, eventually

IMAGE = "apache/kafka:4.3.1"
START_S = 120
SETTINGS = {
    "KAFKA_HEAP_OPTS": "-Xmx384m",
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "HOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "HOST",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS": "1",
    # transactions that are too old end at once, not within ten seconds
    "KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS": "500",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
}


@dataclass(frozen=True)
class Broker:
    """The container's name, and where it is reached."""

    name: str
    port: int

    @property
    def url(self) -> str:
        return f"kafka://127.0.0.1:{self.port}"

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

    def back(self) -> None:
        eventually(self.answers, START_S, "the broker answers")

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
            found, ended, deadline_s = [], 0, time.monotonic() + 120
            while ended < len(places):
                assert time.monotonic() < deadline_s
                for message in consumer.consume(10_000, 1.0):
                    if message.error() is not None:
                        ended += 1
                    else:
                        found.append((message.topic(), message.partition(), message.key(), message.value()))
            return found
        finally:
            consumer.close()


@contextmanager
def new_broker(**settings: str) -> Iterator[Broker]:
    """A broker that answers, gone afterwards with all that it holds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    broker = Broker(f"bazaar-kafka-{uuid.uuid4().hex[:8]}", port)
    listeners = {
        "KAFKA_LISTENERS": f"HOST://:{port},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"HOST://127.0.0.1:{port}",
    }
    environment = [f"--env={name}={value}" for name, value in (SETTINGS | listeners | settings).items()]
    publish = f"--publish=127.0.0.1:{port}:{port}"
    docker("run", "--detach", "--init", "--memory=768m", publish, "--name", broker.name, *environment, IMAGE)
    try:
        broker.back()
        yield broker
    finally:
        docker("rm", "--force", "--volumes", broker.name)
