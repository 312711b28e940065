"""Standard output: it begins anew with each process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from pipeline.events.envelope import Event


class StandardOutput:
    """Writes to a stream that is open already, and leaves it open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._last: bytes | None = None

    def last(self) -> bytes | None:
        """The last line that this process wrote: nobody knows what a pipe was told before."""
        return self._last

    def write(self, events: Sequence[Event]) -> None:
        """Hand all of it on at once: whoever reads may be waiting."""
        self._stream.write("".join(event.line + "\n" for event in events).encode())
        self._stream.flush()
        self._last = events[-1].line.encode()

    def close(self) -> None:
        """Whoever opened it closes it."""
