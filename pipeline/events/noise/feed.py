"""The dirty feed: a shop's stream in the order in which it was published."""

from __future__ import annotations

import re
from collections.abc import Collection, Generator
from datetime import datetime, timedelta
from heapq import heappop, heappush

from pipeline.events.envelope import Event, time_of
from pipeline.events.noise.noise import Noise, Published
from pipeline.events.noise.profile import LONGEST_DELAY_H
from pipeline.events.stream import Stream

# What was published at an instant happened at most so long before: the longest delay, and the visit of a bot.
LOOK_BACK = timedelta(hours=LONGEST_DELAY_H, minutes=15)
_PUBLISHED = re.compile(r'\{"publishtime":"([^"]+)"')


class OtherNoise(Exception):
    """What a file ends with is no line of this feed: one line saying so."""


def published_at(line: str) -> datetime:
    """When a line of a feed was published: broken or not, that is what it begins with. Raises OtherNoise."""
    found = _PUBLISHED.match(line)
    if found is None:
        raise OtherNoise(f"this is no line of a feed with noise: {line[:80]!r}")
    return datetime.fromisoformat(found[1])


class Feed:
    """Lines from an instant of publication on, or from behind a line. `stream` begins LOOK_BACK earlier, or at all."""

    def __init__(
        self, stream: Stream, noise: Noise, types: Collection[str], since: datetime | None, behind: str | None = None
    ) -> None:
        self._stream = stream
        self._noise = noise
        self._types = set(types)
        self._since = since
        self._behind = behind
        self._waiting: list[Published] = []
        self.reached = stream.reached

    def read(self, until: datetime | None = None) -> Generator[list[Event]]:
        """Blocks of lines that were published before the newest commit, or before `until` where that is earlier.

        Raises what `Stream.read` raises, and OtherNoise.
        """
        for block in self._stream.read(until):
            for event in block:
                for line in self._noise.published(event):
                    if line.event.type in self._types and (self._since is None or line.at >= self._since):
                        heappush(self._waiting, line)
            yield from self._due(self._waiting_before(block, until))
        yield from self._due(self._stream.reached if until is None else min(until, self._stream.reached))

    @staticmethod
    def _waiting_before(block: list[Event], until: datetime | None) -> datetime:
        """What comes after a block of the stream is published no earlier than its last event happened."""
        time = time_of(block[-1].line)
        return time if until is None else min(until, time)

    def _due(self, before: datetime) -> Generator[list[Event]]:
        """What was published before an instant: nothing to come can stand before it any more."""
        due = []
        while self._waiting and self._waiting[0].at < before:
            due.append(heappop(self._waiting).event)
        self.reached = before
        if due := self._behind_the_last(due):
            yield due

    def _behind_the_last(self, due: list[Event]) -> list[Event]:
        """Without what a file already holds, up to the line that it ends with."""
        if self._behind is None or not due:
            return due
        for number, event in enumerate(due):
            if event.line == self._behind:
                self._behind = None
                return due[number + 1 :]
            if published_at(event.line) > published_at(self._behind):
                raise OtherNoise("it ends with a line that this feed has not: of another shop, noise, or other types")
        return []
