"""Files of one relation: one, or in a large table one a day, under `day=2026-01-05` as Hive names folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from pyarrow import csv, parquet

from sim.export.reading import DAY

Format = Literal["parquet", "csv"]
FORMATS: tuple[Format, ...] = ("parquet", "csv")
_ROWS_AT_ONCE = 1 << 16  # a row group of Parquet


class RelationFiles:
    """Takes a relation's batches and writes them; with `by_day` they come sorted, with a last column `day`."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema, form: Format, *, by_day: bool) -> None:
        self._folder = folder
        self._name = name
        self._schema = schema
        self._form = form
        self._by_day = by_day
        self._day: object = None
        self._file: _File | None = None
        self.paths: list[Path] = []
        if not by_day:
            self._file = self._open(folder / f"{name}.{form}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close(whole=kind is None)

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows."""
        if not self._by_day:
            self._write(batch)
            return
        for day, rows in _days(batch):
            if day != self._day:
                self._begin(day)
            self._write(rows)

    def _write(self, rows: pa.RecordBatch) -> None:
        if self._file is not None:
            self._file.write(pa.RecordBatch.from_arrays(rows.columns[: len(self._schema)], schema=self._schema))

    def _begin(self, day: object) -> None:
        if self._file is not None:
            self._file.close(whole=True)
        self._day = day
        folder = self._folder / self._name / f"{DAY}={day}"
        folder.mkdir(parents=True)
        self._file = self._open(folder / f"data.{self._form}")

    def _open(self, path: Path) -> _File:
        self.paths.append(path)
        return _File(path, self._schema, self._form)


class _File:
    """One file; rows are gathered into groups of a size that is quick to read."""

    def __init__(self, path: Path, schema: pa.Schema, form: Format) -> None:
        self._schema = schema
        self._waiting: list[pa.RecordBatch] = []
        made: Any = parquet.ParquetWriter if form == "parquet" else csv.CSVWriter
        self._writer = made(str(path), schema, **({"compression": "zstd"} if form == "parquet" else {}))

    def write(self, rows: pa.RecordBatch) -> None:
        self._waiting.append(rows)
        if sum(len(batch) for batch in self._waiting) >= _ROWS_AT_ONCE:
            self._flush()

    def close(self, *, whole: bool) -> None:
        if whole:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema))
        self._waiting.clear()


def _days(batch: pa.RecordBatch) -> Iterator[tuple[object, pa.RecordBatch]]:
    """The rows of each day, which lie together."""
    begins = 0
    for counted in pc.value_counts(batch.column(DAY)):
        count = counted["counts"].as_py()
        yield counted["values"].as_py(), batch.slice(begins, count)
        begins += count
