"""The topics as a producer makes and keeps them: their settings, dirty feeds, other shops, and who may log in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]

from pipeline.consumer.topics import Interrupted, Topics
from pipeline.events.contract import TOPICS
from pipeline.events.copying import Copying, Progress
from pipeline.events.noise.profile import load_profile
from pipeline.events.outputs.json_lines import JsonLines
from pipeline.events.outputs.kafka_topics import KafkaTopics
from pipeline.events.outputs.port import NotOurs, Output
from pipeline.events.selection import Selection, selection
from pipeline.events.source import Begin, clean, noisy
from pipeline.events.topics import POSITIONS
from pipeline.kafka.cluster import Cluster
from tests.integration.test_running import Shop
from tests.system.broker import Broker, new_broker
from tests.system.compose import NEEDS_DAEMON, docker

pytestmark = NEEDS_DAEMON

MADE_ANEW = 6
HALF = "2026-01-05T12:00:00Z"


def copied(shop: Shop, begin: Begin, output: Output, until: str | None = None) -> None:
    """Copy once, up to an instant."""
    with closing(output):
        end = selection(None, None, until).until
        Copying(shop.url, begin, end, output, lambda _: None, threading.Event()).once()


def lines(broker: Broker) -> list[str]:
    return sorted(value.decode() for *_, value in broker.records(*TOPICS) if value is not None)


def test_topics_are_kept_for_ever_and_positions_as_the_newest(day: Shop, broker: Broker):
    copied(day, clean(selection("review.*", None, None)), KafkaTopics(broker.cluster))
    admin = AdminClient(broker.cluster.settings())
    names = [*TOPICS, POSITIONS]
    asked = admin.describe_configs([ConfigResource(ResourceType.TOPIC, name) for name in names])
    found = {resource.name: future.result(10) for resource, future in asked.items()}
    for name in TOPICS:
        kept = {key: found[name][key].value for key in ("retention.ms", "cleanup.policy", "message.timestamp.type")}
        assert kept == {"retention.ms": "-1", "cleanup.policy": "delete", "message.timestamp.type": "CreateTime"}
    assert found[POSITIONS]["cleanup.policy"].value == "compact"
    there = admin.list_topics(timeout=10).topics
    assert {name: len(there[name].partitions) for name in names} == dict.fromkeys(TOPICS, 3) | {POSITIONS: 1}


def test_topics_made_just_now_are_asked_without_a_word(broker: Broker):
    """Who leads their partitions is known a moment later: that is waited for within, by either end."""
    for _ in range(MADE_ANEW):
        broker.emptied()
        producer = KafkaTopics(broker.cluster)
        assert producer.last() is None
        producer.close()
        with closing(Topics(broker.cluster)) as consumer:
            assert len(consumer.layout()) == 3 * len(TOPICS)


def test_topics_that_are_missing_are_told_at_once(broker: Broker):
    said = r"^Kafka: shop\.\w+: [^\n]*nknown topic"
    with closing(Topics(broker.cluster)) as consumer, pytest.raises(Interrupted, match=said):
        consumer.layout()


def test_what_a_consumer_cannot_ask_for_is_waited_out(broker: Broker):
    KafkaTopics(broker.cluster).last()
    with closing(Topics(broker.cluster)) as consumer:
        offsets = {place: beginning for place, (_, beginning) in consumer.layout().items()}
        with pytest.raises(Interrupted, match=r"^Kafka: where to read on: [^\n]*nvalid argument[^\n]*$"):
            consumer.begin(dict.fromkeys(offsets, -77))
        consumer.begin(offsets)
        assert consumer.poll() == []
        assert consumer.lag() == 0


def test_a_dirty_feed_is_the_same_on_topics_as_in_a_file(day: Shop, broker: Broker, tmp_path):
    profile = load_profile("wild")
    assert profile is not None
    begin = noisy(selection("order.*,review.*,payment.*", None, None), profile)
    for until in (HALF, None):
        copied(day, begin, KafkaTopics(broker.cluster), until)
    copied(day, begin, JsonLines(tmp_path / "whole.jsonl"))
    assert lines(broker) == sorted((tmp_path / "whole.jsonl").read_text(encoding="utf-8").splitlines())


def test_topics_of_another_shop_are_refused_and_left_alone(day: Shop, broker: Broker, database_url: str):
    copied(day, clean(selection("order.placed", None, None)), KafkaTopics(broker.cluster))
    before = lines(broker)
    other = Shop(database_url)
    other.run(duration="1h", seed="2")
    with pytest.raises(NotOurs, match="it holds the events of another shop, bazaar://international/1/"):
        copied(other, clean(Selection()), KafkaTopics(broker.cluster))
    with pytest.raises(NotOurs, match=r"an event of the type order\.placed, which --types leaves out"):
        copied(day, clean(selection("session.*", None, None)), KafkaTopics(broker.cluster))
    assert lines(broker) == before
    assert {json.loads(line)["type"] for line in before} == {"order.placed"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Broker]:
    """A broker that asks for a login."""
    login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    with new_broker(
        ready=lambda broker: docker(
            "exec", broker.name, "/opt/kafka/bin/kafka-configs.sh", "--bootstrap-server", "localhost:19092", "--alter",
            "--add-config", "SCRAM-SHA-512=[password=s3cret]", "--entity-type", "users", "--entity-name", "shop",
        ),
        login="shop:s3cret@",
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="HOST:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        KAFKA_INTER_BROKER_LISTENER_NAME="INTERNAL",
        KAFKA_LISTENER_NAME_HOST_SASL_ENABLED_MECHANISMS="SCRAM-SHA-512",
        KAFKA_LISTENER_NAME_HOST_SCRAM___SHA___512_SASL_JAAS_CONFIG=login,
    ) as broker:  # fmt: skip
        yield broker


def test_who_logs_in_writes_and_who_does_not_is_told_why(guarded: Broker, day: Shop):
    copied(day, clean(selection("order.*", None, None)), KafkaTopics(guarded.cluster))
    assert lines(guarded)
    stop, waits = threading.Event(), list[str]()

    def tell(step: Progress) -> None:
        waits.append(step.waiting or "")
        stop.set()

    wrong = KafkaTopics(Cluster.of(guarded.url.replace("s3cret", "wr0ng")))
    Copying(day.url, clean(Selection()), None, wrong, tell, stop).once()
    assert "uthentication failed" in waits[0]
    assert "wr0ng" not in waits[0]
