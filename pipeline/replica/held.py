"""A note beside the replica that a comparison holds the shop: whoever comes after one that was killed lets it go on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pymysql.connections import Connection

from pipeline.instants import without_zone
from pipeline.replica.mysql import ask

TABLE = "replica_hold"
_MAKE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    only_row TINYINT(1) NOT NULL COMMENT 'True: there is one row, or none.',
    asked_at DATETIME(6) NOT NULL COMMENT 'Wall-clock time at which it was asked to pause, as in its controls.',
    PRIMARY KEY (only_row)
) COMMENT 'There is a row as long as a comparison holds the shop.'
"""


def note(connection: Connection[Any], asked_at: datetime) -> None:
    """Say that the shop is about to be held, by what was asked at that instant."""
    ask(connection, _MAKE)
    ask(connection, f"REPLACE INTO {TABLE} VALUES (1, %s)", (without_zone(asked_at),))


def noted(connection: Connection[Any]) -> datetime | None:
    """When it was asked, where the shop is held or was never let go."""
    if not ask(connection, "SHOW TABLES LIKE %s", (TABLE,)):
        return None
    return next(
        (asked_at.replace(tzinfo=UTC) for (asked_at,) in ask(connection, f"SELECT asked_at FROM {TABLE}")), None
    )


def forget(connection: Connection[Any]) -> None:
    """The shop goes on."""
    ask(connection, f"DELETE FROM {TABLE}")
