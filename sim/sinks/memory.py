"""The sink of tests and experiments: the same rows as in the database, in dictionaries, in the simulation's units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.journal.batch import Batch, Key, Record, Row, Value
from sim.journal.port import SinkError
from sim.sinks.shapes import Shapes, TableShape, shop_shapes


class MemorySink:
    """Keeps every row. `tables` maps a table's name to its rows by primary key; treat it as read-only."""

    def __init__(self, shapes: Shapes | None = None) -> None:
        self._shapes = shop_shapes() if shapes is None else shapes
        self.tables: dict[str, dict[Key, Row]] = {name: {} for name in self._shapes}
        self.sim_now_us: int | None = None
        self.batches = 0
        self.rows_written = 0

    def table(self, name: str) -> list[Row]:
        """The rows of one table, ordered by primary key."""
        rows = self.tables[name]
        return [rows[key] for key in sorted(rows)]

    def write(self, batch: Batch) -> None:
        """Apply a batch at once."""
        for name, records in batch.appended.items():
            shape = self._shape(name)
            self._insert(shape, _named(shape, records))
        for name, rows in batch.inserted.items():
            shape = self._shape(name)
            self._insert(shape, _completed(shape, rows.values()))
        for name, rows in batch.changed.items():
            self._change(self._shape(name), rows)
        self.sim_now_us = batch.sim_now_us
        self.batches += 1
        self.rows_written += batch.rows

    def flush(self) -> None:
        """Nothing is ever behind."""

    def close(self) -> None:
        """The rows stay."""

    def _shape(self, name: str) -> TableShape:
        try:
            return self._shapes[name]
        except KeyError:
            raise SinkError(f"there is no table {name}") from None

    def _insert(self, shape: TableShape, rows: Iterable[Row]) -> None:
        table = self.tables[shape.name]
        for row in rows:
            key = tuple(_of_a_key(row[name]) for name in shape.key)
            if table.setdefault(key, row) is not row:
                raise SinkError(f"{shape.name} {key} is there already")

    def _change(self, shape: TableShape, rows: dict[Key, Row]) -> None:
        table = self.tables[shape.name]
        for key, columns in rows.items():
            if key not in table:
                raise SinkError(f"{shape.name} {key} is to be changed but is not there")
            _refuse_unknown(shape, columns)
            table[key].update((name, value) for name, value in columns.items() if value is not None)


def _of_a_key(value: Value) -> int | str:
    return value if isinstance(value, str) else int(value or 0)


def _named(shape: TableShape, records: Iterable[Record]) -> Iterator[Row]:
    for record in records:
        if len(record) != len(shape.names):
            raise SinkError(f"{shape.name}: {record} has not one value a column")
        yield dict(zip(shape.names, record, strict=True))


def _completed(shape: TableShape, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with None for every column they leave out."""
    empty: Row = dict.fromkeys(shape.names)
    for row in rows:
        _refuse_unknown(shape, row)
        yield empty | row


def _refuse_unknown(shape: TableShape, row: Row) -> None:
    if unknown := row.keys() - set(shape.names):
        raise SinkError(f"{shape.name} has no column {', '.join(sorted(unknown))}")
