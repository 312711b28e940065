"""Rows out of PostgreSQL in batches: COPY writes CSV into a pipe, and Arrow reads it with the types they have."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import csv

_BLOCK_BYTES = 1 << 22
_PATIENCE_S, _WORDS_S = 10.0, 0.5


@contextmanager
def batches(connection: Any, query: str, types: Mapping[str, pa.DataType]) -> Iterator[Iterator[pa.RecordBatch]]:
    """What a query finds over a connection of psycopg2, a few megabytes at a time, each column of the type named.

    Raises what the connection raises, also in the middle; a reader that fails has COPY cancelled.
    """
    reading, writing = os.pipe()
    failed: list[Exception] = []

    def copy() -> None:
        try:
            with os.fdopen(writing, "wb") as stream, connection.cursor() as cursor:
                cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", stream)
        except Exception as error:  # noqa: BLE001  whatever it is, the reader's thread raises it
            failed.append(error)

    thread = threading.Thread(target=copy, name="copy", daemon=True)
    thread.start()
    stream: Any = os.fdopen(reading, "rb")
    try:
        yield iter(_reader(stream, types))
    except BaseException as error:
        # A stream that was cut has its reason on the other side, which may still be about to say it.
        thread.join(_PATIENCE_S if isinstance(error, pa.ArrowInvalid) else _WORDS_S)
        reason = failed[0] if failed and isinstance(error, Exception) else error
        connection.cancel()
        raise reason from error
    finally:
        stream.close()
        thread.join(_PATIENCE_S)
    if failed:
        raise failed[0]


def _reader(stream: Any, types: Mapping[str, pa.DataType]) -> csv.CSVStreamingReader:
    return csv.open_csv(
        stream,
        read_options=csv.ReadOptions(block_size=_BLOCK_BYTES),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=dict(types),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
            timestamp_parsers=[csv.ISO8601],
        ),
    )
