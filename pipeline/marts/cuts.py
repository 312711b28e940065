"""What of each replicated table may be seen as of an instant: what was known then, and nothing that came later.

A mart names the tables plainly; what stands behind the names are these cuts. A row is there when it came before
`as_of`; a time that came later is NULL, with what is only known since then; a column that changes and says nothing of
when is not there at all, so that whoever reads it fails instead of lying. So the same `as_of` gives the same rows
whenever it is asked.

Where retention has dropped a part of the past, of the rest that only is seen which came since its past is complete:
what else is still there depends on what happened later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Column, DateTime, Table

from models.base import APPENDED, PURGED
from models.declarations import event_times
from pipeline.replica import chosen
from pipeline.replica.scope import begins_at

Dialect = Literal["mysql", "postgresql", "duckdb"]

SOURCE = "shop"
"""The schema in which DuckDB has a source's tables as they are."""

# Tables whose rows never change need no word here, nor do times. A test lets a shop go on and finds what is missing.
CHANGING = {
    "customer_devices": {"signed_in_at", "visitor_id"},
    "customers": {"loyalty_tier", "loyalty_points", "lifetime_points"},
    "deliveries": {"trip_id", "courier_id", "stop_no", "status", "attempts"},
    "incidents": {"asked_at", "end_asked_at"},  # on the wall's clock
    "inventory": {"on_hand", "reserved", "reorder_point", "order_up_to"},
    "orders": {"status"},
    "runs": {
        "scenario", "scenario_digest", "scale", "version", "sim_now", "speed", "kept_speed", "lag_s", "status",
        "started_at", "heartbeat_at", "pid", "host", "rows_written", "batches", "schema_version",
    },
}  # fmt: skip
KNOWN_SINCE = {
    "carts": {"status": "closed_at", "abandon_reason": "closed_at"},
    "orders": {"cancel_reason": "cancelled_at"},
    "reviews": {"answer": "answered_at"},
    "sessions": {"outcome": "ended_at", "exit_reason": "ended_at", "customer_id": "identified_at"},
}
"""Columns that are filled at the time that another one says."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A table's cut: its columns, and the query for them."""

    table: Table
    columns: tuple[Column[Any], ...]

    def sql(self, dialect: Dialect, as_of: datetime, since: datetime | None = None) -> str:
        """The query, to be asked of the source's own tables; its times have no zone and are in UTC.

        `since` is `retention.kept_since`, where that has a row.
        """
        speaker = _Speaker(dialect, as_of, since)
        shown = ", ".join(f"{speaker.shown(self.table, each)} AS {speaker.name(each.name)}" for each in self.columns)
        return f"SELECT {shown} FROM {speaker.relation(self.table)}{speaker.where(self.table)}"


def cut(table: Table) -> Cut:
    """The cut of a table of the models."""
    gone = CHANGING.get(table.name, set())
    return Cut(table, tuple(each for each in chosen.columns(table) if each.name not in gone))


def cuts() -> dict[str, Cut]:
    """The cuts of all replicated tables, by name."""
    return {table.name: cut(table) for table in chosen.tables()}


class _Speaker:
    """Says one query in one dialect."""

    def __init__(self, dialect: Dialect, as_of: datetime, since: datetime | None) -> None:
        self._dialect = dialect
        self._as_of = self._literal(as_of)
        self._since = since and self._literal(since)

    def _literal(self, instant: datetime) -> str:
        utc = f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
        return f"TIMESTAMP '{utc}'" if self._dialect == "mysql" else f"TIMESTAMPTZ '{utc}+00:00'"

    def name(self, name: str) -> str:
        return f"`{name}`" if self._dialect == "mysql" else f'"{name}"'

    def relation(self, table: Table) -> str:
        if self._dialect == "mysql":
            return self.name(table.name)
        schema = SOURCE if self._dialect == "duckdb" else table.schema or "public"
        return f"{self.name(schema)}.{self.name(table.name)}"

    def shown(self, table: Table, column: Column[Any]) -> str:
        """A column as it was known."""
        value = self.name(column.name)
        if isinstance(column.type, DateTime) and self._dialect != "mysql":
            value = f"({value} AT TIME ZONE 'UTC')"
        condition = " AND ".join(self._known(table, column))
        return f"CASE WHEN {condition} THEN {value} END" if condition else value

    def where(self, table: Table) -> str:
        """Which rows had come: by their own time, or with what the first column of their key refers to."""
        if begins := begins_at(table):
            kept = f" AND {self.name(begins)} >= {self._since}" if self._since and PURGED in table.info else ""
            return f" WHERE {self._before(begins)}{kept}"
        first = next(iter(table.primary_key.columns))
        for reference in first.foreign_keys:
            if where := self.where(reference.column.table):
                return f" WHERE {self.name(first.name)} IN ({self._keys(reference.column, where)})"
        return ""

    def _known(self, table: Table, column: Column[Any]) -> Iterator[str]:
        """The conditions on which a value was there."""
        begins = begins_at(table)
        if begins is None or APPENDED in table.info:
            return
        if column.name in {each.name for each in event_times(table)} and column.name != begins:
            yield self._before(column.name)
        if since := KNOWN_SINCE.get(table.name, {}).get(column.name):
            yield self._before(since)

    def _before(self, name: str) -> str:
        return f"{self.name(name)} < {self._as_of}"

    def _keys(self, key: Column[Any], where: str) -> str:
        return f"SELECT {self.name(key.name)} FROM {self.relation(key.table)}{where}"
