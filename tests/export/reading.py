"""What is in exported files and what is in the database, in the same form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from psycopg2.extensions import connection as Connection  # noqa: N812
from pyarrow import csv, parquet


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def read_back(folder: Path, name: str, schema: pa.Schema | None = None) -> pa.Table:
    """All rows of a relation from its files; of CSV with the types of a schema, as CSV has none."""
    files = [folder / file for file in manifest_of(folder)["tables"][name]["files"]]
    if schema is None:
        return pa.concat_tables([parquet.ParquetFile(file).read() for file in files])
    reading = {
        "parse_options": csv.ParseOptions(newlines_in_values=True),
        "convert_options": csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    }
    return pa.concat_tables([csv.read_csv(file, **reading) for file in files])


def rows_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """Its rows as tuples, in an order of their own."""
    return in_order([tuple(row.values()) for row in table.to_pylist()])


def rows_in(connection: Connection, name: str, where: str = "") -> list[tuple[Any, ...]]:
    """A relation's rows as the driver gives them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {name} {where}")
        return in_order(cursor.fetchall())


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: [(value is None, 0 if value is None else value) for value in row])
