"""Making a lake: all tasks by an engine, then the manifest, and only then the folder has its name.

What is there of it when something goes wrong stays beside the place where it will be; the same command goes on with it.
"""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from common.files import write_whole
from sim.export.folder import Occupied, held, refuse_occupied, unfinished_of
from sim.lake.columns import Columns, Rows
from sim.lake.files import Folder, put_table
from sim.lake.manifest import (
    MANIFEST,
    SETTINGS,
    TASKS,
    TaskRecord,
    difference,
    manifest_of,
    read,
    record_in,
    settings_of,
)
from sim.lake.places import places
from sim.lake.task import LakeTask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sim.engines.job import Engine
    from sim.run.configuration import RunConfig


class Progress(NamedTuple):
    """How far it has come: tasks that are done, and the rows that they have written."""

    done: int
    of: int
    rows: int


class Made(NamedTuple):
    """A lake that is there."""

    tables: int
    files: int
    rows: int
    bytes: int
    was_there: bool


class Lake:
    """A lake to be: a run that has an end, and the folder where it will be."""

    def __init__(self, config: RunConfig, folder: Path) -> None:
        if config.until_us is None:
            raise ValueError("a lake has an end")
        self._config = config
        self._folder = folder
        self._settings = settings_of(config, config.epoch + timedelta(microseconds=config.until_us))
        self._cities = sorted(config.market.cities, key=lambda city: (-city.demand_share, city.city_id))

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return 1 + len(self._cities)

    def found(self) -> Made | None:
        """The lake, if it is there already. Raises Occupied where something else is, or a part of something else."""
        manifest = read(self._folder / MANIFEST) if self._folder.is_dir() else None
        if manifest is None:
            refuse_occupied(self._folder)
            self._refuse_another(read(unfinished_of(self._folder) / SETTINGS), unfinished_of(self._folder))
            return None
        self._refuse_another(manifest, self._folder)
        return _made(manifest, was_there=True)

    def make(self, engine: Engine, observe: Callable[[Progress], None]) -> Made:
        """Make what is not there yet. Raises Occupied, EngineError, SinkError and OSError, and may be called again."""
        with held(self._folder) as unfinished:
            if (had := read(unfinished / SETTINGS)) is None:
                write_whole(unfinished / SETTINGS, _json(self._settings), durable=True)
            self._refuse_another(had, unfinished)
            manifest = read(unfinished / MANIFEST)
            if manifest is None:
                records = list(self._records(engine, unfinished, observe))
                manifest = self._finished(unfinished, records)
            _tidy(unfinished, manifest)
            refuse_occupied(self._folder)
            unfinished.rename(self._folder.resolve())
        return _made(manifest, was_there=False)

    def _records(self, engine: Engine, unfinished: Path, observe: Callable[[Progress], None]) -> Iterator[TaskRecord]:
        """The records of all tasks, those that are there first."""
        done = rows = 0
        wanted: list[LakeTask] = []
        there: list[TaskRecord] = []
        for city_id in [*(city.city_id for city in self._cities), None]:  # the longest first
            if (record := record_in(unfinished, city_id)) is None:
                wanted.append(LakeTask(self._config, city_id, Folder(unfinished)))
            else:
                there.append(record)
        for record in _chained(there, engine, wanted):
            done, rows = done + 1, rows + record.rows
            observe(Progress(done, self.tasks, rows))
            yield record

    def _finished(self, unfinished: Path, records: list[TaskRecord]) -> dict[str, Any]:
        """Write the manifest, after an empty file for each table in which nothing has happened."""
        empty = self._empty(Folder(unfinished), records)
        manifest = manifest_of(self._settings, places(), [*records, empty])
        write_whole(unfinished / MANIFEST, _json(manifest), durable=True)
        return manifest

    def _empty(self, store: Folder, records: list[TaskRecord]) -> TaskRecord:
        filled = {table for record in records for table, files in record.written.items() if files}
        first = min(city.city_id for city in self._cities)
        written = {}
        for name, place in places().items():
            if name not in filled:
                path = place.file(
                    first if place.of_cities else None, self._config.epoch.date() if place.time is not None else None
                )
                none = Rows(Columns(place.shape, self._config.epoch)).sorted_by(place.shape.key)
                written[name] = [put_table(store, path, none, place.sorted_by)]
        return TaskRecord(None, written)

    def _refuse_another(self, had: Mapping[str, Any] | None, where: Path) -> None:
        if had is not None and (why := difference(had, self._settings)) is not None:
            raise Occupied(
                f"out: {str(where)!r} holds a lake with {why}; name another folder, or remove it to begin anew"
            )


def _chained(there: list[TaskRecord], engine: Engine, wanted: list[LakeTask]) -> Iterator[TaskRecord]:
    yield from there
    if wanted:
        yield from engine.outcomes(wanted)


def _tidy(unfinished: Path, manifest: Mapping[str, Any]) -> None:
    """Remove what no reader needs, and what killed tasks have left."""
    listed = {file["path"] for table in manifest["tables"].values() for file in table["files"]}
    shutil.rmtree(unfinished / TASKS, ignore_errors=True)
    for path in list(unfinished.rglob("*")):
        if path.is_file() and path.name != MANIFEST and path.relative_to(unfinished).as_posix() not in listed:
            path.unlink()


def _made(manifest: Mapping[str, Any], *, was_there: bool) -> Made:
    files = [file for table in manifest["tables"].values() for file in table["files"]]
    total = sum(file["bytes"] for file in files)
    return Made(len(manifest["tables"]), len(files), manifest["rows"], total, was_there)


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
