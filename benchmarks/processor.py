"""Processor time of a process and all its children, living and ended, as Linux counts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2

_PROC = Path("/proc")


class Family:
    """A process and its children. Gives None where there is no such process, or no /proc."""

    def __init__(self, head: int | None) -> None:
        self._head = head if head is not None and (_PROC / str(head) / "stat").exists() else None

    @classmethod
    def of_server(cls, url: str) -> Family:
        """All processes of the PostgreSQL server that a URL leads to, if it runs on this machine."""
        return cls(_postmaster(url))

    def seconds(self) -> float | None:
        """Return what they have used since they began, in user and system mode."""
        if self._head is None:
            return None
        while True:
            ended = _fields(self._head)[13:15]
            living = sum(sum(map(int, fields[11:13])) for fields in _children(self._head))
            own = _fields(self._head)
            if own[13:15] == ended:  # else one has ended in between, and may be counted twice or not at all
                return (sum(map(int, own[11:15])) + living) / os.sysconf("SC_CLK_TCK")

    def since(self, before: float | None) -> float | None:
        """Return what they have used since an earlier reading."""
        now = self.seconds()
        return None if now is None or before is None else now - before


def _postmaster(url: str) -> int | None:
    connection = psycopg2.connect(url)
    try:
        backend = connection.info.backend_pid
        # In a container, or on another machine, the number is some other process here or none.
        named = (_PROC / str(backend) / "comm").read_text().startswith("postgres")
        return int(_fields(backend)[1]) if named else None
    except (OSError, IndexError):
        return None
    finally:
        connection.close()


def _children(parent: int) -> Iterator[list[str]]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):  # it may end while we look
                fields = _fields(int(entry.name))
                if int(fields[1]) == parent:
                    yield fields


def _fields(process: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: [1] the parent, [11:15] clock ticks (own, and of ended children)."""
    return (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
