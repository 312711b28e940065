"""An export from its beginning to its end: one transaction that sees one instant, a file or more for each relation."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

from common.copying import batches
from common.files import write_whole
from sim.export.catalogue import Relation, Unreadable, relations
from sim.export.folder import whole
from sim.export.reading import DAY, cut, schema_of, selected, types_of
from sim.export.writing import Format, RelationFiles

LARGE = 100_000
"""Rows from which on a table is divided by days."""

MANIFEST = "manifest.json"
_IS_THERE = """
SELECT to_regclass('sim.runs') IS NOT NULL AND to_regclass('public.orders') IS NOT NULL,
       to_regclass('sim.current_run') IS NOT NULL
"""
_RUN = "SELECT seed, scenario, market, scale, version, epoch, sim_now(), kept_since() FROM sim.current_run"
_RUN_NAMES = ("seed", "scenario", "market", "scale", "version", "epoch", "sim_now", "kept_since")


class Interrupted(Exception):
    """It was asked to stop."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is exported, and how."""

    form: Format
    tables: Sequence[str] | None = None  # all
    since: datetime | None = None


class Progress(NamedTuple):
    """How far it has come: which relation of how many, and how many of its rows are written."""

    relation: str
    number: int
    of: int
    rows: int
    rows_of: int | None  # nobody knows how many a view has before they come


class Exported(NamedTuple):
    """What came of it."""

    relations: int
    files: int
    rows: int
    run: dict[str, Any]  # of the shop's newest chapter; empty where none has begun
    unbuilt: bool  # whether the history was still being loaded


def export(
    connection: Connection, wanted: Wanted, out: Path, observe: Callable[[Progress], None], stop: threading.Event
) -> Exported:
    """Write what is wanted into a new folder, all of one instant; `stop` ends it as if it had not begun.

    The connection is used up. Raises Interrupted, Occupied, Unreadable, psycopg2.Error and OSError.
    """
    try:
        with whole(out) as folder:
            connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True, autocommit=False)
            return _Export(connection, wanted, folder, observe, stop).carry_out()
    except psycopg2.Error:
        if stop.is_set():  # which may have cancelled a query
            raise Interrupted from None
        raise


class _Export:
    def __init__(
        self,
        connection: Connection,
        wanted: Wanted,
        folder: Path,
        observe: Callable[[Progress], None],
        stop: threading.Event,
    ) -> None:
        self._connection = connection
        self._wanted = wanted
        self._folder = folder
        self._observe = observe
        self._stop = stop

    def carry_out(self) -> Exported:
        run = self._run()
        found = relations(self._connection, self._wanted.tables)
        if self._wanted.since is not None and self._wanted.since > (run["sim_now"] or self._wanted.since):
            raise Unreadable(f"since: {self._wanted.since:%Y-%m-%d %H:%M:%S} is later than sim_now")
        told = {relation.name: self._written(relation, number, len(found)) for number, relation in enumerate(found, 1)}
        rows = sum(table["rows"] for table in told.values())
        files = sum(len(table["files"]) for table in told.values())
        unbuilt = bool(self._one("SELECT to_regclass('sim.unbuilt') IS NOT NULL")[0])
        about = {**run, "since": self._wanted.since, "history_is_loading": unbuilt, "format": self._wanted.form}
        manifest = json.dumps({**about, "tables": told}, indent=2, default=_told, ensure_ascii=False)
        write_whole(self._folder / MANIFEST, manifest + "\n")
        return Exported(len(told), files, rows, run if run["sim_now"] else {}, unbuilt)

    def _run(self) -> dict[str, Any]:
        is_there, is_current = self._one(_IS_THERE)
        if not is_there:
            raise Unreadable("there is no shop here yet; `python -m sim run` (make sim) opens one")
        if not is_current:
            raise Unreadable("the shop here is an older program's; `python -m sim upgrade` (make upgrade) renews it")
        run = self._one(_RUN)
        return dict(zip(_RUN_NAMES, run or (None,) * len(_RUN_NAMES), strict=True))

    def _one(self, query: str) -> tuple[Any, ...]:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() or ()

    def _written(self, relation: Relation, number: int, of: int) -> dict[str, Any]:
        """Write a relation, and tell of it as the manifest does."""
        if self._stop.is_set():
            raise Interrupted
        since, form = self._wanted.since, self._wanted.form
        expected = None
        if not relation.is_view:
            (expected,) = self._one(f"SELECT count(*) FROM {relation.source}{cut(relation, since)}")
        by_day = relation.time is not None and (expected or 0) > LARGE
        query, schema, rows = selected(relation, since, by_day=by_day), schema_of(relation), 0
        with (
            RelationFiles(self._folder, relation.name, schema, form, by_day=by_day) as files,
            batches(self._connection, query, types_of(relation, by_day=by_day)) as found,
        ):
            self._observe(Progress(relation.name, number, of, 0, expected))
            for batch in found:
                if self._stop.is_set():
                    raise Interrupted
                files.write(batch)
                rows += len(batch)
                self._observe(Progress(relation.name, number, of, rows, expected))
        return {
            "kind": "view" if relation.is_view else "table",
            "rows": rows,
            "time": relation.time,
            "cut": since is not None and relation.time is not None,
            "partitioned_by": DAY if by_day else None,
            "files": [path.relative_to(self._folder).as_posix() for path in files.paths],
            "columns": [
                {"name": column.name, "type": column.type, "arrow": str(field.type), "nullable": field.nullable}
                for column, field in zip(relation.columns, schema, strict=True)
            ],
        }


def _told(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a manifest")
