"""The one topic, of one partition, by which all changes come: so their order is that of the shop's commits."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import NamedTuple

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec
from confluent_kafka.admin._topic import TopicDescription
from confluent_kafka.cimpl import NewTopic

from common.messages import one_line
from pipeline.kafka.cluster import PATIENCE_S
from pipeline.kafka.hearing import Hearing
from pipeline.replica.problems import NotPossible
from pipeline.replica.settings import ReplicaSettings
from pipeline.waiting import awaited

NAME, OFFSETS = "shop.changes", "connect.offsets"
GROUP = "connect-shop-sink"
# What the sink has read is of no use: kept for some days in case MySQL is away, and never more than this.
OF_CONNECT = ("connect.configs", OFFSETS, "connect.status")
SETTINGS = {"retention.ms": str(7 * 86_400_000), "retention.bytes": str(4 * 2**30), "segment.bytes": str(128 * 2**20)}
_ENDS = (OffsetSpec.earliest(), OffsetSpec.latest())  # type: ignore[no-untyped-call]
_GONE_S = 30.0


class Ends(NamedTuple):
    """Of the topic's partition: its first record, the next one to come, and the next one for the sink."""

    first: int
    end: int
    sink: int | None

    @property
    def behind(self) -> int:
        """Records that the sink has still to take."""
        return self.end - (self.first if self.sink is None else self.sink)

    @property
    def cut_off(self) -> bool:
        """Whether what the sink has to read next is not there (any more)."""
        return self.sink is None or not self.first <= self.sink <= self.end


@contextmanager
def asked(settings: ReplicaSettings) -> Iterator[AdminClient]:
    """A client that asks Kafka. Raises NotPossible."""
    hearing = Hearing()
    client = AdminClient(settings.cluster.settings(error_cb=hearing))
    try:
        yield client
    except KafkaException as error:
        why = hearing.reason(error, client)
        raise NotPossible(f"Kafka does not answer at {settings.cluster.servers}: {why}") from None


def identity(client: AdminClient) -> str | None:
    """The topic's id, which another one of the same name has not, and that of Connect's offsets.

    None where there is no topic. (A source that has lost its offsets begins anew by itself, and may skip something.)
    """
    found = client.describe_topics(TopicCollection([NAME, OFFSETS]), request_timeout=PATIENCE_S)
    ids = {name: str(each.result().topic_id) if _is_there(each) else "none" for name, each in found.items()}
    return f"{ids[NAME]} {ids[OFFSETS]}" if _is_there(found[NAME]) else None


def make(client: AdminClient) -> str:
    """Make it, unless it is there; returns its identity."""
    _make(client, [NewTopic(NAME, 1, 1, config=SETTINGS)])
    name = awaited(lambda: identity(client), _GONE_S)
    if name is None:
        raise NotPossible(f"Kafka has made the topic {NAME}, and does not know it")
    return name


def make_those_of_connect(client: AdminClient) -> list[str]:
    """Make what Connect keeps its own state in, where Kafka has lost that: only a start of Connect would else.

    Returns those that were missing.
    """
    found = client.describe_topics(TopicCollection(list(OF_CONNECT)), request_timeout=PATIENCE_S)
    missing = [name for name, there in found.items() if not _is_there(there)]
    if missing:
        _make(client, [NewTopic(name, 1, 1, config={"cleanup.policy": "compact"}) for name in missing])
    return missing


def delete(client: AdminClient) -> bool:
    """Delete it, and wait until it is gone; whether there was one."""
    if identity(client) is None:
        return False
    [deleted] = client.delete_topics([NAME], request_timeout=PATIENCE_S).values()
    try:
        deleted.result()
    except KafkaException as error:
        if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise NotPossible(f"the topic {NAME} can't be deleted: {one_line(error.args[0].str())}") from None
    if not awaited(lambda: identity(client) is None, _GONE_S):
        raise NotPossible(f"the topic {NAME} is deleted, and does not go")
    return True


def ends(client: AdminClient) -> Ends:
    """Where the topic begins and ends, and how far the sink is."""
    here = TopicPartition(NAME, 0)
    first, end = (client.list_offsets({here: spec}, request_timeout=PATIENCE_S)[here].result().offset for spec in _ENDS)
    group = ConsumerGroupTopicPartitions(GROUP, [here])
    [committed] = client.list_consumer_group_offsets([group], request_timeout=PATIENCE_S).values()
    offset = committed.result().topic_partitions[0].offset
    return Ends(first, end, offset if offset >= 0 else None)


def _is_there(described: Future[TopicDescription]) -> bool:
    try:
        described.result()
    except KafkaException as error:
        if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return False
        raise
    return True


def _make(client: AdminClient, topics: list[NewTopic]) -> None:
    for made in client.create_topics(topics, request_timeout=PATIENCE_S).values():
        try:
            made.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
