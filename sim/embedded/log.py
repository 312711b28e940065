"""The server's log file: its only output, and by a lock on it the sign that some process of it is alive."""

from __future__ import annotations

import os
import re
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FULL = 10_000_000  # bytes; looked at when a server starts
_TOLD_LINES = 4
_STAMP = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ UTC \[\d+\] ")
_ROUTINE = re.compile(r"LOG: (starting|listening|database system (is|was) )|HINT: |pg_ctl: |Examine the log|\.\.\. ok$")


def open_end(path: Path) -> IO[bytes]:
    """The file at its end, for programs to write on; emptied when it has grown too long."""
    log = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    if log.seek(0, os.SEEK_END) > _FULL:
        log.truncate(0)
        log.seek(0)
    return log


def since(path: Path, begin: int) -> str:
    """What was written since a position."""
    with path.open("rb") as log:
        log.seek(begin)
        return log.read().decode(errors="replace")


def in_one_line(text: str) -> str:
    """The last lines that are not routine, in one."""
    lines = [_STAMP.sub("", " ".join(line.split())) for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if not _ROUTINE.search(line)]
    return " | ".join((telling or lines)[-_TOLD_LINES:]) or "no reason given"
