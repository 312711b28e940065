"""Retention: while a shop lives, what is older than it shall keep is cut off, by a thread with its own connection."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

from models.declarations import open_while
from sim.postgres.connection import open_connection, rows, server_message
from sim.postgres.retention.external_references import external_references
from sim.postgres.retention.purge import purge

_LOG = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_AFTER_AN_ERROR_S = 5.0
_FAREWELL_S = 5.0
_STEPS = 90  # what is kept moves on in so many steps: each looks once at what had to stay at the one before
_SHORTEST_STEP = timedelta(hours=1)
# Rests as multiples of the chunk of work before them: a shop that keeps pace shall not feel it, one that makes history
# as fast as it can shall not outrun it.
_REST_PACING, _REST_HURRYING = 4.0, 0.1

# A cut that is lost with the server is cut again.
_SETTINGS = "SET synchronous_commit = off"
# Open orders still need the points that were redeemed for them. While history is loaded keys and indexes are missing.
_LOOK = f"""
SELECT coalesce((SELECT kept_since FROM sim.retention), r.epoch),
       CASE WHEN to_regclass('sim.unbuilt') IS NULL THEN
           least(r.sim_now - %s,
                 (SELECT min(placed_at) FROM orders WHERE {open_while("orders")}))
       END,
       r.epoch
FROM sim.current_run r
"""
_IS_PACING = "SELECT status IN ('pacing', 'paused') FROM sim.current_run"


class _Found(NamedTuple):
    """Since when all is kept, since when it needs to be (None: not now), and where the run began."""

    kept_since: datetime
    needed_since: datetime | None
    epoch: datetime


@contextmanager
def purging(url: str, keep: timedelta | None, stop: threading.Event) -> Iterator[None]:
    """Cut off what is older than `keep` while the body runs; None keeps everything.

    When the body ends by itself, what is still to be cut is cut first, unless `stop` is set. An error in purging is
    logged, tried again, and ends nothing: the shop goes on and grows.
    """
    if keep is None:
        yield
        return
    purger = Purger(url, keep)
    try:
        yield
        purger.finish(stop)
    finally:
        purger.close()


class Purger:
    """The thread. Beside the writer it takes no lock that anybody waits for: it deletes what nobody refers to again."""

    def __init__(self, url: str, keep: timedelta) -> None:
        self._url = url
        self._keep = keep
        self._step = max(_SHORTEST_STEP, keep / _STEPS)
        self._connection: Connection | None = None
        self._begun = False  # an earlier process may have left a cut unfinished
        self._said: str | None = None
        self._holders: list[str] = []
        self._closing = threading.Event()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._work, name="retention", daemon=True)
        self._thread.start()

    def finish(self, stop: threading.Event) -> None:
        """Cut what is to be cut at the end of a run; returns at once when `stop` is set, and soon when it gets set."""
        self._hurry.set()
        while self._thread.is_alive() and not stop.is_set():
            self._thread.join(0.1)

    def close(self) -> None:
        """End after the chunk that is being purged; a thread that gets no answer is left to itself."""
        self._closing.set()
        self._hurry.set()
        self._thread.join(_FAREWELL_S)

    def _work(self) -> None:
        wait_s = _LOOK_EVERY_S
        last = False
        while not last:
            last = self._hurry.wait(wait_s)
            try:
                self._look(last=last)
                wait_s, self._said = _LOOK_EVERY_S, None
            except psycopg2.Error as error:
                self._complain(error)
                wait_s = _AFTER_AN_ERROR_S
        self._disconnect()

    def _look(self, *, last: bool) -> None:
        if self._closing.is_set():
            return
        connection = self._connected()
        with connection:
            found = [_Found._make(row) for row in rows(connection, _LOOK, (self._keep,))]
        if found and found[0].needed_since is not None:
            since = max(found[0].kept_since, found[0].needed_since)
            due = not self._begun or last or since - found[0].kept_since >= self._step
            if due and since > found[0].epoch:
                self._purge(connection, since)

    def _purge(self, connection: Connection, since: datetime) -> None:
        began_s = time.monotonic()
        references = external_references(connection)
        self._tell_holders(references.by)
        for _ in purge(connection, since, references):
            self._rest(connection, time.monotonic() - began_s)
            if self._closing.is_set():
                return
            began_s = time.monotonic()
        self._begun = True

    def _tell_holders(self, names: list[str]) -> None:
        """Say whose tables keep something of the past, when they are others than before."""
        if names and names != self._holders:
            _LOG.warning("keep: what %s refers to stays, and what that belongs to", ", ".join(names))
        self._holders = names

    def _rest(self, connection: Connection, after_s: float) -> None:
        if not self._hurry.is_set():
            with connection:
                is_pacing = rows(connection, _IS_PACING) == [(True,)]
            self._hurry.wait(after_s * (_REST_PACING if is_pacing else _REST_HURRYING))

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = open_connection(self._url, "bazaar retention")
            with connection, connection.cursor() as cursor:
                cursor.execute(_SETTINGS)
            self._connection = connection
        return self._connection

    def _complain(self, error: psycopg2.Error) -> None:
        """Say what is wrong, once, and begin anew with another connection."""
        self._disconnect()
        said = server_message(error)
        if said != self._said:
            _LOG.warning("keep: nothing is cut off for now: %s", said)
        self._said = said

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
        self._connection = None
