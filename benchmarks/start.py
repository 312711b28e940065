"""Start: an installed Bazaar on an empty folder, `python -m sim run` as `make sim` calls it, on its own new server."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.databases import ask
from benchmarks.lines import Line
from benchmarks.simulator import REPOSITORY, simulator
from sim.embedded import EmbeddedServer
from sim.embedded.errors import EmbeddedError

HISTORY = "7d"
_STATUS = "SELECT rows_written, status FROM sim.current_run"
_PATIENCE_S = 600.0


def measure() -> dict[str, Any]:
    """Return the seconds to the first row and to a shop that trades in real time after seven days of history."""
    with tempfile.TemporaryDirectory(prefix="bazaar-start-") as folder:
        root = Path(folder)
        root.chmod(0o755)  # as root, PostgreSQL runs under another user
        server, began_s = EmbeddedServer(root / ".data"), time.perf_counter()
        with simulator(None, "--history", HISTORY, folder=root, environment={"PYTHONPATH": str(REPOSITORY)}) as ours:
            first_row_s = _until(server, ours, lambda rows, _: rows > 0) - began_s
            live_s = _until(server, ours, lambda _, status: status == "pacing") - began_s
            [(rows, _)] = ask(server.url() or "", _STATUS)
        server.stop(only_if_idle=False)
    return {"first_row_s": first_row_s, "history": HISTORY, "live_s": live_s, "rows": rows}


def lines(found: dict[str, Any]) -> Iterator[Line]:
    """The figures as lines of the table."""
    yield Line("Start: from the command to the first row", f"{found['first_row_s']:.1f} s", against="a new server made")
    text = f"{found['live_s']:.0f} s, {found['rows']:,} rows"
    yield Line(f"Start: {found['history']} of history, then live", text, against="the default shop")


def _until(server: EmbeddedServer, ours: subprocess.Popen[bytes], there: Callable[[int, str], bool]) -> float:
    """Ask until it is so, and return when that was."""
    deadline_s = time.perf_counter() + _PATIENCE_S
    while time.perf_counter() < deadline_s and ours.poll() is None:
        try:
            url = server.url()
            found = ask(url, _STATUS) if url else []
        except (psycopg2.Error, EmbeddedError):
            found = []  # not yet
        if found and there(*found[0]):
            return time.perf_counter()
        time.sleep(0.05)
    raise RuntimeError("the shop did not start")
