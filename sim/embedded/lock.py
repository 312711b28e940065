"""Locks between processes: kernel locks on files, which end with their holder however it ends."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sim.embedded.errors import EmbeddedError
from sim.embedded.waiting import rest

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

_LOOK_EVERY_S = 0.05


@contextmanager
def exclusive(path: Path, stop: threading.Event | None = None) -> Iterator[None]:
    """Hold the lock file alone; waits for another process that is starting or stopping the server."""
    if sys.platform == "win32":
        raise EmbeddedError("the embedded PostgreSQL needs file locks of Linux or macOS; set DATABASE_URL instead")
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _take(fd):
            rest(_LOOK_EVERY_S, stop)
        yield
    finally:
        os.close(fd)


def mark_in_use(fd: int) -> None:
    """Take a shared lock that every process inheriting this open file keeps until the last of them is gone."""
    if sys.platform != "win32":
        fcntl.flock(fd, fcntl.LOCK_SH)


def wait_until_unused(path: Path, seconds: float, stop: threading.Event | None = None) -> bool:
    """Whether nobody marks the file as in use (any more), after waiting for at most so many seconds."""
    deadline = time.monotonic() + seconds
    while _is_in_use(path):
        if time.monotonic() > deadline:
            return False
        rest(_LOOK_EVERY_S, stop)
    return True


def _is_in_use(path: Path) -> bool:
    if sys.platform == "win32" or not path.exists():
        return False
    fd = os.open(path, os.O_RDWR)
    try:
        return not _take(fd)
    finally:
        os.close(fd)


def _take(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
