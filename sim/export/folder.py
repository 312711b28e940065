"""A folder that is there whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Occupied(Exception):
    """The folder can't be made; one line for people."""


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder beside it, which takes its place when all went well and is removed otherwise.

    What a killed process has left of its own is removed by the next one. Raises Occupied.
    """
    refuse_occupied(folder)
    with held(folder) as unfinished:
        try:
            _empty(unfinished)
            yield unfinished
            refuse_occupied(folder)
            unfinished.rename(folder.resolve())
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """The folder beside it where it is made, by nobody else meanwhile; it is there afterwards too. Raises Occupied."""
    unfinished = unfinished_of(folder)
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        lock = os.open(unfinished, os.O_RDONLY)
    except OSError as error:
        raise Occupied(f"out: {str(folder)!r} can't be made: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(f"out: another command that fills {str(folder)!r} is under way") from None
        yield unfinished
    finally:
        os.close(lock)


def unfinished_of(folder: Path) -> Path:
    """Where a folder is made before it has its name."""
    return folder.resolve().parent / f".{folder.resolve().name}.unfinished"


def refuse_occupied(folder: Path) -> None:
    """Raise Occupied where something is that an export would have to replace."""
    if folder.is_symlink() and not folder.exists():
        raise Occupied(f"out: {str(folder)!r} is a link that leads nowhere")
    if folder.exists() and not folder.is_dir():
        raise Occupied(f"out: {str(folder)!r} is no folder")
    if folder.is_mount():
        raise Occupied(f"out: {str(folder)!r} is where another file system begins; name a folder in it")
    if folder.is_dir() and any(folder.iterdir()):
        raise Occupied(f"out: {str(folder)!r} is not empty; an export makes its folder, or fills an empty one")


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
