"""What is waited for in silence when topics were made just now, and what is not."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from confluent_kafka import KafkaError, KafkaException

from pipeline.kafka.settling import settled


def failing(code: int, times: int) -> tuple[Callable[[], str], list[int]]:
    """Something that is refused so often, and how often it was asked."""
    asked = list[int]()

    def ask() -> str:
        asked.append(code)
        if len(asked) <= times:
            raise KafkaException(KafkaError(code))
        return "an answer"

    return ask, asked


@pytest.mark.parametrize(
    "code", [KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError._UNKNOWN_PARTITION]
)
def test_a_partition_that_nobody_leads_yet_is_asked_again(code: int):
    ask, asked = failing(code, 3)
    assert settled(ask) == "an answer"
    assert len(asked) == 4


def test_it_does_not_wait_for_ever():
    ask, asked = failing(KafkaError.NOT_LEADER_FOR_PARTITION, 1_000)
    began_s = time.monotonic()
    with pytest.raises(KafkaException, match="NOT_LEADER_FOR_PARTITION"):
        settled(ask, patience_s=0.2)
    assert time.monotonic() - began_s >= 0.2
    assert len(asked) > 1


@pytest.mark.parametrize("code", [KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError.TOPIC_AUTHORIZATION_FAILED])
def test_whatever_else_is_wrong_is_told_at_once(code: int):
    ask, asked = failing(code, 1)
    with pytest.raises(KafkaException):
        settled(ask)
    assert len(asked) == 1
