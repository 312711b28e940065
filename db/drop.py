"""Drops a shop's schema, and of others what was named."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from db.dependents import Dependent, drop
from db.names import TRANSIENT_TABLES, functions, tables_there, views

_WAIT_FOR_READERS = "10s"
# Others may have something in it, or have made it.
_DROP_SCHEMA = """
DO $$ BEGIN DROP SCHEMA IF EXISTS {};
EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN NULL; END $$
"""


def limit_waiting(connection: Connection) -> None:
    """Wait for readers for so long only, in this transaction."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_FOR_READERS}'")


def drop_schema(connection: Connection, others: Iterable[Dependent]) -> None:
    """Drop what of others was named, then all of ours, and commit. Raises DBAPIError where anything is in the way."""
    drop(connection, others)
    for statement in _statements(tables_there(connection)):
        connection.exec_driver_sql(statement)
    connection.commit()


def _statements(tables: list[str]) -> list[str]:
    """What drops everything that the applier makes, dependents first. No CASCADE: what others built stays."""
    return [
        f"DROP VIEW IF EXISTS {', '.join(views())}",
        f"DROP TABLE IF EXISTS {', '.join([*TRANSIENT_TABLES, *tables])}",
        f"DROP FUNCTION IF EXISTS {', '.join(functions())}",
        _DROP_SCHEMA.format("truth"),
        _DROP_SCHEMA.format("sim"),
    ]
