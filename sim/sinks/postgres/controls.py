"""Live control through the database: whoever may write asks in `sim.controls`, the running simulator listens."""

from __future__ import annotations

import os
import select
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg2
from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg2.extensions import connection as PsycopgConnection  # noqa: N812
    from sqlalchemy import Connection

CHANNEL = "bazaar_control"
_SET = """
INSERT INTO sim.controls (run_id, speed, paused, asked_at) VALUES (:run_id, :speed, false, clock_timestamp())
ON CONFLICT (run_id) DO UPDATE SET speed = excluded.speed, paused = false, asked_at = excluded.asked_at
"""
_ASK = """
UPDATE sim.controls
SET speed = coalesce(:speed, speed), paused = coalesce(:paused, paused), asked_at = clock_timestamp()
WHERE run_id = (SELECT max(run_id) FROM sim.runs) RETURNING speed, paused
"""
_READ = "SELECT speed, paused FROM sim.controls WHERE run_id = %s"
_LOOK_EVERY_S = 5.0  # in case a notification was lost on the way
_TRY_AGAIN_S = 1.0
_OPTIONS: dict[str, Any] = {"application_name": "bazaar control", "connect_timeout": 5, "tcp_user_timeout": 10_000}


class Controls(NamedTuple):
    """What is asked of the running simulator."""

    speed: str
    paused: bool


def set_controls(connection: Connection, run_id: int, speed: str) -> None:
    """Begin with what the simulator was started with: what was asked of an earlier one is over. Does not commit."""
    connection.execute(text("DELETE FROM sim.controls WHERE run_id <> :run_id"), {"run_id": run_id})
    connection.execute(text(_SET), {"run_id": run_id, "speed": speed})


def ask(connection: Connection, *, speed: str | None = None, paused: bool | None = None) -> Controls | None:
    """Ask for another speed or a pause (None: as it is) and commit; returns all that is asked, None without a run."""
    row = connection.execute(text(_ASK), {"speed": speed, "paused": paused}).one_or_none()
    connection.execute(text(f"NOTIFY {CHANNEL}"))
    connection.commit()
    return None if row is None else Controls(*row)


class Listener:
    """A thread that hands over what is asked, at once and again after every change, until it is closed.

    It has a connection of its own and outlives any outage: control must not end the run.
    """

    def __init__(self, url: str, run_id: int, hand_over: Callable[[Controls], None]) -> None:
        self._url = url
        self._run_id = run_id
        self._hand_over = hand_over
        self._told: Controls | None = None
        self._over = threading.Event()
        self._waking, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._work, name="controls", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._over.set()
        os.write(self._wake, b".")
        self._thread.join()
        os.close(self._waking)
        os.close(self._wake)

    def _work(self) -> None:
        while not self._over.is_set():
            with suppress(psycopg2.Error):
                self._listen()
            self._over.wait(_TRY_AGAIN_S)

    def _listen(self) -> None:
        connection = psycopg2.connect(self._url, **_OPTIONS)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            while not self._over.is_set():
                self._tell_news(connection)
                select.select([connection.fileno(), self._waking], [], [], _LOOK_EVERY_S)
                connection.poll()
                connection.notifies.clear()
        finally:
            connection.close()

    def _tell_news(self, connection: PsycopgConnection) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_READ, (self._run_id,))
            row = cursor.fetchone()
        if row is not None and (asked := Controls(*row)) != self._told:
            self._told = asked
            self._hand_over(asked)
