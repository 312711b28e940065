"""Reading a shop's events in tests."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from pipeline.events.contract import CATALOGUE
from pipeline.events.position import Position
from pipeline.events.shop import connect, moment
from pipeline.events.stream import Stream


@contextmanager
def streamed(url: str, since: datetime | None = None, types: Collection[str] = CATALOGUE) -> Iterator[Stream]:
    """A stream of the shop in a database, from an instant on or from before everything."""
    with closing(connect(url)) as connection:
        with connection:
            now = moment(connection)
        yield Stream(connection, now.shop, Position(since), types)


def lines_of(
    url: str, since: datetime | None = None, until: datetime | None = None, types: Collection[str] = CATALOGUE
) -> list[str]:
    """The events as they stand in a file."""
    with streamed(url, since, types) as stream:
        return [event.line for block in stream.read(until) for event in block]
