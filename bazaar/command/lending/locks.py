"""Locks on files, which the kernel takes back however their holder ends: several may share one, or one has it alone."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

_LOOK_EVERY_S = 0.02


class Gone(Exception):
    """Whoever asked is gone, so nobody waits for an answer."""


@contextmanager
def held(path: Path, gone: threading.Event, *, shared: bool = False) -> Iterator[None]:
    """Hold the file's lock, after waiting for who has it. Raises Gone when nobody wants it any more."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _take(fd, fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            if gone.wait(_LOOK_EVERY_S):
                raise Gone
        os.utime(path)  # when it was last of use
        yield
    finally:
        os.close(fd)


def keep(path: Path) -> int:
    """Take the lock of a new file for as long as this process lives; the open file."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    _take(fd, fcntl.LOCK_EX)
    return fd


@contextmanager
def unless_held(path: Path) -> Iterator[bool]:
    """Hold the lock if nobody has it, and say whether that is so; a file that is not there nobody has."""
    try:
        fd = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield True
        return
    try:
        yield _take(fd, fcntl.LOCK_EX)
    finally:
        os.close(fd)


def age_s(path: Path) -> float:
    """How long ago the file was last of use."""
    return time.time() - path.stat().st_mtime


def _take(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
