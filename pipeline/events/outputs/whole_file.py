"""A file that grows by whole pieces: what was begun and not finished is cut off, now or at the next start."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from pipeline.events.outputs.port import NotOurs


class WholeFile:
    """An open file and the length up to which it is whole; one process at a time may have it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: BinaryIO = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), "r+b", buffering=0)
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.file.close()
            raise NotOurs(f"{path}: another process is writing it") from None
        self.length = 0

    def begin(self, length: int) -> None:
        """The file is whole up to there. What is behind it goes with the first piece, when it is known to be ours."""
        self.length = length

    def _cut(self) -> None:
        self.file.truncate(self.length)
        self.file.seek(self.length)

    def add(self, piece: bytes) -> None:
        """Add a piece as a whole. When that fails, by a full disk or a Ctrl-C, the file is as before."""
        try:
            self._cut()
            rest = memoryview(piece)
            while rest:
                rest = rest[self.file.write(rest) :]
        except BaseException:
            self._cut()
            raise
        self.length += len(piece)

    def close(self) -> None:
        """Close it, and let others have it."""
        self.file.close()
