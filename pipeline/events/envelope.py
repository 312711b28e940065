"""An event as CloudEvents 1.0 has it, in structured mode: one line of JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from pipeline.events.contract import CATALOGUE, RANKS


class Event(NamedTuple):
    """One event; `line` is its text, without a line break."""

    type: str
    entity: str
    line: str


class Place(NamedTuple):
    """Where an event stands in the stream: places are ordered as events are."""

    time: datetime
    rank: int
    id: str


class BadEvent(Exception):
    """A line that is no event of ours: one line saying so."""


BEGINNINGS = ('{"specversion":"1.0","id":"', '{"publishtime":"')  # of a line of ours: clean, and of a feed with noise
_HEADS = {name: f'","type":"{name}","dataschema":"{each.dataschema}","time":' for name, each in CATALOGUE.items()}


def structured(source: str, name: str, identity: str, time: str, entity: str, data: str) -> Event:
    """The event of a row. Source, id and entity need no escaping in JSON; time and data are JSON already."""
    line = (
        f'{{"specversion":"1.0","id":"{identity}","source":"{source}{_HEADS[name]}{time},'
        f'"partitionkey":"{entity}","data":{data}}}'
    )
    return Event(name, entity, line)


def id_of(line: str) -> str:
    """The id of an event as we write it, from its text."""
    return _between(line, '"id":"')


def time_of(line: str) -> datetime:
    """The time of an event as we write it, from its text."""
    return datetime.fromisoformat(_between(line, '"time":"'))


def _between(line: str, before: str) -> str:
    """What stands behind some text, up to the next quote: attributes stand before the payload, and escape nothing."""
    return line[line.index(before) + len(before) :].partition('"')[0]


def may_begin_one(text: bytes) -> bool:
    """Whether a text, however short, may be the beginning of an event as we write it."""
    return any(text[: len(each)] == each.encode()[: len(text)] for each in BEGINNINGS)


def place(line: str | bytes) -> tuple[str, str, Place]:
    """Source, type and place of an event that was written. Raises BadEvent."""
    try:
        event = json.loads(line)
        name = event["type"]
        return event["source"], name, Place(datetime.fromisoformat(event["time"]), RANKS[name], event["id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadEvent(f"this is no event of a shop: {line[:80]!r}") from None
