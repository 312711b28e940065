"""Where DuckDB gets a shop's tables from: what any source says of itself, and hands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from duckdb import DuckDBPyConnection

from pipeline.marts.cuts import Cut


class NoSource(Exception):
    """There is no shop to read, or not all of it: one line saying why."""


class BadFolder(NoSource):
    """A folder that is no export, or lacks what is needed: one line naming it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a source goes: everything before `newest` is there, back to `since` if a part of the past was cut off."""

    newest: datetime
    since: datetime | None
    opened: datetime


class Source(Protocol):
    """A shop's tables, all of one instant."""

    @property
    def moment(self) -> Moment:
        """How far they go. Raises NoSource."""

    def offer(self, engine: DuckDBPyConnection, cut: Cut, columns: Sequence[str], as_of: datetime) -> None:
        """Let a cut stand in DuckDB under its table's name, of its columns only those. Raises NoSource."""
