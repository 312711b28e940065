"""Lakes made by the command, and what is in them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import parquet

INCIDENTS = str(Path(__file__).parent / "incidents.yaml")
TINY = ("--for", "30h", "--scale", "0.05")


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def table_of(folder: Path, name: str) -> pa.Table:
    """All rows of a table, from the files that the manifest names."""
    files = manifest_of(folder)["tables"][name]["files"]
    return pa.concat_tables([parquet.ParquetFile(folder / file["path"]).read() for file in files])


def in_order(table: pa.Table, key: list[str]) -> pa.Table:
    """Its rows by their key, as one chunk."""
    return table.sort_by([(name, "ascending") for name in key]).combine_chunks()


def digests_of(folder: Path) -> dict[str, str]:
    """Of every file by its path: of a folder that is not there, none."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}
