"""A file of JSON lines: one event a line, never half of one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.events.envelope import Event, may_begin_one
from pipeline.events.outputs.port import NotOurs
from pipeline.events.outputs.whole_file import WholeFile

_BLOCK = 1 << 16
_BEGINNING = 64


class JsonLines:
    """Appends to a file; a last line without its end, left by a kill or a full disk, is cut off by the next."""

    def __init__(self, path: Path) -> None:
        self._whole = WholeFile(path)
        end = os.fstat(self._whole.file.fileno()).st_size
        length = self._line_break_before(end) + 1
        if end and not length and not self._begins_with_one():
            self._whole.close()
            raise NotOurs(f"{path}: this is no file of events")
        self._whole.begin(length)

    def last(self) -> bytes | None:
        """The last line."""
        end = self._whole.length
        if end == 0:
            return None
        begin = self._line_break_before(end - 1) + 1
        self._whole.file.seek(begin)
        return self._whole.file.read(end - 1 - begin)

    def write(self, events: Sequence[Event]) -> None:
        """Add events, a line each."""
        self._whole.add("".join(event.line + "\n" for event in events).encode())

    def close(self) -> None:
        """Close the file."""
        self._whole.close()

    def _begins_with_one(self) -> bool:
        """Whether what is there, without one line's end, can be the first line that a kill has left half written."""
        self._whole.file.seek(0)
        return may_begin_one(self._whole.file.read(_BEGINNING))

    def _line_break_before(self, end: int) -> int:
        """Where the last line break before a place stands; -1 when there is none."""
        while end > 0:
            begin = max(0, end - _BLOCK)
            self._whole.file.seek(begin)
            found = self._whole.file.read(end - begin).rfind(b"\n")
            if found >= 0:
                return begin + found
            end = begin
        return -1
