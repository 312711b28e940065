"""What a replica says of itself, in a table beside the others: of which shop it is, and since when it is whole.

A rebuild that is under way is one until it is done, whoever was killed meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pymysql.connections import Connection

from pipeline.replica.mysql import ask

TABLE = "replica"
_MAKE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    only_row TINYINT(1) NOT NULL COMMENT 'True: there is one row.',
    phase VARCHAR(255) NOT NULL COMMENT 'rebuilding, or following: what is in the tables counts only then.',
    reason TEXT COMMENT 'Why it was last rebuilt.',
    shop VARCHAR(255) COMMENT 'The shop that it is of.',
    topic VARCHAR(255) COMMENT 'The ids of the topics by which its changes come and Connect knows its place.',
    as_of DATETIME(6) COMMENT 'Simulated instant before which every row is here: the sim_now before the newest one.',
    caught_up_at DATETIME(6) COMMENT 'Wall-clock time at which it was last seen to have all that the shop had.',
    rebuilt_at DATETIME(6) COMMENT 'Wall-clock time at which its last rebuild was begun.',
    PRIMARY KEY (only_row)
) COLLATE utf8mb4_0900_bin COMMENT 'What the replica is of, and up to when it is whole; one row.'
"""
# Updates of a batch are applied table by table: only when the next sim_now is there is all of the one before there too.
# After the first load some changes come once more, and the clock is set back by the first of them.
_TRIGGER = f"""
CREATE TRIGGER replica_as_of AFTER UPDATE ON runs FOR EACH ROW
UPDATE {TABLE} SET as_of = OLD.sim_now WHERE NEW.sim_now > OLD.sim_now
"""
_READ = f"SELECT phase, reason, shop, topic, as_of, caught_up_at, rebuilt_at FROM {TABLE} WHERE only_row"
_BEGIN = f"""
INSERT INTO {TABLE} (only_row, phase, reason, rebuilt_at) VALUES (1, %s, %s, UTC_TIMESTAMP(6))
ON DUPLICATE KEY UPDATE phase = %s, reason = %s, shop = NULL, topic = NULL, as_of = NULL, caught_up_at = NULL,
                        rebuilt_at = UTC_TIMESTAMP(6)
"""
_FOLLOW = f"UPDATE {TABLE} SET phase = %s, shop = %s, topic = %s WHERE only_row"
_CAUGHT_UP = f"""
UPDATE {TABLE} SET caught_up_at = UTC_TIMESTAMP(6), as_of = GREATEST(COALESCE(as_of, %s), %s)
WHERE only_row AND phase = %s AND shop = %s
"""


class Phase(StrEnum):
    """What a replica is doing."""

    REBUILDING = "rebuilding"
    FOLLOWING = "following"


class State(NamedTuple):
    """The row; times are MySQL's, without a zone, in UTC."""

    phase: str
    reason: str | None
    shop: str | None
    topic: str | None
    as_of: datetime | None
    caught_up_at: datetime | None
    rebuilt_at: datetime | None


def read(connection: Connection[Any]) -> State | None:
    """What the replica says of itself; None where it has never been one."""
    there = ask(connection, "SHOW TABLES LIKE %s", (TABLE,))
    for row in ask(connection, _READ) if there else []:
        return State(*row)
    return None


def has_trigger(connection: Connection[Any]) -> bool:
    """Whether `as_of` follows the shop's clock."""
    return bool(ask(connection, "SHOW TRIGGERS WHERE `Trigger` = 'replica_as_of'"))


def make_trigger(connection: Connection[Any]) -> None:
    """Let `as_of` follow the shop's clock."""
    ask(connection, "DROP TRIGGER IF EXISTS replica_as_of")
    ask(connection, _TRIGGER)


def begin_rebuilding(connection: Connection[Any], reason: str) -> None:
    """Say that what is here does not count until the rebuild is done."""
    ask(connection, _MAKE)
    ask(connection, _BEGIN, (Phase.REBUILDING, reason) * 2)


def follow(connection: Connection[Any], shop: str, topic: str) -> None:
    """Say that the rebuild is done: from here on changes alone are taken."""
    ask(connection, _FOLLOW, (Phase.FOLLOWING, shop, topic))


def caught_up(connection: Connection[Any], shop: str, as_of: datetime) -> None:
    """Say that everything before an instant is here."""
    instant = as_of.replace(tzinfo=None)
    ask(connection, _CAUGHT_UP, (instant, instant, Phase.FOLLOWING, shop))
