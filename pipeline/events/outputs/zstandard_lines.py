"""A file of JSON lines, compressed: whole lines in whole frames, which every reader of .zst puts together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import zstandard

from pipeline.events.envelope import Event
from pipeline.events.outputs.port import NotOurs
from pipeline.events.outputs.whole_file import WholeFile

_BLOCK = 1 << 20


class ZstandardLines:
    """Appends frames to a file; a last frame without its end is cut off by the next."""

    def __init__(self, path: Path) -> None:
        self._whole = WholeFile(path)
        self._compressor = zstandard.ZstdCompressor(write_checksum=True)
        try:
            length, self._last = self._whole_frames()
        except zstandard.ZstdError as error:
            self._whole.close()
            raise NotOurs(f"{path}: this is no .zst file ({error})") from None
        self._whole.begin(length)

    def last(self) -> bytes | None:
        """The last line of the last frame."""
        return self._last

    def write(self, events: Sequence[Event]) -> None:
        """Add events, a line each, as a frame."""
        if events:
            self._whole.add(self._compressor.compress("".join(event.line + "\n" for event in events).encode()))
            self._last = events[-1].line.encode()

    def close(self) -> None:
        """Close the file."""
        self._whole.close()

    def _whole_frames(self) -> tuple[int, bytes | None]:
        """How far the frames are whole, and their last line. Frames are read to their end, for they do not say it."""
        length, last, fed = 0, None, b""
        self._whole.file.seek(0)
        while True:
            frame, text = zstandard.ZstdDecompressor().decompressobj(), b""
            size = 0
            while not frame.eof:
                if not fed and not (fed := self._whole.file.read(_BLOCK)):
                    return length, last
                text = (text + frame.decompress(fed))[-_BLOCK:]  # a line is never so long
                size += len(fed)
                fed = b""
            fed = frame.unused_data
            length += size - len(fed)
            last = text.rstrip(b"\n").rpartition(b"\n")[2] or last
