"""The files that follow from the catalogue: schemas, the AsyncAPI document, the catalogue of docs/events.md."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.events.asyncapi import asyncapi_yaml
from pipeline.events.contract import CATALOGUE
from pipeline.events.page import page
from pipeline.events.schema import payload_schema, promise

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = Path(__file__).parent / "schemas"


class SameVersion(ValueError):
    """A schema promises something else under the number that it has had: one line naming it."""


def generated() -> dict[Path, str]:
    """The files and what belongs in them."""
    schemas = {
        SCHEMAS / f"{name}.json": json.dumps(payload_schema(each), indent=2, ensure_ascii=False) + "\n"
        for name, each in CATALOGUE.items()
    }
    events = ROOT / "docs" / "events.md"
    return {
        **schemas,
        ROOT / "docs" / "asyncapi.yaml": asyncapi_yaml(),
        events: page(events.read_text(encoding="utf-8")),
    }


def stale() -> list[Path]:
    """Those that are missing or say something else, and those that no type has."""
    wanted = generated()
    left = [path for path in SCHEMAS.glob("*.json") if path not in wanted]
    return left + [path for path, text in wanted.items() if not path.exists() or path.read_bytes() != text.encode()]


def write() -> list[Path]:
    """Write what is stale; returns it. Raises SameVersion before anything is written."""
    refuse_same_versions(SCHEMAS)
    wanted, files = generated(), stale()
    for path in files:
        if path in wanted:
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return files


def refuse_same_versions(written: Path) -> None:
    """Compare each schema with the one that was written. Raises SameVersion: whoever has the old one must see it."""
    for name, each in CATALOGUE.items():
        path = written / f"{name}.json"
        if not path.exists():
            continue
        before, now = json.loads(path.read_text(encoding="utf-8")), payload_schema(each)
        if before["$id"] == now["$id"] and promise(before) != promise(now):
            raise SameVersion(f"{name}: its payload has changed and its version is still {each.version}; raise it")
