"""The topics of the shop: one for each kind of thing, and one for how far the stream has come."""

from __future__ import annotations

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from pipeline.events.contract import CATALOGUE, TOPICS
from pipeline.kafka.cluster import PATIENCE_S

TOPIC_OF = {name: each.topic for name, each in CATALOGUE.items()}
POSITIONS = "shop.positions"
PARTITIONS = 3
_AS_THE_BROKER_HAS_IT = -1  # replicas

# Records bear the time on the wall: with the shop's, Kafka would drop its past at once. And none is dropped ever, for
# whoever reads from the beginning shall have it all.
_FOREVER = {"cleanup.policy": "delete", "retention.ms": "-1", "message.timestamp.type": "CreateTime"}
# Whatever is older than the last of a key may go; a segment that is written yet stays, so it is a small one.
_NEWEST_ONLY = {"cleanup.policy": "compact", "segment.bytes": str(16 << 20), "message.timestamp.type": "CreateTime"}


def make_topics(admin: AdminClient) -> None:
    """Make those that are missing; what is there stays as it is. Raises KafkaException."""
    there = admin.list_topics(timeout=PATIENCE_S).topics
    wanted = [NewTopic(name, PARTITIONS, _AS_THE_BROKER_HAS_IT, config=_FOREVER) for name in TOPICS]
    wanted.append(NewTopic(POSITIONS, 1, _AS_THE_BROKER_HAS_IT, config=_NEWEST_ONLY))
    missing = [each for each in wanted if each.topic not in there]
    if not missing:
        return
    for made in admin.create_topics(missing, request_timeout=PATIENCE_S).values():
        try:
            made.result(PATIENCE_S)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
