"""From the shop into an output: once up to now, or for as long as one likes; on from where the output ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small

from common.messages import one_line
from pipeline.events.ahead import ahead
from pipeline.events.outputs.port import Lost, Output
from pipeline.events.shop import Moment, connect, moment
from pipeline.events.source import Begin, Source
from pipeline.pauses import Pauses

POLL_S = 0.5  # the simulator commits about five times a second and tells nobody


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
        self._events = 0
        self._pauses = Pauses()
        self._began: datetime | None = None

    def once(self) -> int:
        """Copy up to the shop's now, or to `until`; how many events were written.

        Raises NoShop, Forgotten, NotOurs, psycopg2.Error, OSError.
        """
        with closing(connect(self._url)) as connection:
            now = self._built(connection)
            if now is not None:
                end = min(self._until or now.sim_now, now.sim_now)
                self._patiently(lambda: self._write(*self._begun(connection), end))
        return self._events

    def follow(self) -> int:
        """The same, and then everything new within a second, until `stop`, or the shop has come to `until`.

        A database that goes away is waited for; one that was never reached is not.
        """
        first = [connect(self._url)]

        def followed() -> None:
            with closing(first.pop() if first else connect(self._url)) as connection:
                self._followed(connection)

        self._patiently(
            followed, (Lost, psycopg2.OperationalError, psycopg2.InterfaceError)
        )  # the last: "already closed"
        return self._events

    def _patiently(self, attempt: Callable[[], None], passing: tuple[type[Exception], ...] = (Lost,)) -> None:
        """Try until it ends well: again whenever the output has lost count, or something fails that passes."""
        while not self._stop.is_set():
            before = self._events
            try:
                attempt()
                break
            except passing as error:
                if self._events > before:
                    self._pauses.begin_anew()
                what = "" if isinstance(error, Lost) else "the database: "
                self._say(waiting=f"{what}{one_line(error)}")
                self._stop.wait(self._pauses.next_s())

    def _followed(self, connection: Connection) -> None:
        """Follow while the connection lasts, up to the end of what is wanted."""
        if self._built(connection) is None:
            return
        source, now = self._begun(connection)
        while not self._stop.is_set():
            self._write(source, now, self._until)
            if self._until is not None and source.reached >= self._until:
                return
            self._stop.wait(POLL_S)

    def _begun(self, connection: Connection) -> tuple[Source, Moment]:
        """The source, from behind what the output holds. Raises Lost."""
        last = self._output.last()
        with connection:
            now = moment(connection)
        return self._begin(connection, now, last), now

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
        with closing(ahead(source, end)) as blocks:
            for events, reached in blocks:
                self._output.write(events)
                self._events += len(events)
                self._say(position=max(reached, now.shop.epoch), end=end)
                if self._stop.is_set():
                    return
        self._say(position=max(source.reached, now.shop.epoch), end=end)

    def _say(self, position: datetime | None = None, end: datetime | None = None, waiting: str | None = None) -> None:
        self._tell(Progress(self._events, self._began, position, end, waiting))
