"""The query of a slice: the sources that are wanted, put together and in order."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

from pipeline.events.contract import CATALOGUE

SOURCES = Path(__file__).parent / "sources"

# A slice's rows, each an event: type, id, time and payload as the text that stands in the event, and the entity.
# Rank and name come from the catalogue; what it does not name is left out, and so is what is not wanted.
_SLICE = """
SELECT t.name, e.id, to_json(e.occurred_at)::text AS time, e.entity, e.data::text
FROM (SELECT type, type || '/' || key AS id, occurred_at, entity, data FROM ({sources}) s) e
JOIN unnest(%(types)s::text[]) WITH ORDINALITY AS t(name, rank) ON t.name = e.type
ORDER BY e.occurred_at, t.rank, e.id COLLATE "C"
"""


def slice_query(types: Collection[str]) -> str:
    """SQL that reads a slice; its parameters are `since`, `until` and `types`, in causal order."""
    wanted = dict.fromkeys(CATALOGUE[name].source for name in CATALOGUE if name in types)
    return _SLICE.format(sources="\nUNION ALL\n".join(source(name) for name in wanted))


@cache
def source(table: str) -> str:
    """The SQL of a source table."""
    return (SOURCES / f"{table}.sql").read_text(encoding="utf-8")
