"""How far the stream on the topics has come: the last event of each transaction, written within it."""

from __future__ import annotations

from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from pipeline.events.topics import POSITIONS
from pipeline.kafka.cluster import PATIENCE_S, Cluster
from pipeline.kafka.settling import settled

KEY = b"events"
_WRITER = "writer"
_TAIL = 64  # offsets; a transaction takes two, an aborted one too
_WIDER = 16


class Position(NamedTuple):
    """The last event whose transaction was committed, and who wrote it: a name that each producer takes anew."""

    event: bytes
    writer: bytes

    @property
    def headers(self) -> list[tuple[str, str | bytes | None]]:
        """What its record says beside the event."""
        return [(_WRITER, self.writer)]


def position(cluster: Cluster) -> Position | None:
    """Where the stream stands; None when it has not begun. Raises KafkaException."""
    settings = cluster.settings(isolation_level="read_committed", enable_auto_commit=False, group_id="bazaar-position")
    consumer = Consumer(settings | {"enable.partition.eof": True, "auto.offset.reset": "error"})
    try:
        return settled(lambda: _last(consumer))
    finally:
        consumer.close()


def _last(consumer: Consumer) -> Position | None:
    """The last record, looked for in an ever longer tail."""
    low, high = consumer.get_watermark_offsets(TopicPartition(POSITIONS, 0), timeout=PATIENCE_S)
    tail = _TAIL
    while True:
        begin = max(low, high - tail)
        found = _last_from(consumer, begin)
        if found is not None or begin == low:
            return found
        tail *= _WIDER


def _last_from(consumer: Consumer, begin: int) -> Position | None:
    """The last record from an offset on to the end."""
    consumer.assign([TopicPartition(POSITIONS, 0, begin)])
    last: Position | None = None
    while True:
        message = consumer.poll(PATIENCE_S)
        if message is None:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"{POSITIONS} could not be read to its end"))  # noqa: SLF001  its public constants begin so
        error = message.error()
        if error is None:
            headers = dict(message.headers() or ())
            writer = headers.get(_WRITER)
            last = Position(message.value() or b"", writer if isinstance(writer, bytes) else b"")
        elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
            return last
        else:
            raise KafkaException(error)
