"""What comes from a topic, and what becomes of it: an event, or a dead letter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Record(NamedTuple):
    """A record as Kafka has it; `at` is when it was written there."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    at: datetime | None


class Reason(StrEnum):
    """Why something is no event that could be landed: all the reasons there are."""

    EMPTY = "empty"  # a tombstone, or nothing at all
    NOT_UTF8 = "not_utf8"  # bytes that are no text
    NOT_JSON = "not_json"  # cut off, say, or a number of five thousand digits
    TOO_DEEP = "too_deep"  # brackets within brackets, as nobody writes by hand
    NOT_AN_EVENT = "not_an_event"  # JSON that lacks an attribute of ours, or has it wrong
    UNKNOWN_TYPE = "unknown_type"  # an event of a type that the catalogue has not, or has on another topic
    UNKNOWN_VERSION = "unknown_version"  # a schema of a version that is not known here
    WRONG_PAYLOAD = "wrong_payload"  # data that its schema does not allow
    ANOTHER_SHOP = "another_shop"  # well formed, and of a shop that is not the one landed here
    REFUSED = "refused"  # PostgreSQL does not take it: \u0000, a number out of range, a CHECK


class DeadLetter(NamedTuple):
    """A record that is no event, and why; `detail` is for whoever looks for the cause."""

    record: Record
    reason: Reason
    detail: str


class Landed(NamedTuple):
    """An event that keeps its contract."""

    record: Record
    source: str
    id: str
    type: str
    time: datetime
    entity: str
    data: dict[str, Any]


class Batch(NamedTuple):
    """What one transaction takes: events, dead letters, and the last offset of each topic and partition among them."""

    events: list[Landed]
    letters: list[DeadLetter]
    last: dict[tuple[str, int], int]

    @classmethod
    def of(cls, outcomes: Iterable[Landed | DeadLetter]) -> Batch:
        """Outcomes in the order of their records."""
        batch = cls([], [], {})
        for outcome in outcomes:
            if isinstance(outcome, Landed):
                batch.events.append(outcome)
            else:
                batch.letters.append(outcome)
            topic, partition, offset = outcome.record[:3]
            batch.last[topic, partition] = offset
        return batch
