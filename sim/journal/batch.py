"""A batch of rows: everything that happened between two commits, as one consistent cut of the simulation.

Values are still in the simulation's units (microseconds since the epoch, cents, metres, grams); a sink converts them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

Value = int | float | str | bool | None
Record = tuple[Value, ...]
Key = tuple[int | str, ...]
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one commit; a sink writes all of them or none.

    `appended` holds tuples in column order of tables whose rows never change. `inserted` holds the rows born in this
    batch, later changes folded in; columns left out are NULL. `changed` holds new values, never None, for rows of
    earlier batches. `rows` counts all three.
    """

    sim_now_us: int
    appended: dict[str, list[Record]]
    inserted: dict[str, dict[Key, Row]]
    changed: dict[str, dict[Key, Row]]
    rows: int


class OpenBatch:
    """The batch being filled; recorders append, insert and change rows here."""

    __slots__ = ("appended", "changed", "inserted")

    def __init__(self) -> None:
        self.appended: defaultdict[str, list[Record]] = defaultdict(list)
        self.inserted: defaultdict[str, dict[Key, Row]] = defaultdict(dict)
        self.changed: defaultdict[str, dict[Key, Row]] = defaultdict(dict)

    def append(self, table: str, record: Record) -> None:
        """Add a row that will never change, its values in column order."""
        self.appended[table].append(record)

    def insert(self, table: str, key: Key, row: Row) -> None:
        """Add a row that later facts may change; `row` names its columns, the key's included."""
        if self.inserted[table].setdefault(key, row) is not row:
            raise ValueError(f"{table} {key} was inserted twice")

    def change(self, table: str, key: Key, columns: Row) -> None:
        """Set columns of a row, whether it was born in this batch or earlier; a column never goes back to None."""
        born = self.inserted[table].get(key)
        if born is not None:
            born.update(columns)
            return
        staged = self.changed[table].setdefault(key, columns)
        if staged is not columns:
            staged.update(columns)

    @property
    def rows(self) -> int:
        """Rows to be written: a row changed often counts once."""
        appended = sum(map(len, self.appended.values()))
        return appended + sum(map(len, self.inserted.values())) + sum(map(len, self.changed.values()))

    def close(self, sim_now_us: int) -> Batch:
        """The finished batch, as of the simulated instant `sim_now_us`; tables without rows are left out."""
        return Batch(
            sim_now_us=sim_now_us,
            appended={table: records for table, records in self.appended.items() if records},
            inserted={table: rows for table, rows in self.inserted.items() if rows},
            changed={table: rows for table, rows in self.changed.items() if rows},
            rows=self.rows,
        )


def merged(sim_now_us: int, batches: Iterable[Batch]) -> Batch:
    """Several batches as one, in their order: of one stretch of time, as several processes or portions made it."""
    whole = OpenBatch()
    for batch in batches:
        for table, records in batch.appended.items():
            whole.appended[table] += records
        for table, rows in batch.inserted.items():
            for key, row in rows.items():
                whole.insert(table, key, dict(row))
        for table, rows in batch.changed.items():
            for key, columns in rows.items():
                whole.change(table, key, dict(columns))
    return whole.close(sim_now_us)
