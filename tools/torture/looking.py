"""What a simulator is doing at a moment, seen from its database: the phases that a kill may fall into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg2

WATCHER = "torture"
_BACKENDS = """
SELECT state, query, extract(epoch FROM clock_timestamp() - query_start)::float8 FROM pg_stat_activity
WHERE datname = current_database() AND application_name <> %s AND backend_type = 'client backend'
"""
_PROGRESS = "SELECT batches, status, extract(epoch FROM sim_now)::float8 FROM sim.current_run"
_HAS_RUNS = "SELECT to_regclass('sim.runs') IS NOT NULL"
_IN_A_TRANSACTION = {"active", "idle in transaction"}
_READING = re.compile(
    r"(?:COPY \()?\s*(?:SELECT|WITH)\b.*\bFROM (?:customers|cities|orders|trips|returns|sessions|carts|cart_items"
    r"|order_items|inventory|couriers|replenishments|product_prices)\b",
    re.DOTALL,
)
_MOVES_THE_RUN = re.compile(r"UPDATE sim\.runs SET sim_now", re.IGNORECASE)


class Backend(NamedTuple):
    """A server process that serves the simulator; `query` is its latest statement."""

    state: str | None
    query: str
    since_s: float | None  # seconds since the statement began

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.state in _IN_A_TRANSACTION


class Look(NamedTuple):
    """One look at the server: who is connected, and how far the committed rows have come."""

    backends: tuple[Backend, ...]
    batches: int | None  # None: no run is recorded yet
    status: str | None
    sim_now_s: float | None

    def doing(self, for_s: float = 0.0) -> str:
        """The simulator's step in words, of those that have gone on for so long."""
        busy = [each for each in self.backends if each.in_transaction and (each.since_s or 0.0) >= for_s]
        if any(backend.query == "COMMIT" and backend.state == "active" for backend in busy):
            return "COMMIT"
        if any(backend.query.startswith("COPY") and "FROM STDIN" in backend.query for backend in busy):
            return "COPY"
        if any(_MOVES_THE_RUN.match(backend.query) for backend in busy):
            return "just before COMMIT"
        if any(_READING.match(backend.query) for backend in busy):
            return "reading"
        return "between COPY and COMMIT" if busy else "simulating"

    def phase(self, before: Look) -> str:
        """In which phase the simulator is that was started when the database looked like `before`."""
        if self.batches is None:
            return "schema" if any(backend.in_transaction for backend in self.backends) else "start"
        if not self.backends:
            return "start"
        doing = self.doing()
        if self.batches == 0:
            return "opening" if doing == "simulating" else f"opening: {doing}"
        if self.batches > (before.batches or 0):
            return f"{(self.status or '').replace('_', ' ')}: {doing}"
        if doing in {"simulating", "reading"}:
            return f"going on: {doing.replace('simulating', 'taking up')}"
        return f"going on, first batch: {doing}"


class Watch:
    """Looks at one database, over a connection that the simulator's own are told from by its name."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url, application_name=WATCHER)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        self._has_runs = False

    def look(self) -> Look:
        """Look once; takes a fraction of a millisecond."""
        self._cursor.execute(_BACKENDS, (WATCHER,))
        backends = tuple(Backend(*row) for row in self._cursor.fetchall())
        self._has_runs = self._has_runs or bool(self._row(_HAS_RUNS)[0])
        progress = self._row(_PROGRESS) if self._has_runs else ()
        return Look(backends, *(progress or (None, None, None)))

    def _row(self, sql: str) -> tuple[Any, ...]:
        self._cursor.execute(sql)
        return self._cursor.fetchone() or ()

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


@contextmanager
def watching(url: str) -> Iterator[Watch]:
    """Look at a database for a while."""
    watch = Watch(url)
    try:
        yield watch
    finally:
        watch.close()
