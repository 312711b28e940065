"""Where the rows of a table lie in a lake, and from when on a row is final: read from what the models declare.

A table whose rows have a time is divided by city and UTC day. The others are whole: of each city, or, where the rows
belong to no city or are as few as the cities, of the lake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import models
from models import truth
from models.base import APPENDED
from models.declarations import open_while, tables_of_module, tables_with_open_rows
from sim import facts
from sim.export.catalogue import TIMES
from sim.journal import incidents
from sim.journal.recorders import ROWS_AS_THEY_ARE
from sim.sinks.shapes import shop_shapes
from sim.snapshot import ANSWERED_WITHIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.sinks.shapes import TableShape

TOLD_ONCE: frozenset[type] = frozenset({facts.CityOpened, facts.WarehouseOpened, *facts.OF_NO_CITY})
"""Facts whose rows the reference task writes, and no city's."""

OF_TRUTH = frozenset(table.fullname for table in tables_of_module(truth))
"""Tables that no lake has: a lake is for who reads the shop, and what no real shop can see is not for them."""

# What the models do not say: rows that are final with another one to which they refer, or after some time.
_WITH = {"cart_items": ("carts", "cart_id"), "deliveries": ("orders", "order_id")}
_WITHIN = {"reviews": ANSWERED_WITHIN}

_IS_OPEN = re.compile(r"(\w+) IS NULL")


@dataclass(frozen=True, slots=True)
class Final:
    """When a row stops changing; a row that none of this is true of is final at once."""

    set_columns: tuple[str, ...] = ()  # as soon as one of these has a value
    with_table: str | None = None  # or together with the row of this table to which it refers
    by_column: str = ""  # by this column, which is the whole key there
    within: timedelta | None = None  # or so long after its time


@dataclass(frozen=True, slots=True)
class Place:
    """A table in a lake. `time` is the column by which it is divided by days; of the table `time_of` if not its own."""

    shape: TableShape
    of_cities: bool
    time: str | None = None
    time_of: str | None = None
    final: Final | None = None  # of rows that change; None where they never do, or may for ever

    @property
    def name(self) -> str:
        """The table's name, and its folder's."""
        return self.shape.name

    @property
    def partitioned_by(self) -> list[str]:
        """The columns that folders have instead of files."""
        return [*["city"] * self.of_cities, *["day"] * (self.time is not None)]

    @property
    def sorted_by(self) -> list[str]:
        """The order of the rows within a file."""
        time = [] if self.time is None else [f"{self.time_of}.{self.time}" if self.time_of else self.time]
        return [*time, *self.shape.key]

    def file(self, city_id: int | None, day: object = None) -> str:
        """The name of a file, `/` between its folders."""
        city = [] if city_id is None else [f"city={city_id}"]
        days = [] if day is None else [f"day={day}"]
        return "/".join([self.name, *city, *days, "data.parquet"])


@cache
def places() -> Mapping[str, Place]:
    """The place of every table that batches write and readers see. Raises TypeError where a table has none."""
    return {name: _place(shape) for name, shape in shop_shapes().items() if name not in OF_TRUTH}


def _place(shape: TableShape) -> Place:
    name = shape.name
    if name in _told_once():
        return Place(shape, of_cities=False)
    if name not in TIMES:
        raise TypeError(f"{name} has no place in a lake: sim.export.catalogue.TIMES says by which time it is divided")
    if (time := TIMES[name]) is None:
        return Place(shape, of_cities=True)
    parent, _, column = time.rpartition(".")
    return Place(shape, of_cities=True, time=column, time_of=parent or None, final=_final(name))


def _told_once() -> set[str]:
    return {incidents.TABLE, *(table for fact, table in ROWS_AS_THEY_ARE.items() if fact in TOLD_ONCE)}


def _final(name: str) -> Final | None:
    if APPENDED in models.metadata.tables[name].info:
        return None
    if name in tables_with_open_rows():
        return Final(set_columns=tuple(_IS_OPEN.findall(open_while(name))))
    if name in _WITH:
        table, column = _WITH[name]
        return Final(with_table=table, by_column=column)
    if name in _WITHIN:
        return Final(set_columns=("answered_at",), within=_WITHIN[name])
    raise TypeError(f"{name} has no place in a lake: its rows change, and nothing says from when on they do not")
