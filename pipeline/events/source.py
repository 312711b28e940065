"""What is copied: the clean stream of a shop or its noisy feed, from where an output ends."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime
from typing import Protocol

from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small

from pipeline.events.envelope import Event, place
from pipeline.events.noise.feed import LOOK_BACK, Feed, published_at
from pipeline.events.noise.noise import Noise
from pipeline.events.noise.profile import Profile
from pipeline.events.outputs.port import NotOurs
from pipeline.events.position import Position
from pipeline.events.selection import Selection
from pipeline.events.shop import Moment
from pipeline.events.stream import Stream


class Source(Protocol):
    """Blocks of lines, and how far they have come on the shop's clock."""

    reached: datetime

    def read(self, until: datetime | None = None) -> Generator[list[Event]]:
        """Blocks up to the newest commit, or to `until` where that is earlier, exclusive."""


Begin = Callable[[Connection, Moment, bytes | None], Source]
"""Begins a source on a connection, at a moment, behind the last line of an output (None: it is empty)."""


def clean(selected: Selection) -> Begin:
    """The stream itself. Beginning raises NotOurs, BadEvent."""

    def begin(connection: Connection, now: Moment, last: bytes | None) -> Source:
        position = Position(selected.since) if last is None else _behind(last, now, selected)
        return Stream(connection, now.shop, position, selected.types)

    return begin


def noisy(selected: Selection, profile: Profile) -> Begin:
    """The feed that noise makes of it. Beginning raises NotOurs, OtherNoise."""

    def begin(connection: Connection, now: Moment, last: bytes | None) -> Source:
        line = None if last is None else last.decode()
        since = selected.since if line is None else published_at(line)
        if since is not None and line is not None and since >= now.sim_now:
            raise NotOurs(f"to: it is ahead of the shop: its last line was published at {since:%Y-%m-%dT%H:%M:%S.%fZ}")
        back = None if since is None or since - LOOK_BACK <= now.shop.epoch else since - LOOK_BACK
        stream = Stream(connection, now.shop, Position(back), selected.types)
        return Feed(stream, Noise(profile, now.shop), selected.types, since, line)

    return begin


def _behind(line: bytes, now: Moment, selected: Selection) -> Position:
    """Right behind the last event of an output, if that is one of this shop and of these types."""
    source, name, last = place(line)
    if source != now.shop.source:
        raise NotOurs(f"to: it holds the events of another shop, {source}; this one is {now.shop.source}")
    if name not in selected.types:
        raise NotOurs(f"to: it ends with an event of the type {name}, which --types leaves out")
    if last.time >= now.sim_now:
        raise NotOurs(f"to: it is ahead of the shop: its last event is of {last.time:%Y-%m-%dT%H:%M:%S.%fZ}")
    return Position.behind(last)
