"""Locks between processes: kernel locks on files, which end with their holder however it ends."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sim.embedded.errors import EmbeddedError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file alone; waits for another process that is starting or stopping the server."""
    if sys.platform == "win32":
        raise EmbeddedError("the embedded PostgreSQL needs file locks of Linux or macOS; set DATABASE_URL instead")
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def mark_in_use(fd: int) -> None:
    """Take a shared lock that every process inheriting this open file keeps until the last of them is gone."""
    if sys.platform != "win32":
        fcntl.flock(fd, fcntl.LOCK_SH)


def wait_until_unused(path: Path, seconds: float) -> bool:
    """Whether nobody marks the file as in use (any more), after waiting for at most so many seconds."""
    deadline = time.monotonic() + seconds
    while _is_in_use(path):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_in_use(path: Path) -> bool:
    if sys.platform == "win32" or not path.exists():
        return False
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(fd)
