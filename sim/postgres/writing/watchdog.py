"""Looks, on a connection of its own, at what becomes of a statement that gets no answer for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

import psycopg2

from sim.postgres.connection import open_connection, rows, server_message
from sim.postgres.writing.session import Session

_LOOK = """
SELECT w.wait_event, (w.state_change, c.bytes_processed)::text, b.pid, b.usename, b.application_name, b.state
FROM pg_catalog.pg_stat_activity AS w
LEFT JOIN pg_catalog.pg_stat_progress_copy AS c USING (pid)
LEFT JOIN pg_catalog.pg_stat_activity AS b ON b.pid = (pg_blocking_pids(w.pid))[1]
WHERE w.pid = %s AND w.backend_start = %s
"""
_ROUND_S = 0.5


class _Sight(NamedTuple):
    """How far the server has come with a statement of ours, and who is in its way."""

    wait_event: str | None
    progress: str
    blocker: int | None
    user: str | None
    program: str | None
    state: str | None


class Watchdog:
    """A thread that is idle while all is well. What it has found out is in `remark`, for people.

    A network may go silent in a way that TCP does not notice: a proxy in between that takes our bytes and passes
    nothing on. When the server process at the other end has been waiting for us all the while that we waited for it,
    or is no longer there, the session is cut, so that its user tries anew.
    """

    def __init__(self, url: str, session: Callable[[], Session | None], silence_s: float) -> None:
        self._url = url
        self._session = session
        self._silence_s = silence_s
        self._over = threading.Event()
        self._found: tuple[float, str] | None = None  # since when the statement runs, what is the matter with it
        self._seen: tuple[float, _Sight] | None = None
        threading.Thread(target=self._work, name="postgres-watch", daemon=True).start()

    def remark(self) -> str | None:
        """How long the statement under way has got no answer and why, when that is long."""
        session = self._session()
        since_s = session.busy_since_s if session else None
        if since_s is None or (silent_s := time.monotonic() - since_s) < self._silence_s:
            return None
        found = self._found
        why = f": {found[1]}" if found and found[0] == since_s and found[1] else ""
        return f"no answer for {silent_s:.0f} s{why}"

    def close(self) -> None:
        """End when the look under way, if any, has ended."""
        self._over.set()

    def _work(self) -> None:
        looked_s = 0.0
        while not self._over.wait(min(_ROUND_S, self._silence_s)):
            session, now_s = self._session(), time.monotonic()
            since_s = session.busy_since_s if session else None
            if session and since_s and min(now_s - since_s, now_s - looked_s) >= self._silence_s:
                self._look_after(session, since_s)
                looked_s = time.monotonic()

    def _look_after(self, session: Session, since_s: float) -> None:
        try:
            sight = self._look(session)
        except psycopg2.Error as error:
            self._found = since_s, f"and no other connection gets one: {server_message(error)}"
            return
        deaf = sight is None or (sight.wait_event == "ClientRead" and (since_s, sight) == self._seen)
        self._found = since_s, _told(sight) if sight else ""
        self._seen = (since_s, sight) if sight else None
        if deaf and session.busy_since_s == since_s:
            session.cut()

    def _look(self, session: Session) -> _Sight | None:
        with closing(open_connection(self._url, "bazaar watch")) as connection:
            found = rows(connection, _LOOK, session.backend)
            return _Sight(*found[0]) if found else None


def _told(sight: _Sight) -> str:
    if sight.blocker is None:
        return "the server waits for us" if sight.wait_event == "ClientRead" else ""
    who = " ".join(filter(None, (sight.program, f"of {sight.user}" if sight.user else "", sight.state)))
    return f"server process {sight.blocker} ({who}) holds a lock"
