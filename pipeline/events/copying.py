"""From the shop into an output: once up to now, or for as long as one likes; on from where the output ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small

from pipeline.events.outputs.port import Output
from pipeline.events.shop import Moment, connect, moment
from pipeline.events.source import Begin, Source

POLL_S = 0.5  # the simulator commits about five times a second and tells nobody
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a copy has come: events written since it began, where it began, stands and goes, and what holds it up."""

    events: int = 0
    began: datetime | None = None
    position: datetime | None = None
    end: datetime | None = None
    waiting: str | None = None


class Copying:
    """Copies a source, up to `until` if there is an end, into an output.

    `tell` hears of each step, `stop` ends it between two blocks.
    """

    def __init__(
        self,
        url: str,
        begin: Begin,
        until: datetime | None,
        output: Output,
        tell: Callable[[Progress], None],
        stop: threading.Event,
    ) -> None:
        self._url = url
        self._begin = begin
        self._until = until
        self._output = output
        self._tell = tell
        self._stop = stop
        self._last = output.last()
        self._events = 0
        self._began: datetime | None = None

    def once(self) -> int:
        """Copy up to the shop's now, or to `until`; how many events were written.

        Raises NoShop, Forgotten, NotOurs, psycopg2.Error, OSError.
        """
        with closing(connect(self._url)) as connection:
            now = self._built(connection)
            if now is not None:
                end = min(self._until or now.sim_now, now.sim_now)
                self._write(self._begin(connection, now, self._last), now, end)
        return self._events

    def follow(self) -> int:
        """The same, and then everything new within a second, until `stop`, or the shop has come to `until`.

        A database that goes away is waited for; one that was never reached is not.
        """
        connection: Connection | None = connect(self._url)
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                with closing(connection or connect(self._url)) as connection:
                    pause_s = FIRST_PAUSE_S
                    self._followed(connection)
                break
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:  # the latter says "already closed"
                connection = None
                self._say(waiting=f"the database: {' '.join(str(error).split())}")
                self._stop.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        return self._events

    def _followed(self, connection: Connection) -> None:
        """Follow while the connection lasts, up to the end of what is wanted."""
        now, until = self._built(connection), self._until
        if now is None:
            return
        source = self._begin(connection, now, self._last)
        while not self._stop.is_set():
            self._write(source, now, until)
            if until is not None and source.reached >= until:
                return
            self._stop.wait(POLL_S)

    def _built(self, connection: Connection) -> Moment | None:
        """Where the shop stands once its keys are there: history without them is not read. None when told to stop."""
        while not self._stop.is_set():
            with connection:
                now = moment(connection)
            if not now.building:
                return now
            self._say(end=now.sim_now, waiting="history is being made, and its keys are built at its end")
            self._stop.wait(POLL_S)
        return None

    def _write(self, source: Source, now: Moment, end: datetime | None) -> None:
        self._began = self._began or max(source.reached, now.shop.epoch)
        with closing(source.read(end)) as blocks:
            for block in blocks:
                lines = [event.line for event in block]
                self._output.write(lines)
                self._events += len(lines)
                self._last = lines[-1].encode()
                self._say(position=source.reached, end=end)
                if self._stop.is_set():
                    return
        self._say(position=source.reached, end=end)

    def _say(self, position: datetime | None = None, end: datetime | None = None, waiting: str | None = None) -> None:
        self._tell(Progress(self._events, self._began, position, end, waiting))
