"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path, mode: int | None = None, *, durable: bool = False) -> Iterator[Path]:
    """A file beside `path` to write to, which takes its place when all went well and is gone when not.

    A reader sees the old file or the new one, never a part. Nobody but its owner may read what is unfinished; finished,
    it has the mode given, else that of the file it replaces, else what the umask leaves of 0666. `durable`: it outlives
    a power cut too. Its ending is that of `path`, since programs choose a format by it. Raises OSError.
    """
    with _replacing(path, mode, durable) as (unfinished, _):
        yield unfinished


def write_whole(path: Path, content: str | bytes, mode: int | None = None, *, durable: bool = False) -> None:
    """Write a file as `replacing` does; text as UTF-8 with its line ends; the folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path, mode, durable) as (_, handle), os.fdopen(handle, "wb", closefd=False) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def _replacing(path: Path, mode: int | None, durable: bool) -> Iterator[tuple[Path, int]]:
    # By the open file and not by its name: as root we write into folders that an ordinary user owns.
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    unfinished = Path(name)
    try:
        yield unfinished, handle
        os.fchmod(handle, _usual_mode(path) if mode is None else mode)
        if durable:
            os.fsync(handle)
        unfinished.replace(path)
    finally:
        os.close(handle)
        unfinished.unlink(missing_ok=True)


def _usual_mode(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
