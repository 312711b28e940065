"""Whether the snapshot was made in one go, told by the topic.

One that was interrupted Debezium begins again at a later moment, and goes on from there: what was deleted in between
was sent the first time and never again, and stays in MySQL. A row of a snapshot says at which moment it was made.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

from confluent_kafka import Consumer, TopicPartition

from pipeline.replica import topic
from pipeline.replica.problems import NotPossible
from pipeline.replica.settings import ReplicaSettings

_PATIENCE_S = 30.0
# Some twenty records are read, each by itself: nothing is fetched ahead, nor waited for at the topic's end.
_READING = {
    "group.id": "bazaar replica",
    "enable.auto.commit": False,
    "queued.min.messages": 1,
    "queued.max.messages.kbytes": 1024,
    "fetch.queue.backoff.ms": 10,
    "fetch.wait.max.ms": 10,
}


class Change(NamedTuple):
    """A record of the topic: whether it is a snapshot's row, and the place in PostgreSQL's log at which it was made."""

    of_snapshot: bool
    lsn: int


def interrupted(settings: ReplicaSettings, ends: topic.Ends) -> bool:
    """Whether rows of more than one snapshot are in the topic. Raises NotPossible."""
    if ends.first >= ends.end:
        return False
    with closing(Consumer(settings.cluster.settings() | _READING)) as consumer:
        consumer.assign([TopicPartition(topic.NAME, 0, ends.first)])
        consumer.poll(_PATIENCE_S)  # one that has not begun to fetch can't be led elsewhere
        return in_pieces(lambda offset: _change(consumer, offset), ends)


def in_pieces(change: Callable[[int], Change], ends: topic.Ends) -> bool:
    """The same by whatever finds a record: the first and the last row of a snapshot are not of one moment.

    Rows of snapshots come first and nothing but them, so the last one is searched for by halves.
    """
    first = last = change(ends.first)
    if not first.of_snapshot:
        return False  # what there was is gone long since
    low, high = ends.first, ends.end
    while high - low > 1:
        middle = (low + high) // 2
        found = change(middle)
        if found.of_snapshot:
            low, last = middle, found
        else:
            high = middle
    return last.lsn != first.lsn


def _change(consumer: Consumer, offset: int) -> Change:
    consumer.seek(TopicPartition(topic.NAME, 0, offset))
    record = consumer.poll(_PATIENCE_S)
    value = None if record is None or record.error() else record.value()
    if value is None:
        raise NotPossible(f"Kafka does not say what is at {offset} of the topic {topic.NAME}")
    source = json.loads(value)["payload"]["source"]
    return Change(source["snapshot"] not in {None, "false"}, int(source["lsn"]))
