"""Standard output: it begins anew each time, so it ends nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO


class StandardOutput:
    """Writes to a stream that is open already, and leaves it open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def last(self) -> bytes | None:
        """Nobody knows what a pipe was told before."""
        return None

    def write(self, lines: Sequence[str]) -> None:
        """Hand all of it on at once: whoever reads may be waiting."""
        self._stream.write("".join(line + "\n" for line in lines).encode())
        self._stream.flush()

    def close(self) -> None:
        """Whoever opened it closes it."""
