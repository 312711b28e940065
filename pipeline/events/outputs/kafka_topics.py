"""The shop's topics on Kafka: each block a transaction, with the last event of it as the position of the stream."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient

from pipeline.events.envelope import Event
from pipeline.events.outputs.kafka_position import KEY, Position, position
from pipeline.events.outputs.port import Lost, NotOurs
from pipeline.events.topics import POSITIONS, TOPIC_OF, make_topics
from pipeline.kafka.cluster import PATIENCE_S, Cluster
from pipeline.kafka.hearing import Hearing

# One for these topics, whichever shop writes them: whoever comes later shuts out whoever came before.
TRANSACTIONAL_ID = "bazaar.shop"
SETTINGS = {
    "transactional.id": TRANSACTIONAL_ID,
    "transaction.timeout.ms": 30_000,
    "message.timeout.ms": 30_000,
    "partitioner": "murmur2_random",  # as Java's clients have it, so that theirs find the same key in the same place
    "compression.type": "lz4",
    "linger.ms": 5,
    "batch.size": 1_000_000,
    "queue.buffering.max.messages": 100_000,
    "delivery.report.only.error": True,
}
Headers = list[tuple[str, str | bytes | None]]
_HEADERS: Headers = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
_BREATH_S = 0.1


class KafkaTopics:
    """A producer that trusts nothing but the topics.

    Whatever goes wrong with a transaction (shut out by another producer, too old, a message or its commit timed out, a
    broker gone), this producer is dropped, and the next `last` has a new one: that ends what the old one left open, one
    way or the other, and only then is the position read. So it tells what was committed, and nothing can follow.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._producer: Producer | None = None
        self._name = uuid4().hex.encode()
        self._asked = False
        self._stands: Position | None = None
        self._hearing = Hearing()
        self._admin = AdminClient(cluster.settings(error_cb=self._hearing))

    def last(self) -> bytes | None:
        """The last event whose transaction was committed, by a new producer, which from now on is the only one."""
        self._producer = None
        producer = Producer(self._cluster.settings(error_cb=self._hearing) | SETTINGS)
        try:
            make_topics(self._admin)
            producer.init_transactions(PATIENCE_S)
            stands = position(self._cluster)
        except KafkaException as error:
            raise self._lost(error, producer) from error
        if self._asked and stands != self._stands and (stands is None or stands.writer != self._name):
            raise NotOurs("to: another producer writes these topics")
        self._hearing.forget(self._admin, producer)
        self._producer, self._asked, self._stands = producer, True, stands
        return stands.event if stands else None

    def write(self, events: Sequence[Event]) -> None:
        """Add events and the position behind them, in one transaction."""
        if self._producer is None:
            raise Lost("Kafka: there is no producer")
        producer, then = self._producer, Position(events[-1].line.encode(), self._name)
        try:
            producer.begin_transaction()
            for event in events:
                self._send(producer, TOPIC_OF[event.type], event.entity, event.line, _HEADERS)
            self._send(producer, POSITIONS, KEY, then.event, then.headers)
            producer.commit_transaction(PATIENCE_S)
        except KafkaException as error:
            self._producer = None
            raise self._lost(error, producer) from error
        self._hearing.forget(producer)
        self._stands = then

    def close(self) -> None:
        """Nothing is open between two transactions."""
        self._producer = None

    @staticmethod
    def _send(producer: Producer, topic: str, key: str | bytes, value: str | bytes, headers: Headers) -> None:
        while True:
            try:
                return producer.produce(topic, value, key, headers=headers)
            except BufferError:  # messages leave the queue by being delivered, or by their time-out
                producer.poll(_BREATH_S)

    def _lost(self, error: KafkaException, producer: Producer) -> Lost:
        return Lost(f"Kafka: {self._hearing.reason(error, self._admin, producer)}")
