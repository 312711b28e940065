"""DuckDB's file of marts: tables with comments, when each is as of, and how a new one takes the place of the old."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
from duckdb import DuckDBPyConnection

from common.messages import one_line
from pipeline.instants import without_zone
from pipeline.marts.engines.translation import macros
from pipeline.marts.head import Mart
from pipeline.marts.literals import literal

BUILT = "built"
"""The table that says of each mart as of when it is."""
_STAGING = "__new"
_RECORD = f"""
CREATE TABLE IF NOT EXISTS {BUILT} (
    mart VARCHAR PRIMARY KEY, as_of TIMESTAMP NOT NULL, since TIMESTAMP, "rows" BIGINT NOT NULL, seconds DOUBLE NOT NULL
)
"""
_IS_THERE = "SELECT 1 FROM duckdb_tables() WHERE table_name = ?"


class BuildFailed(Exception):
    """A mart that could not be built: one line saying which and why."""


class Kept(NamedTuple):
    """What the file says of a mart: as of when, since when (None: all there was), its rows and the seconds it took."""

    as_of: datetime
    since: datetime | None
    rows: int
    seconds: float


@contextmanager
def opened(out: Path, memory: str) -> Iterator[DuckDBPyConnection]:
    """The file, made where it is missing. Raises BuildFailed.

    What does not find room in so much `memory` goes to a folder beside the file for the while.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _closed(out, error) from None
    with _connected(out, memory, read_only=False) as engine:
        engine.execute(_RECORD)
        yield engine


@contextmanager
def looked_into(out: Path, memory: str) -> Iterator[DuckDBPyConnection]:
    """The file to read, which others may read too. Raises BuildFailed, also where it is missing."""
    if not out.exists():
        raise BuildFailed(f"{str(out)!r} is not there; build it first")
    with _connected(out, memory, read_only=True) as engine:
        yield engine


@contextmanager
def _connected(out: Path, memory: str, *, read_only: bool) -> Iterator[DuckDBPyConnection]:
    try:
        engine = duckdb.connect(str(out), read_only=read_only)
    except (duckdb.Error, OSError) as error:
        raise _closed(out, error) from None
    with engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute("SET enable_progress_bar = false")  # it would be in every log; lines are told instead
        engine.execute(f"SET memory_limit = '{memory}'")
        for macro in macros():
            engine.execute(macro)
        yield engine


def _closed(out: Path, error: Exception) -> BuildFailed:
    return BuildFailed(f"{str(out)!r} can't be opened: {one_line(error)}")


def clear(engine: DuckDBPyConnection, marts: Sequence[str]) -> None:
    """Drop what killed builds of these marts have left; whatever else is in the file is somebody's."""
    for name in marts:
        engine.execute(f'DROP TABLE IF EXISTS "{name}{_STAGING}"')


def kept_of(engine: DuckDBPyConnection, mart: Mart) -> Kept | None:
    """What the file says of a mart; None where it is not there."""
    if not engine.execute(_IS_THERE, [BUILT]).fetchall():
        return None
    sql = f'SELECT as_of, since, "rows", seconds FROM {BUILT} WHERE mart = ?'
    for as_of, since, rows, seconds in engine.execute(sql, [mart.name]).fetchall():
        return Kept(as_of.replace(tzinfo=UTC), since and since.replace(tzinfo=UTC), rows, seconds)
    return None


def staged(engine: DuckDBPyConnection, mart: Mart) -> str:
    """The name of an empty table with the mart's columns."""
    columns = ", ".join(
        f"{each.name} {each.type.duckdb}{'' if each.nullable else ' NOT NULL'}" for each in mart.columns
    )
    engine.execute(f"CREATE OR REPLACE TABLE {mart.name}{_STAGING} ({columns})")
    return f"{mart.name}{_STAGING}"


def swap(engine: DuckDBPyConnection, mart: Mart, kept: Kept) -> None:
    """Let what is staged take the mart's place, in one transaction with what is said of it."""
    engine.begin()
    engine.execute(f"DROP TABLE IF EXISTS {mart.name}")
    engine.execute(f"ALTER TABLE {mart.name}{_STAGING} RENAME TO {mart.name}")
    engine.execute(f"COMMENT ON TABLE {mart.name} IS {literal(mart.grain)}")
    for each in mart.columns:
        engine.execute(f"COMMENT ON COLUMN {mart.name}.{each.name} IS {literal(each.comment)}")
    row = [mart.name, without_zone(kept.as_of), kept.since and without_zone(kept.since), kept.rows, kept.seconds]
    engine.execute(f"INSERT OR REPLACE INTO {BUILT} VALUES (?, ?, ?, ?, ?)", row)
    engine.commit()
