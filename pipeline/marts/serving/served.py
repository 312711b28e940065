"""What the marts that readers see are as of: table `served`, beside them, for readers too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pymysql.connections import Connection

from pipeline.instants import without_zone
from pipeline.marts.head import Mart
from pipeline.replica.mysql import ask
from pipeline.replica.problems import NotPossible

TABLE = "served"
_MAKE = """
CREATE TABLE IF NOT EXISTS `{marts}`.served (
    mart VARCHAR(64) NOT NULL COMMENT 'The mart, and its table.',
    as_of DATETIME(6) NOT NULL COMMENT 'Simulated instant up to which it tells; nothing that came later is in it.',
    since DATETIME(6) COMMENT 'Simulated instant from which it tells, where the past before was cut off.',
    rows_served BIGINT NOT NULL COMMENT 'Its rows.',
    engine VARCHAR(255) NOT NULL COMMENT 'What computed it.',
    seconds DOUBLE NOT NULL COMMENT 'How long that took, checks and all, in wall seconds.',
    served_at DATETIME(6) NOT NULL COMMENT 'Wall-clock time in UTC at which it took the place of the one before.',
    definition VARCHAR(64) NOT NULL COMMENT 'A digest of its file: another one, and it is due again.',
    PRIMARY KEY (mart)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin COMMENT='One row is one mart as readers see it.'
"""
_NOTE = """
REPLACE INTO `{marts}`.served (mart, as_of, since, rows_served, engine, seconds, served_at, definition)
VALUES (%s, %s, %s, %s, %s, %s, UTC_TIMESTAMP(6), %s)
"""
_COLUMNS = "mart, as_of, since, rows_served, engine, seconds, served_at, definition"
_ALL = f"SELECT {_COLUMNS} FROM `{{marts}}`.served"


class Served(NamedTuple):
    """A mart as readers see it; times are in UTC."""

    mart: str
    as_of: datetime
    since: datetime | None
    rows: int
    engine: str
    seconds: float
    served_at: datetime | None = None
    definition: str = ""


def make(connection: Connection[Any], marts: str) -> None:
    """Make the table where it is missing."""
    ask(connection, _MAKE.format(marts=marts))


@contextmanager
def unsaid(connection: Connection[Any], marts: str, mart: Mart) -> Iterator[None]:
    """Nothing is said of a mart while another takes its place: whoever is killed meanwhile leaves one that is due."""
    before = ask(connection, f"{_ALL.format(marts=marts)} WHERE mart = %s", (mart.name,))
    ask(connection, f"DELETE FROM `{marts}`.served WHERE mart = %s", (mart.name,))
    try:
        yield
    except NotPossible:
        for row in before:
            ask(connection, f"REPLACE INTO `{marts}`.served ({_COLUMNS}) VALUES ({', '.join(['%s'] * len(row))})", row)
        raise


def note(connection: Connection[Any], marts: str, mart: Mart, now: Served) -> None:
    """A mart has taken its place; when and of which file is found here."""
    values = (now.mart, without_zone(now.as_of), now.since and without_zone(now.since), now.rows, now.engine)
    ask(connection, _NOTE.format(marts=marts), (*values, now.seconds, definition(mart)))


def read(connection: Connection[Any], marts: str) -> dict[str, Served]:
    """What there is, by name."""
    make(connection, marts)
    return {row[0]: Served(*map(_in_utc, row)) for row in ask(connection, f"{_ALL.format(marts=marts)} ORDER BY mart")}


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def definition(mart: Mart) -> str:
    """A digest of all that a mart's file says."""
    return hashlib.sha256(repr(mart).encode()).hexdigest()[:16]
