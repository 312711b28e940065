"""A shop's tables out of a folder of `python -m sim export`: DuckDB reads the files itself, and only what it needs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from pipeline.marts.cuts import SOURCE, Cut
from pipeline.marts.engines.source import BadFolder, Moment
from pipeline.marts.literals import literal

MANIFEST = "manifest.json"
_OF_THE_RUN = """
CREATE TABLE "{source}".runs AS
SELECT 1::BIGINT AS run_id, ?::BIGINT AS seed, ?::VARCHAR AS market, ?::TIMESTAMPTZ AS epoch,
       ?::TIMESTAMPTZ AS began_at, NULL::VARCHAR AS currency
"""
_OF_RETENTION = """
CREATE TABLE "{source}".retention AS SELECT true AS only_row, since AS kept_since FROM (SELECT ?::TIMESTAMPTZ AS since)
WHERE since IS NOT NULL
"""
_CSV_TYPES = {
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "double precision": "DOUBLE",
    "timestamp with time zone": "TIMESTAMPTZ",
    "timestamp without time zone": "TIMESTAMP",
    "text": "VARCHAR",
}


class FromFiles:
    """A source that stays as it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._said = _manifest(folder)
        self.moment = _moment(folder, self._said)

    def offer(self, engine: DuckDBPyConnection, cut: Cut, columns: Sequence[str], as_of: datetime) -> None:
        """Let a cut stand as a view on the files. Raises BadFolder."""
        self._attach(engine)
        name = cut.table.name
        if name not in {"runs", "retention"}:
            engine.execute(f'CREATE OR REPLACE VIEW "{SOURCE}"."{name}" AS {self._files(name)}')
        for other in self._referred(cut):
            engine.execute(f'CREATE OR REPLACE VIEW "{SOURCE}"."{other}" AS {self._files(other)}')
        named = ", ".join(f'"{each.name}"' for each in cut.columns if each.name in columns) or "*"
        sql = cut.sql("duckdb", as_of, self.moment.since)
        engine.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS SELECT {named} FROM ({sql})')

    def _attach(self, engine: DuckDBPyConnection) -> None:
        attached = {row[0] for row in engine.execute("SELECT database_name FROM duckdb_databases()").fetchall()}
        if SOURCE in attached:
            return
        said = self._said
        engine.execute(f"ATTACH ':memory:' AS \"{SOURCE}\" (READ_WRITE)")  # whatever the file is opened for
        run = [said["seed"], said["market"], said["epoch"], said["epoch"]]
        engine.execute(_OF_THE_RUN.format(source=SOURCE), run)
        engine.execute(_OF_RETENTION.format(source=SOURCE), [self.moment.since])

    def _referred(self, cut: Cut) -> set[str]:
        """The tables that a cut asks besides its own."""
        others = {key.column.table.name for column in cut.table.columns for key in column.foreign_keys}
        sql = cut.sql("duckdb", self.moment.newest)
        return {other for other in others if f'"{SOURCE}"."{other}"' in sql} - {cut.table.name}

    def _files(self, name: str) -> str:
        table = self._said["tables"].get(name)
        if table is None:
            raise BadFolder(f"{str(self._folder)!r} has no {name}, which is needed; export it too")
        files = [str(self._folder / file) for file in table["files"]]
        if missing := [file for file in files if not Path(file).is_file()]:
            raise BadFolder(f"{missing[0]!r} is not there, and the manifest beside it names it")
        named = ", ".join(map(literal, files))
        if self._said["format"] == "parquet":
            return f"SELECT * FROM read_parquet([{named}], hive_partitioning = false)"
        types = {each["name"]: _CSV_TYPES.get(each["type"], each["type"].upper()) for each in table["columns"]}
        return (
            f"SELECT * FROM read_csv([{named}], header = true, columns = {types!r}, auto_detect = false, "
            "nullstr = '', allow_quoted_nulls = false, hive_partitioning = false)"
        )


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        allowed = "allowed is a folder that `python -m sim export` wrote"
        raise BadFolder(f"from: {str(folder)!r} has no {MANIFEST} that can be read; {allowed}") from None
    except ValueError as error:
        raise BadFolder(f"{str(path)!r} is no manifest of an export: {error}") from None
    if not isinstance(said, dict) or not {"tables", "sim_now", "epoch", "kept_since", "format", "since"} <= said.keys():
        raise BadFolder(f"{str(path)!r} is no manifest of an export")
    if said["sim_now"] is None:
        raise BadFolder(f"no shop had been opened when {str(folder)!r} was written")
    return said


def _moment(folder: Path, said: dict[str, Any]) -> Moment:
    try:
        newest, opened, kept = (datetime.fromisoformat(said[name]) for name in ("sim_now", "epoch", "kept_since"))
        since = None if said["since"] is None else datetime.fromisoformat(said["since"])
    except (TypeError, ValueError) as error:
        raise BadFolder(f"{str(folder / MANIFEST)!r} is no manifest of an export: {error}") from None
    complete = max(each for each in (opened, kept, since) if each is not None)
    return Moment(newest, complete if complete > opened else None, opened)
