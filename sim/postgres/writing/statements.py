"""A batch as the statements of one transaction: everything the writer thread does is send these, in order.

Inserted rows go straight into their tables, those referred to before those that refer. Changed rows go into a temporary
staging table, columns of this batch only, from which one UPDATE a table applies them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sim.journal.batch import Batch, Key, Row, Value
from sim.journal.port import SinkError
from sim.postgres.writing.copy_encoding import column_packers, copy_stream
from sim.sinks.shapes import Shapes, TableShape


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about `table`; a COPY when there is a `stream`. `expected_rows` must be touched, if given.

    What it makes lasts as long as the session when it is to be done `once`. What `takes_long` may keep the server
    silent for minutes.
    """

    table: str
    sql: str
    stream: bytes | None = None
    expected_rows: int | None = None
    once: bool = False
    takes_long: bool = False


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """The statements of a batch, or of one process's share of it: rows born and rows changed, by table in key order."""

    inserts: list[Statement]
    changes: list[Statement]
    rows: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """A batch ready to be sent, and sent again: its statements, and what the run's row is to say with it."""

    sim_now_us: int
    sim_now: datetime
    rows: int
    statements: list[Statement]
    reported: Mapping[str, object]


class TableStatements:
    """Makes the statements of one table. Not thread-safe: only the simulating thread encodes."""

    def __init__(self, shape: TableShape, epoch: datetime, part: str = "") -> None:
        self._shape = shape
        self._stage_name = _quoted(f"changed_{shape.name}{part}")
        self._names = shape.names
        self._packers = dict(zip(shape.names, column_packers(shape.columns, epoch), strict=True))
        self._copy = self._copy_into(self._target, shape.names)

    @property
    def _target(self) -> str:
        schema, _, name = self._shape.name.rpartition(".")
        return f"{_quoted(schema or 'public')}.{_quoted(name)}"

    @property
    def _stage(self) -> str:
        return f"pg_temp.{self._stage_name}"

    def append(self, records: Sequence[tuple[Value, ...]]) -> Iterator[Statement]:
        """Insert tuples in column order."""
        yield Statement(self._shape.name, self._copy, self._stream(self._names, zip(*records, strict=True)))

    def insert(self, rows: Iterable[Row]) -> Iterator[Statement]:
        """Insert rows by column names; a column left out is NULL."""
        rows = list(rows)
        self._refuse_unknown(_columns_of(rows))
        yield Statement(self._shape.name, self._copy, self._stream(self._names, _by_column(rows, self._names)))

    def change(self, rows: dict[Key, Row], *, again: bool = False) -> Iterator[Statement]:
        """Set the columns given, row by row; None and a column left out keep what is there.

        `again` where the transaction has changed rows of this table before.
        """
        touched = _columns_of(rows.values())
        self._refuse_unknown(touched)
        columns = [name for name in self._names if name in touched and name not in self._shape.key]
        yield Statement(self._shape.name, self._create_stage(), once=True)
        if again:
            yield Statement(self._shape.name, f"DELETE FROM {self._stage}")
        values = [*zip(*rows, strict=True), *_by_column(rows.values(), columns)]
        names = (*self._shape.key, *columns)
        yield Statement(self._shape.name, self._copy_into(self._stage, names), self._stream(names, values))
        yield Statement(self._shape.name, self._update(columns), expected_rows=len(rows))

    def _stream(self, names: Sequence[str], columns: Iterable[Iterable[Value]]) -> bytes:
        try:
            return copy_stream([self._packers[name] for name in names], columns)
        except (struct.error, TypeError, ValueError, AttributeError, KeyError) as error:
            raise SinkError(f"{self._shape.name}: a row does not fit the table's columns: {error}") from error

    @staticmethod
    def _copy_into(target: str, names: Sequence[str]) -> str:
        return f"COPY {target} ({', '.join(map(_quoted, names))}) FROM STDIN (FORMAT binary)"

    def _create_stage(self) -> str:
        """A table like the target but without its constraints, emptied by the server at every commit."""
        return (
            f"CREATE TEMPORARY TABLE {self._stage_name} ON COMMIT DELETE ROWS "
            f"AS SELECT * FROM {self._target} WITH NO DATA"
        )

    def _update(self, columns: Sequence[str]) -> str:
        """Apply the staged values. COALESCE, because rows of one batch may have different columns changed."""
        sets = ", ".join(f"{name} = coalesce(staged.{name}, t.{name})" for name in map(_quoted, columns))
        keys = " AND ".join(f"t.{name} = staged.{name}" for name in map(_quoted, self._shape.key))
        return f"UPDATE {self._target} AS t SET {sets} FROM {self._stage} AS staged WHERE {keys}"

    def _refuse_unknown(self, names: set[str]) -> None:
        unknown = names.difference(self._names)
        if unknown:
            raise SinkError(f"{self._shape.name} has no column {', '.join(sorted(unknown))}")


class BatchStatements:
    """Makes the statements of whole batches, tables in the order of `shapes`.

    Where several processes each make a share of a batch, each has a `part` of its own: a name for its staging tables.
    """

    def __init__(self, shapes: Shapes, epoch: datetime, part: str = "") -> None:
        self._tables = {name: TableStatements(shape, epoch, part) for name, shape in shapes.items()}

    def of(self, batch: Batch, *, again: bool = False) -> EncodedBatch:
        """The statements of a batch; `again` for another one of the same transaction.

        Raises SinkError for rows that fit no table.
        """
        unknown = (batch.appended.keys() | batch.inserted.keys() | batch.changed.keys()) - self._tables.keys()
        if unknown:
            raise SinkError(f"there is no table {', '.join(sorted(unknown))}")
        return EncodedBatch([*self._inserts(batch)], [*self._changes(batch, again=again)], batch.rows)

    def in_order(self, batches: Sequence[EncodedBatch]) -> list[Statement]:
        """All inserts first, by table, so that a row may refer to any other of its own transaction."""
        place = {name: number for number, name in enumerate(self._tables)}
        inserts = chain.from_iterable(batch.inserts for batch in batches)
        by_table = sorted(inserts, key=lambda statement: place[statement.table])
        return [*by_table, *chain.from_iterable(batch.changes for batch in batches)]

    def _inserts(self, batch: Batch) -> Iterator[Statement]:
        for name, table in self._tables.items():
            if name in batch.appended:
                yield from table.append(batch.appended[name])
            if name in batch.inserted:
                yield from table.insert(batch.inserted[name].values())

    def _changes(self, batch: Batch, *, again: bool) -> Iterator[Statement]:
        for name, table in self._tables.items():
            if name in batch.changed:
                yield from table.change(batch.changed[name], again=again)


def _columns_of(rows: Iterable[Row]) -> set[str]:
    return set().union(*rows)


def _by_column(rows: Iterable[Row], names: Sequence[str]) -> list[list[Value]]:
    return [[row.get(name) for row in rows] for name in names]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
