"""Listens to what people ask of the running simulator through its database: pace, and incidents."""

from __future__ import annotations

import os
import select
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg2

from sim.postgres.connection import dial, rows
from sim.postgres.control.controls import CHANNEL, READ, Controls
from sim.postgres.control.incidents import PENDING
from sim.snapshot import IncidentRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg2.extensions import connection as PsycopgConnection  # noqa: N812  its own name is that of our variables

_LOOK_EVERY_S = 5.0  # in case a notification was lost on the way
_TRY_AGAIN_S = 1.0
_FAREWELL_S = 1.0


class Listener:
    """A thread that hands over what is asked, at once and again after every change, until it is closed.

    It has a connection of its own and outlives any outage: control must not end the run. A request for an incident
    stays asked for until it is committed, so it is handed over once and may be one that is known already.
    """

    def __init__(
        self,
        url: str,
        run_id: int,
        hand_over: Callable[[Controls], None],
        hand_over_request: Callable[[IncidentRequest], None],
    ) -> None:
        self._url = url
        self._run_id = run_id
        self._hand_over = hand_over
        self._hand_over_request = hand_over_request
        self._told: Controls | None = None
        self._told_requests: set[IncidentRequest] = set()
        self._over = threading.Event()
        self._waking, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._work, name="controls", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; a thread that waits for a silent network is left to itself, and ends when that answers."""
        self._over.set()
        os.write(self._wake, b".")
        self._thread.join(_FAREWELL_S)
        if not self._thread.is_alive():
            os.close(self._waking)
            os.close(self._wake)

    def _work(self) -> None:
        while not self._over.is_set():
            with suppress(psycopg2.Error):
                self._listen()
            self._over.wait(_TRY_AGAIN_S)

    def _listen(self) -> None:
        connection = dial(self._url, "bazaar control")
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
        for row in rows(connection, READ, (self._run_id,)):
            if (asked := Controls(*row)) != self._told:
                self._told = asked
                self._hand_over(asked)
        for row in rows(connection, PENDING):
            if (request := IncidentRequest(*row)) not in self._told_requests:
                self._told_requests.add(request)
                self._hand_over_request(request)
