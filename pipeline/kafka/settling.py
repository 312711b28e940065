"""Topics that were made just now: for a moment nobody leads them or knows of them, and that is not worth a word."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

T = TypeVar("T")

SETTLING_S = 10.0  # a quarter of a second is usual
_LOOK_AGAIN_S = 0.05
_SETTLING = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,  # a broker that has not heard of it yet
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.OFFSET_NOT_AVAILABLE,
    KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001  its public constants begin so
    KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001
}


def settled(ask: Callable[[], T], patience_s: float = SETTLING_S) -> T:
    """What is answered about topics that are there, once they have their leaders.

    Raises KafkaException: at once for whatever else is wrong, and for this when it lasts.
    """
    deadline_s = time.monotonic() + patience_s
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in _SETTLING or time.monotonic() > deadline_s:
                raise
        time.sleep(_LOOK_AGAIN_S)
