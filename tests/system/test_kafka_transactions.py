"""What can go wrong with a transaction, each on a real broker: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from pipeline.events.contract import TOPICS
from pipeline.events.copying import Copying, Progress
from pipeline.events.envelope import Event
from pipeline.events.outputs import kafka_topics
from pipeline.events.outputs.kafka_topics import SETTINGS, KafkaTopics
from pipeline.events.outputs.port import Lost, NotOurs
from pipeline.events.selection import Selection
from pipeline.events.source import clean
from pipeline.events.topics import POSITIONS
from tests.integration.test_running import Shop
from tests.pipeline.events.reading import lines_of
from tests.system.broker import Broker
from tests.system.compose import NEEDS_DAEMON, ROOT, eventually

pytestmark = NEEDS_DAEMON


def paid(*numbers: int) -> list[Event]:
    """Events that look like some."""
    return [Event("order.paid", str(n), f'{{"specversion":"1.0","id":"order.paid/{n}"}}') for n in numbers]


def held(broker: Broker) -> list[int]:
    """The numbers of those that a reader sees."""
    lines = [value for *_, value in broker.records("shop.orders") if value is not None]
    return sorted(int(line.rpartition(b"/")[2].rstrip(b'"}')) for line in lines)


def begun(broker: Broker) -> KafkaTopics:
    """The output, from the beginning."""
    topics = KafkaTopics(broker.cluster)
    assert told(topics) is None
    return topics


def gone_on_with(output: KafkaTopics, broker: Broker, *pending: int) -> None:
    """The output tells where it stands; what it has not is written again, and then one more: all are there once."""
    written(output, *pending, last=told(output))
    written(output, 99)
    output.close()
    assert held(broker) == [1, *pending, 99]


def told(output: KafkaTopics) -> bytes | None:
    """Where the output stands, when it can be asked: a busy machine's broker is away now and then."""
    deadline_s = time.monotonic() + 120
    while True:
        try:
            return output.last()
        except Lost:
            assert time.monotonic() < deadline_s
            time.sleep(0.5)


def written(output: KafkaTopics, *numbers: int, last: bytes | None = None) -> None:
    """Write what the output has not, as whoever copies does: again when it has lost count, from where it stands."""
    while last != paid(numbers[-1])[0].line.encode():
        try:
            output.write(paid(*numbers))
        except Lost:
            last = told(output)
        else:
            break


@pytest.fixture
def output(broker: Broker) -> KafkaTopics:
    """Topics that hold the first event."""
    topics = begun(broker)
    written(topics, 1)
    return topics


@pytest.fixture
def stalled(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Have something happen once in the midst of a transaction, behind its events, or behind all, before its commit."""

    def happen(what: Callable[[], None], *, behind_all: bool = False) -> None:
        send, pending = KafkaTopics._send, [what]

        def sent(producer: Any, topic: str, *record: Any) -> None:
            if behind_all:
                send(producer, topic, *record)
            if topic == POSITIONS and pending:
                producer.flush(10)
                pending.pop()()
            if not behind_all:
                send(producer, topic, *record)

        monkeypatch.setattr(KafkaTopics, "_send", staticmethod(sent))

    return happen


def test_fenced_by_one_that_wrote_nothing_it_goes_on(output: KafkaTopics, broker: Broker):
    KafkaTopics(broker.cluster).last()
    with pytest.raises(Lost, match="fenced"):
        output.write(paid(2, 3))
    gone_on_with(output, broker, 2, 3)


def test_fenced_by_one_that_goes_on_in_its_place_it_ends(output: KafkaTopics, broker: Broker):
    other = KafkaTopics(broker.cluster)
    assert other.last() == paid(1)[0].line.encode()
    other.write(paid(2))
    with pytest.raises(Lost):
        output.write(paid(2))
    with pytest.raises(NotOurs, match="another producer writes these topics"):
        output.last()
    assert held(broker) == [1, 2]


def test_fenced_in_the_midst_of_a_transaction_nothing_of_that_is_seen(output: KafkaTopics, broker: Broker, stalled):
    stalled(lambda: KafkaTopics(broker.cluster).last() and None)
    with pytest.raises(Lost):
        output.write(paid(2, 3))
    assert held(broker) == [1]
    gone_on_with(output, broker, 2, 3)


def test_a_transaction_that_is_too_old(output: KafkaTopics, broker: Broker, stalled, monkeypatch: pytest.MonkeyPatch):
    def sleep() -> None:  # as a laptop does whose lid is shut, and the broker ends the transaction meanwhile
        with_numbers = [POSITIONS, "shop.orders"]
        before = len(broker.records(*with_numbers))
        time.sleep(2)
        eventually(lambda: stable_offsets(broker, "shop.orders"), 30, "the broker has ended the transaction")
        assert len(broker.records(*with_numbers)) == before

    with monkeypatch.context() as short:
        short.setitem(SETTINGS, "transaction.timeout.ms", 2_000)
        short.setitem(SETTINGS, "message.timeout.ms", 2_000)
        told(output)  # by a producer with these
        stalled(sleep)
        with pytest.raises(Lost):
            output.write(paid(2, 3))
    gone_on_with(output, broker, 2, 3)


def stable_offsets(broker: Broker, topic: str) -> bool:
    """Whether no transaction is open: who reads committed records sees as far as who reads all."""
    admin = AdminClient(broker.cluster.settings())
    number = len(admin.list_topics(topic, timeout=10).topics[topic].partitions)
    ends = [
        {place: future.result(10).offset for place, future in admin.list_offsets(
            {TopicPartition(topic, each): OffsetSpec.latest() for each in range(number)}, isolation_level=level
        ).items()}
        for level in (IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED)
    ]  # fmt: skip
    return list(ends[0].values()) == list(ends[1].values())


def test_messages_that_time_out(output: KafkaTopics, broker: Broker, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as short:
        short.setitem(SETTINGS, "message.timeout.ms", 1_000)
        short.setitem(SETTINGS, "socket.timeout.ms", 1_000)
        told(output)  # by a producer with these
        with broker.halted(), pytest.raises(Lost):
            output.write(paid(2, 3))
    broker.back()
    gone_on_with(output, broker, 2, 3)


@pytest.mark.parametrize("behind_all", [False, True], ids=["its-messages-are-under-way", "it-may-have-been-one"])
def test_a_commit_that_times_out(output: KafkaTopics, broker: Broker, stalled, monkeypatch, behind_all: bool):
    monkeypatch.setattr(kafka_topics, "PATIENCE_S", 1.0)
    stalled(broker.halt, behind_all=behind_all)
    with pytest.raises(Lost, match=r"(?i)time"):
        output.write(paid(2, 3))
    with pytest.raises(Lost):
        output.last()  # the broker is still away
    broker.resume()
    broker.back()
    monkeypatch.setattr(kafka_topics, "PATIENCE_S", 10.0)
    gone_on_with(output, broker, 2, 3)


def test_a_queue_that_is_full_is_waited_for(broker: Broker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(SETTINGS, "queue.buffering.max.messages", 10)
    topics = begun(broker)
    written(topics, *range(1, 500))
    assert held(broker) == list(range(1, 500))


_DIES = """
import os, signal, sys
from pipeline.events.outputs.kafka_topics import SETTINGS, KafkaTopics
from pipeline.kafka.cluster import Cluster
from tests.system.test_kafka_transactions import paid
send = KafkaTopics._send
def sent(producer, topic, *record):
    if topic == "shop.positions":
        producer.flush(10)
        os.kill(os.getpid(), signal.SIGKILL)
    send(producer, topic, *record)
KafkaTopics._send = staticmethod(sent)
SETTINGS["transaction.timeout.ms"] = 600_000
topics = KafkaTopics(Cluster.of(sys.argv[1]))
topics.last()
topics.write(paid(2, 3))
"""


def test_what_a_dead_producer_left_open_holds_up_nobody(output: KafkaTopics, broker: Broker):
    output.close()
    died = subprocess.run([sys.executable, "-c", _DIES, broker.url], cwd=ROOT, timeout=120, check=False)
    assert died.returncode == -signal.SIGKILL
    assert not stable_offsets(broker, "shop.orders")
    topics = KafkaTopics(broker.cluster)
    told(topics)  # and has ended that, long before the ten minutes were over
    assert stable_offsets(broker, "shop.orders")
    gone_on_with(topics, broker, 2, 3)


class Fenced(KafkaTopics):
    """Another producer begins before every third block, and writes nothing."""

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker.cluster)
        self.fences = 0
        self._broker = broker
        self._writes = 0

    def write(self, events: Sequence[Event]) -> None:
        self._writes += 1
        if self._writes % 3 == 0:
            self.fences += 1
            told(KafkaTopics(self._broker.cluster))
        super().write(events)


def test_a_stream_whose_producer_is_fenced_again_and_again_is_whole(day: Shop, broker: Broker, monkeypatch):
    monkeypatch.setattr("pipeline.events.stream.BLOCK", 10_000)
    output, waits = Fenced(broker), list[str]()

    def tell(step: Progress) -> None:
        if step.waiting:
            waits.append(step.waiting)

    Copying(day.url, clean(Selection()), None, output, tell, threading.Event()).once()
    output.close()
    assert output.fences >= 3
    assert [wait for wait in waits if "fenced" not in wait] == []
    assert len(waits) == output.fences
    lines = [value.decode() for *_, value in broker.records(*TOPICS) if value is not None]
    assert sorted(lines) == sorted(lines_of(day.url))


def test_the_tests_know_what_the_broker_does(broker: Broker):
    """A container that is paused answers nothing: else those above would prove nothing."""
    with broker.halted():
        assert not broker.answers()
    assert os.environ.get("KAFKA_URL") is None
