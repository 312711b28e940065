"""The topics as a consumer reads them: every partition by hand, from where it was told, committed records only."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from confluent_kafka import (
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from pipeline.consumer.record import Record
from pipeline.events.contract import TOPICS
from pipeline.kafka.cluster import PATIENCE_S, Cluster
from pipeline.kafka.hearing import Hearing
from pipeline.kafka.settling import settled

GROUP = "bazaar-landing"  # nobody joins it: the offsets that are shown for it are those of the tables
MOST = 10_000
POLL_S = 0.5
LOOK_EVERY_S = 10.0
Place = tuple[str, int]
"""Topic and partition."""
Layout = dict[Place, tuple[str, int]]
"""By topic and partition: the topic's id, and the partition's first offset."""


class Interrupted(Exception):
    """These topics cannot be read on as they are: one line saying why. Begin again."""


class Topics:
    """A consumer of all partitions of the shop's topics."""

    def __init__(self, cluster: Cluster) -> None:
        self._hearing = Hearing()
        settings = cluster.settings(
            group_id=GROUP,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="error",
            enable_auto_offset_store=False,
            error_cb=self._hearing,
        )
        self._admin = AdminClient(cluster.settings(error_cb=self._hearing))
        self._consumer = Consumer(settings)
        self._ids: dict[str, str] = {}
        self._look_at_s = 0.0

    def close(self) -> None:
        """Leave."""
        self._consumer.close()

    def layout(self) -> Layout:
        """What there is to read. Raises Interrupted while topics are missing."""
        described = self._described()
        self._ids = {topic: identity for topic, (identity, _) in described.items()}
        self._look_at_s = time.monotonic() + LOOK_EVERY_S
        return {
            (topic, partition): (identity, self._beginning(topic, partition))
            for topic, (identity, partitions) in described.items()
            for partition in range(partitions)
        }

    def begin(self, offsets: Mapping[Place, int]) -> None:
        """Read on from these. Raises Interrupted."""
        with self._asking("where to read on"):
            self._consumer.assign([TopicPartition(*place, offset) for place, offset in offsets.items()])

    def poll(self) -> list[Record]:
        """What came, for half a second at most. Raises Interrupted."""
        if time.monotonic() > self._look_at_s:
            self.layout_is_as_it_was()
        with self._asking("what comes next"):
            messages = self._consumer.consume(MOST, POLL_S)
        return [self._record(message) for message in messages]

    def layout_is_as_it_was(self) -> None:
        """Topics that were deleted and made anew have other ids: their offsets begin anew too. Raises Interrupted."""
        self._look_at_s = time.monotonic() + LOOK_EVERY_S
        if {topic: identity for topic, (identity, _) in self._described().items()} != self._ids:
            raise Interrupted("Kafka: the topics were made anew")

    def lag(self) -> int:
        """How many offsets are between what was read and the end, as the last fetches told. Raises Interrupted."""
        behind = 0
        with self._asking("how far it is to the end"):
            for place in self._consumer.position(self._consumer.assignment()):
                _, high = self._consumer.get_watermark_offsets(place, cached=True)
                behind += max(0, high - place.offset) if place.offset >= 0 and high >= 0 else 0
        return behind

    def _described(self) -> dict[str, tuple[str, int]]:
        """Id and number of partitions by topic."""
        found: dict[str, tuple[str, int]] = {}
        futures = self._admin.describe_topics(TopicCollection(list(TOPICS)), request_timeout=PATIENCE_S)
        for topic, future in futures.items():
            with self._asking(topic):
                told = future.result(2 * PATIENCE_S)
            found[topic] = str(told.topic_id), len(told.partitions)
        return found

    def _beginning(self, topic: str, partition: int) -> int:
        place = TopicPartition(topic, partition)
        with self._asking(topic):
            low, _ = settled(lambda: self._consumer.get_watermark_offsets(place, timeout=PATIENCE_S))
        return int(low)

    @contextmanager
    def _asking(self, about: str) -> Iterator[None]:
        """What the client cannot answer is waited out as what the broker does not: Interrupted."""
        try:
            yield
        except KafkaException as error:
            raise self._interrupted(error, about) from None

    def _record(self, message: Message) -> Record:
        if (error := message.error()) is not None:
            raise self._interrupted(error, message.topic())
        kind, milliseconds = message.timestamp()
        at = None if kind == TIMESTAMP_NOT_AVAILABLE else datetime.fromtimestamp(milliseconds / 1000, UTC)
        topic, partition, offset = message.topic() or "", message.partition() or 0, message.offset() or 0
        return Record(topic, partition, offset, message.key(), message.value(), at)

    def _interrupted(self, error: KafkaException | KafkaError, about: str | None) -> Interrupted:
        return Interrupted(f"Kafka: {about}: {self._hearing.reason(error, self._admin)}")
