"""The server's first process, begun and ended without pg_ctl, whose shell takes a `$` in a folder for a variable."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from sim.embedded import postmaster
from sim.embedded.binaries import program
from sim.embedded.waiting import rest

if TYPE_CHECKING:
    import subprocess
    import threading
    from pathlib import Path

    from sim.embedded.privileges import Account

_LOOK_EVERY_S = 0.02
_STOP_S = 120
_begun: list[subprocess.Popen[bytes]] = []  # they outlive us; Python complains of a child that is let go


def is_ready(cluster: Path, account: Account, output: IO[bytes], stop: threading.Event | None) -> bool:
    """Begin a server and wait until it lets clients in; False when it ends before. Raises Interrupted; it ends then."""
    for ended in [process for process in _begun if process.poll() is not None]:
        _begun.remove(ended)
    process = account.begin((program("postgres"), "-D", cluster), output)
    _begun.append(process)
    try:
        while process.poll() is None:
            if (running := postmaster.find(cluster)) is not None and running.is_ready:
                return True
            rest(_LOOK_EVERY_S, stop)
    except BaseException:
        shut_down(process.pid, cluster)
        raise
    return False


def end_orphans(cluster: Path) -> None:
    """End what has outlived a killed server, at once as its first process would have: a recovery is due anyway."""
    for pid in postmaster.orphans_of(cluster):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def shut_down(pid: int, cluster: Path) -> bool:
    """Ask a server to end, fast but cleanly, and wait until it has; False when that takes too long."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)  # what `pg_ctl stop -m fast` sends; but we know whose process this is
    deadline = time.monotonic() + _STOP_S
    while postmaster.is_postgres_of(pid, cluster):
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True
