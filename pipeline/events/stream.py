"""Reading a shop slice by slice: every event once, in order, whatever the slices."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from datetime import UTC, datetime, timedelta

from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small

from pipeline.events.contract import CATALOGUE
from pipeline.events.envelope import Event, place, structured
from pipeline.events.position import Position
from pipeline.events.query import slice_query
from pipeline.events.shop import Moment, Shop, moment
from pipeline.shop import NoShop

LONGEST = timedelta(hours=3)
MANY, FEW = 60_000, 20_000  # events a slice: PostgreSQL sorts them in memory, or nearly
BLOCK = 30_000  # events held here at a time, and written at once: a transaction costs a good tenth of a second
BEFORE_EVERYTHING = "-infinity"
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class Forgotten(Exception):
    """The shop keeps rows since later than what was asked for."""


class Stream:
    """The events of one shop, of some types, from a position on. What it has read it never reads again.

    `reached` is the instant before which all is read: year 1 while nothing is.
    """

    def __init__(self, connection: Connection, shop: Shop, position: Position, types: Collection[str]) -> None:
        self.connection = connection
        self.shop = shop
        self.position = position
        self.reached = position.since or BEFORE_ALL
        self._types = [name for name in CATALOGUE if name in types]
        self._sql = slice_query(types)
        self._length = LONGEST
        self._source = shop.source

    def read(self, until: datetime | None = None) -> Generator[list[Event]]:
        """Blocks of events up to the newest commit, or to `until` where that is earlier, exclusive.

        `position` is behind each block when the next is asked for. Raises NoShop when the shop is gone, Forgotten when
        what comes next is no longer kept.
        """
        while True:
            with self.connection:  # one snapshot
                now = self._checked(moment(self.connection))
                step = self._step(now, min(until, now.sim_now) if until else now.sim_now)
                if step is None:
                    return
                count = 0
                for block in self._blocks(step):
                    yield block
                    count += len(block)
                    self._move(Position.behind(place(block[-1].line)[2]))
            self._move(Position(step))
            self._fit(count)

    def _move(self, position: Position) -> None:
        self.position = position
        self.reached = position.since or self.reached

    def _checked(self, now: Moment) -> Moment:
        if now.shop != self.shop:
            raise NoShop(f"another shop was opened in this database: {now.shop.source}, not {self.shop.source}")
        # Who registered before the opening stays, whatever else is forgotten.
        since = max(self.position.since or now.shop.epoch, now.shop.epoch)
        if since < now.kept_since:
            raise Forgotten(
                f"the stream stands at {since:%Y-%m-%dT%H:%M:%S.%fZ}, and the shop keeps rows "
                f"since {now.kept_since:%Y-%m-%dT%H:%M:%S.%fZ} only"
            )
        return now

    def _step(self, now: Moment, end: datetime) -> datetime | None:
        """Where the next slice ends; None when there is none. What was before the opening is a slice of its own."""
        since = self.position.since
        if since is not None and since >= end:
            return None
        if since is None or since < now.shop.epoch:
            return min(now.shop.epoch, end)
        return min(since + self._length, end)

    def _fit(self, count: int) -> None:
        """Slices of a size that suits the shop's."""
        if count > MANY:
            self._length /= 2
        elif count < FEW:
            self._length = min(LONGEST, self._length * 2)

    def _blocks(self, until: datetime) -> Iterator[list[Event]]:
        after = self.position.after
        values = {"since": self.position.since or BEFORE_EVERYTHING, "until": until, "types": self._types}
        with self.connection.cursor(name="events") as cursor:
            cursor.execute(self._sql, values)
            while rows := cursor.fetchmany(BLOCK):
                block = [structured(self._source, *row) for row in rows]
                if after is not None:
                    block = [event for event in block if place(event.line)[2] > after]
                if block:
                    after = None  # events come in order: what follows is behind it too
                    yield block
