"""Reading ahead: the next block is read while this one is written, so that neither end waits for the other."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from pipeline.events.envelope import Event
from pipeline.events.source import Source


class Block(NamedTuple):
    """Some events, and how far the source stood when it gave them."""

    events: list[Event]
    reached: datetime


def ahead(source: Source, until: datetime | None) -> Generator[Block]:
    """The blocks of a source. Only one is read ahead, in a thread that is the only one to touch the source meanwhile.

    What reading raises comes after the blocks before it. Closed, it has left the source and its connection alone.
    """
    with closing(_blocks(source, until)) as blocks, ThreadPoolExecutor(1, "reading ahead") as reader:
        coming = reader.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = reader.submit(next, blocks, None)
            yield block


def _blocks(source: Source, until: datetime | None) -> Generator[Block]:
    with closing(source.read(until)) as blocks:
        for events in blocks:
            yield Block(events, source.reached)
