"""The sink of a task: rows wait in memory until all of their file are final, and then become it.

That is a day of a city for rows that have a time, and what still changes are a few rows of the last days; so memory
grows with the people only. What has no time, and may change for ever, is written at the end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from sim.clock.units import DAY_US
from sim.journal.port import SinkError
from sim.lake.columns import AT, Columns, Rows, unix_us
from sim.lake.files import put_table
from sim.lake.places import OF_TRUTH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sim.journal.batch import Batch, Key, Record, Row, Value
    from sim.lake.files import Store, Written
    from sim.lake.places import Place


ARow = TypeVar("ARow")
T = TypeVar("T")


class TaskSink:
    """Writes the rows of one city, or (None) those that belong to no city; all are there after `finish`."""

    def __init__(self, places: Mapping[str, Place], epoch: datetime, city_id: int | None, store: Store) -> None:
        made = [place for place in places.values() if place.of_cities is (city_id is not None)]
        self._tables = {
            place.name: _WholeTable(place, epoch, city_id) if place.time is None else _TableByDay(place, epoch, city_id)
            for place in made
        }
        self._store = store
        self._children = _children(made)
        self.written: dict[str, list[Written]] = {place.name: [] for place in made}

    def write(self, batch: Batch) -> None:
        """Take a batch, and write the files that are complete with it. Raises SinkError and OSError."""
        for name, records in _seen(batch.appended):
            self._table(name).append(records, batch)
        for name, rows in _seen(batch.inserted):
            self._table(name).insert(rows)
        for name, rows in _seen(batch.changed):
            self._table(name).change(rows)
        for name, table in self._tables.items():
            touched = batch.inserted.get(name, {}).keys() | batch.changed.get(name, {}).keys()
            closed = table.settle(touched, batch.sim_now_us)
            for child in self._children[name]:
                child_table = self._table(child)
                if isinstance(child_table, _TableByDay):
                    child_table.settle_with(closed)
        self._put(batch.sim_now_us)

    def finish(self) -> None:
        """Write everything that is left, however open. Raises SinkError and OSError."""
        self._put(None)

    def flush(self) -> None:
        """Files are there when they are written."""

    def close(self) -> None:
        """Nothing is open."""

    def _table(self, name: str) -> _WholeTable | _TableByDay:
        try:
            return self._tables[name]
        except KeyError:
            raise SinkError(f"{name} has no place in this part of a lake") from None

    def _put(self, now_us: int | None) -> None:
        for name, table in self._tables.items():
            for path, rows, order in table.complete(now_us):
                self.written[name].append(put_table(self._store, path, rows.sorted_by(order), table.place.sorted_by))


def _seen(tables: Mapping[str, T]) -> Iterable[tuple[str, T]]:
    return ((name, rows) for name, rows in tables.items() if name not in OF_TRUTH)


class _WholeTable:
    """A table in one file."""

    def __init__(self, place: Place, epoch: datetime, city_id: int | None) -> None:
        self.place = place
        self._path = place.file(city_id)
        self._names = place.shape.names
        self._place_of = {name: number for number, name in enumerate(place.shape.names)}
        self._final = Rows(Columns(place.shape, epoch))
        self._rows: dict[Key, list[Value]] = {}  # as lists, which take a third of the memory of dictionaries
        self._is_empty = True

    def append(self, records: Sequence[Record], _: Batch) -> None:
        self._final.add(records)
        self._is_empty = False

    def insert(self, rows: Mapping[Key, Row]) -> None:
        made = {key: [row.get(name) for name in self._names] for key, row in rows.items()}
        _insert(self.place.name, self._rows, made)
        self._is_empty = False

    def change(self, rows: Mapping[Key, Row]) -> None:
        for key, columns in rows.items():
            if (row := self._rows.get(key)) is None:
                raise SinkError(f"{self.place.name} {key} is to be changed but is not there")
            for name, value in columns.items():
                row[self._place_of[name]] = value

    def settle(self, touched: Collection[Key], now_us: int) -> list[Key]:  # noqa: ARG002  as tables by day do
        return []

    def complete(self, now_us: int | None) -> Iterable[tuple[str, Rows, list[str]]]:
        if now_us is None and not self._is_empty:
            self._final.add(list(map(tuple, self._rows.values())))
            yield self._path, self._final, list(self.place.shape.key)


class _TableByDay:
    """A table with a file a day, written when the day is over and all its rows are final."""

    def __init__(self, place: Place, epoch: datetime, city_id: int | None) -> None:
        self.place = place
        self._city_id = city_id
        self._names = place.shape.names
        self._columns = Columns(place.shape, epoch, timed=place.time_of is not None)
        self._order = [AT if place.time_of else str(place.time), *place.shape.key]
        self._time_at = place.shape.names.index(str(place.time)) if place.time_of is None else len(self._names)
        self._epoch_us = unix_us(epoch)
        self._final: dict[int, Rows] = defaultdict(lambda: Rows(self._columns))
        self._open: dict[Key, Row] = {}
        self._open_in: Counter[int] = Counter()  # by day
        self._open_with: defaultdict[Any, list[Key]] = defaultdict(list)  # by the row with which they become final
        self._written: set[int] = set()
        self._rule = place.final
        within = self._rule.within if self._rule else None
        self._within_us = None if within is None else within // timedelta(microseconds=1)

    def append(self, records: Sequence[Record], batch: Batch) -> None:
        if self.place.time_of is not None:
            records = self._timed(records, batch.inserted.get(self.place.time_of, {}))
        self._take(records)

    def insert(self, rows: Mapping[Key, Row]) -> None:
        _insert(self.place.name, self._open, rows)
        for key, row in rows.items():
            day = self._day(row)
            self._refuse_written(day)
            self._open_in[day] += 1
            if self._rule is not None and self._rule.with_table is not None:
                self._open_with[row[self._rule.by_column]].append(key)

    def change(self, rows: Mapping[Key, Row]) -> None:
        for key, columns in rows.items():
            if (row := self._open.get(key)) is None:
                raise SinkError(f"{self.place.name} {key} is to be changed but was final")
            row.update(columns)

    def settle(self, touched: Collection[Key], now_us: int) -> list[Key]:
        """Let go of rows that have become final, of those that were touched and of those whose time has passed."""
        if self._rule is None:
            closed = list(touched)
        else:
            names = self._rule.set_columns
            closed = [key for key in touched if any(self._open[key].get(name) is not None for name in names)]
        self._let_go(closed)
        if self._within_us is not None:
            time, until_us = str(self.place.time), now_us - self._within_us
            self._let_go([key for key, _ in takewhile(lambda one: _us(one[1][time]) < until_us, self._open.items())])
        return closed

    def settle_with(self, others: Iterable[Key]) -> None:
        """Let go of the rows that are final with others."""
        for (other,) in others:
            self._let_go(self._open_with.pop(other, ()))

    def complete(self, now_us: int | None) -> Iterable[tuple[str, Rows, list[str]]]:
        """The files that are: of days that are over at this instant and have no open rows; with None all the rest."""
        if now_us is None:
            self._let_go(list(self._open))
        today = None if now_us is None else self._day_of(now_us + 1)  # of what can still happen
        for day in sorted(self._final):
            if today is None or (day < today and not self._open_in[day]):
                self._written.add(day)
                path = self.place.file(self._city_id, np.datetime64(day, "D"))
                yield path, self._final.pop(day), self._order

    def _take(self, records: Sequence[Record]) -> None:
        """Take final rows, which are nearly always of one day."""
        at = self._time_at
        times = [record[at] for record in records]
        first, last = self._day_of(min(times)), self._day_of(max(times))  # type: ignore[type-var]
        if first == last:
            by_day: dict[int, Sequence[Record]] = {first: records}
        else:
            found = defaultdict(list)
            for record in records:
                found[self._day_of(record[at])].append(record)
            by_day = dict(found)
        for day, of_day in by_day.items():
            self._refuse_written(day)
            self._final[day].add(of_day)

    def _let_go(self, keys: Iterable[Key]) -> None:
        rows = [self._open.pop(key) for key in keys]
        for row in rows:
            self._open_in[self._day(row)] -= 1
        if rows:
            self._take(_records(self._names, rows))

    def _timed(self, records: Sequence[Record], parents: Mapping[Key, Row]) -> list[Record]:
        """The records with the time of what they belong to, with which they are born."""
        try:
            return [(*record, parents[record[:1]][str(self.place.time)]) for record in records]  # type: ignore[index]
        except KeyError as error:
            raise SinkError(f"{self.place.name}: {error} of {self.place.time_of} was not born with it") from None

    def _day(self, row: Row) -> int:
        return self._day_of(row[str(self.place.time)])

    def _day_of(self, at_us: Any) -> int:
        return int((self._epoch_us + at_us) // DAY_US)

    def _refuse_written(self, day: int) -> None:
        if day in self._written:
            raise SinkError(f"{self.place.name}: a row of {np.datetime64(day, 'D')} comes after that day was written")


def _children(places: Iterable[Place]) -> dict[str, list[str]]:
    """By table those whose rows are final with its."""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for place in places:
        if place.final is not None and place.final.with_table is not None:
            children[place.final.with_table].append(place.name)
    return children


def _insert(name: str, there: dict[Key, ARow], rows: Mapping[Key, ARow]) -> None:
    before = len(there)
    there.update(rows)
    if len(there) != before + len(rows):
        raise SinkError(f"{name}: a row is there already")


def _records(names: Sequence[str], rows: Iterable[Row]) -> list[Record]:
    return [tuple(map(row.get, names)) for row in rows]


def _us(value: Any) -> int:
    return int(value)
