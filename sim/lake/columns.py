"""Rows as Arrow has them: the simulation's units become those of the tables, and nothing is rounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from sqlalchemy.dialects import postgresql

import models
from sim.export.types import arrow_type
from sim.journal.port import SinkError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.journal.batch import Record
    from sim.sinks.shapes import TableShape

AT = "at"
"""The column, not written, of the time of a row that belongs to another table's."""
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMESTAMP = pa.timestamp("us", "UTC")
_ROWS_AT_ONCE = 1 << 15


def unix_us(instant: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (instant - _UNIX_EPOCH) // timedelta(microseconds=1)


def schema_of(shape: TableShape) -> pa.Schema:
    """The columns of a table as a file has them: those that an export's has."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    columns = models.metadata.tables[shape.name].columns
    return pa.schema(
        pa.field(
            column.name,
            arrow_type(column.type.compile(dialect).lower().replace(", ", ",")),
            nullable=bool(column.nullable),
        )
        for column in columns
    )


class Columns:
    """Makes Arrow of a table's records, as of a run that begins at `epoch`; `timed`: each has its time at its end."""

    def __init__(self, shape: TableShape, epoch: datetime, *, timed: bool = False) -> None:
        self._name = shape.name
        self.schema = schema_of(shape)
        fields = [*self.schema, *[pa.field(AT, _TIMESTAMP)] * timed]
        self._whole_schema = pa.schema(fields)
        self._makers = [_maker(field.type, unix_us(epoch)) for field in fields]

    def batch(self, records: Sequence[Record]) -> pa.RecordBatch:
        """The records, in their order. Raises SinkError."""
        columns = zip(*records, strict=True) if records else [()] * len(self._makers)
        try:
            arrays = [make(values) for make, values in zip(self._makers, columns, strict=True)]
            return pa.RecordBatch.from_arrays(arrays, schema=self._whole_schema)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise SinkError(f"{self._name}: a row does not fit the table's columns: {error}") from error


class Rows:
    """Final rows of one file to be: Arrow, which takes a third of the memory, as soon as there are many."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._records: list[Record] = []
        self._batches: list[pa.RecordBatch] = []

    def add(self, records: Sequence[Record]) -> None:
        """Take more of them."""
        self._records += records
        if len(self._records) >= _ROWS_AT_ONCE:
            self._flush()

    def sorted_by(self, names: Sequence[str]) -> pa.Table:
        """All of them in the order of some columns, without what is not written."""
        self._flush()
        whole = pa.Table.from_batches(self._batches, self._columns.batch(()).schema).combine_chunks()
        order = pc.sort_indices(whole, sort_keys=[(name, "ascending") for name in names])
        return whole.take(order).select(self._columns.schema.names)

    def _flush(self) -> None:
        if self._records:
            self._batches.append(self._columns.batch(self._records))
            self._records = []


def _maker(kind: pa.DataType, epoch_us: int) -> Callable[[Sequence[Any]], pa.Array]:
    if pa.types.is_timestamp(kind):
        return lambda values: pc.add_checked(pa.array(values, pa.int64()), epoch_us).view(kind)
    if pa.types.is_decimal(kind):
        return lambda values: _decimals(values, kind)
    return lambda values: pa.array(values, kind)


def _decimals(values: Sequence[int | None], kind: pa.DataType) -> pa.Array:
    """Integers scaled by a power of ten, as the decimals that they stand for: the same bits, twice as many."""
    whole = pa.array(values, pa.int64())
    low = whole.fill_null(0).to_numpy(zero_copy_only=False)
    if len(low) and max(int(low.max()), -int(low.min())) >= 10**kind.precision:
        raise ValueError(f"a value has more than {kind.precision} digits")
    words = np.empty((len(low), 2), np.int64)
    words[:, 0] = low
    words[:, 1] = low >> 63
    return pa.Array.from_buffers(kind, len(low), [whole.buffers()[0], pa.py_buffer(words)])
