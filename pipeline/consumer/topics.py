"""The topics as a consumer reads them: every partition by hand, from where it was told, committed records only."""

from __future__ import annotations

import time
from collections.abc import Mapping
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
        """Read on from these."""
        self._consumer.assign([TopicPartition(*place, offset) for place, offset in offsets.items()])

    def poll(self) -> list[Record]:
        """What came, for half a second at most. Raises Interrupted."""
        if time.monotonic() > self._look_at_s:
            self.layout_is_as_it_was()
        return [self._record(message) for message in self._consumer.consume(MOST, POLL_S)]

    def layout_is_as_it_was(self) -> None:
        """Topics that were deleted and made anew have other ids: their offsets begin anew too. Raises Interrupted."""
        self._look_at_s = time.monotonic() + LOOK_EVERY_S
        if {topic: identity for topic, (identity, _) in self._described().items()} != self._ids:
            raise Interrupted("Kafka: the topics were made anew")

    def lag(self) -> int:
        """How many offsets are between what was read and the end, as far as the last fetches told."""
        behind = 0
        for place in self._consumer.position(self._consumer.assignment()):
            _, high = self._consumer.get_watermark_offsets(place, cached=True)
            behind += max(0, high - place.offset) if place.offset >= 0 and high >= 0 else 0
        return behind

    def _described(self) -> dict[str, tuple[str, int]]:
        """Id and number of partitions by topic."""
        found: dict[str, tuple[str, int]] = {}
        futures = self._admin.describe_topics(TopicCollection(list(TOPICS)), request_timeout=PATIENCE_S)
        for topic, future in futures.items():
            try:
                told = future.result(2 * PATIENCE_S)
            except KafkaException as error:
                raise self._interrupted(error, topic) from None
            found[topic] = str(told.topic_id), len(told.partitions)
        return found

    def _beginning(self, topic: str, partition: int) -> int:
        try:
            low, _ = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=PATIENCE_S)
        except KafkaException as error:
            raise self._interrupted(error, topic) from None
        return int(low)

    def _record(self, message: Message) -> Record:
        if (error := message.error()) is not None:
            raise self._interrupted(error, message.topic())
        kind, milliseconds = message.timestamp()
        at = None if kind == TIMESTAMP_NOT_AVAILABLE else datetime.fromtimestamp(milliseconds / 1000, UTC)
        topic, partition, offset = message.topic() or "", message.partition() or 0, message.offset() or 0
        return Record(topic, partition, offset, message.key(), message.value(), at)

    def _interrupted(self, error: KafkaException | KafkaError, about: str | None) -> Interrupted:
        return Interrupted(f"Kafka: {about}: {self._hearing.reason(error, self._admin)}")
