"""Files of a lake: each appears whole under its name, and a repetition writes the same bytes."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import parquet

from common.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_GROUP_ROWS = 1 << 17  # a row group: what DuckDB and others take at a time


class Written(NamedTuple):
    """A file that is there."""

    path: str
    rows: int
    bytes: int
    sha256: str


class Store(Protocol):
    """Where files are put. It goes to other processes, and machines, by pickle."""

    def put(self, path: str, content: bytes) -> None:
        """Let a file be there, whole; nothing happens where it is there with this content. Raises OSError."""


class Folder(NamedTuple):
    """A folder that every process sees under the same name."""

    root: Path

    def put(self, path: str, content: bytes) -> None:
        """Let a file be there, whole; nothing happens where it is there with this content. Raises OSError."""
        file = self.root / path
        if not self.root.is_dir():
            raise FileNotFoundError(2, "No such folder", str(self.root))
        if file.is_file() and file.stat().st_size == len(content) and file.read_bytes() == content:
            return
        write_whole(file, content)


def put_table(store: Store, path: str, table: pa.Table, sorted_by: Sequence[str]) -> Written:
    """Put rows into a file of Parquet, in whose footer stands how they are sorted. Raises OSError."""
    buffer = pa.BufferOutputStream()
    rising = [
        field.name for field in table.schema if pa.types.is_int64(field.type) or pa.types.is_timestamp(field.type)
    ]
    known = [(name, "ascending") for name in sorted_by if name in table.schema.names]
    ordering = parquet.SortingColumn.from_ordering(table.schema, known) if len(known) == len(sorted_by) else None
    parquet.write_table(
        table,
        buffer,
        row_group_size=_GROUP_ROWS,
        compression="zstd",
        # Ids and instants hardly repeat, so a dictionary of them is built in vain; their differences are small.
        use_dictionary=[name for name in table.schema.names if name not in rising],
        column_encoding=dict.fromkeys(rising, "DELTA_BINARY_PACKED"),
        sorting_columns=ordering,
    )
    content = buffer.getvalue().to_pybytes()
    store.put(path, content)
    return Written(path, len(table), len(content), sha256(content).hexdigest())
