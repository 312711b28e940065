"""Databases of the first schema: made by the first migration, with the rows of a shop of today in them."""

from __future__ import annotations

from io import BytesIO
from typing import cast

from psycopg2.extensions import cursor as Cursor  # noqa: N812  its own name is that of our variables
from sqlalchemy import Connection

from db.upgrade import FIRST, migrate
from models import revision_of, tables_in_key_order

_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
# Steps that the first program knew no word for.
_WORDLESS = {"public.session_events": "WHERE event_type NOT IN ('sign_in', 'sign_up')"}


def make_first_schema(connection: Connection) -> None:
    """Make an empty database what the first program made of one, which knew nothing of Alembic; and commit."""
    migrate(connection, revision_of(FIRST))
    connection.exec_driver_sql("DROP TABLE sim.alembic_version")
    connection.commit()


def move_rows(source: Connection, target: Connection) -> None:
    """Copy the rows of today's shop into a first one: the columns that it has, of the tables and steps that it has."""
    for table in tables_in_key_order():
        name = f"{table.schema or 'public'}.{table.name}"
        columns = ", ".join(target.exec_driver_sql(_COLUMNS, (name,)).scalars())
        if columns:
            _copy(source, target, f"{name} ({columns})", f"(SELECT {columns} FROM {name} {_WORDLESS.get(name, '')})")


def _copy(source: Connection, target: Connection, into: str, rows: str) -> None:
    stream = BytesIO()
    _cursor(source).copy_expert(f"COPY {rows} TO STDOUT (FORMAT binary)", stream)
    stream.seek(0)
    _cursor(target).copy_expert(f"COPY {into} FROM STDIN (FORMAT binary)", stream)


def _cursor(connection: Connection) -> Cursor:
    driver = connection.connection.driver_connection
    assert driver is not None
    return cast("Cursor", driver.cursor())
