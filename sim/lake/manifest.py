"""What a lake says of itself: what it is of, and, written last, its manifest, which makes it whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.engines.remote import identity
from sim.lake.columns import schema_of
from sim.lake.files import Written
from sim.run.configuration import MARKET_DIGEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from sim.lake.files import Store
    from sim.lake.places import Place
    from sim.run.configuration import RunConfig

MANIFEST = "manifest.json"
SETTINGS = ".settings.json"
TASKS = ".tasks"
FORM = 1
"""The form of a lake: raised when readers have to know."""
_NAMES = {"scenario", "market"}  # as they were asked for; what is in them has a digest


class TaskRecord(NamedTuple):
    """What a task has written, by table: its file says that all of it is there."""

    city_id: int | None
    written: dict[str, list[Written]]

    @property
    def rows(self) -> int:
        """How many rows it has written."""
        return sum(file.rows for files in self.written.values() for file in files)

    def put(self, store: Store) -> None:
        """Let it be there. Raises OSError."""
        told = {table: [file._asdict() for file in files] for table, files in self.written.items() if files}
        store.put(record_path(self.city_id), json.dumps(told).encode())


def record_path(city_id: int | None) -> str:
    """Where the record of a task lies."""
    return f"{TASKS}/{'of_no_city' if city_id is None else f'city={city_id}'}.json"


def record_in(folder: Path, city_id: int | None) -> TaskRecord | None:
    """The record of a task that is there already."""
    if (told := read(folder / record_path(city_id))) is None:
        return None
    return TaskRecord(city_id, {table: [Written(**file) for file in files] for table, files in told.items()})


def read(path: Path) -> dict[str, Any] | None:
    """What a file of JSON says, if it is there. Raises OSError."""
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return told


def settings_of(config: RunConfig, until: datetime) -> dict[str, Any]:
    """All that the rows, and the bytes, of a lake depend on."""
    recorded = config.recorded
    version, sources, python = identity()
    return {
        "form": FORM,
        "version": version,
        "sources": sources,
        "python": python,
        "seed": config.seed,
        "scale": config.scale,
        "start": config.epoch.isoformat(),
        "end": until.isoformat(),
        "scenario": config.scenario_name,
        "scenario_digest": recorded["scenario_digest"],
        "market": config.market_name,
        MARKET_DIGEST: config.market.digest(),
        "currency": config.market.currency,
    }


def difference(had: Mapping[str, Any], asked: Mapping[str, Any]) -> str | None:
    """In what settings differ, in words."""
    for name, value in asked.items():
        if name not in _NAMES and had.get(name) != value:
            return f"{name} {had.get(name)}, and here it is {value}"
    return None


def manifest_of(
    settings: Mapping[str, Any], places: Mapping[str, Place], records: Iterable[TaskRecord]
) -> dict[str, Any]:
    """The manifest: the same, byte by byte, whoever made the lake."""
    files: dict[str, list[Written]] = {name: [] for name in places}
    for record in records:
        for table, written in record.written.items():
            files[table] += written
    tables = {name: _told(place, sorted(files[name])) for name, place in sorted(places.items())}
    return {**settings, "rows": sum(table["rows"] for table in tables.values()), "tables": tables}


def _told(place: Place, files: list[Written]) -> dict[str, Any]:
    return {
        "rows": sum(file.rows for file in files),
        "bytes": sum(file.bytes for file in files),
        "partitioned_by": place.partitioned_by,
        "sorted_by": place.sorted_by,
        "columns": [
            {"name": field.name, "arrow": str(field.type), "nullable": field.nullable}
            for field in schema_of(place.shape)
        ],
        "files": [file._asdict() for file in files],
    }
