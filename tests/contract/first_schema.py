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


# What later schemas keep in truth.
_SOURCES = {
    "public.customers": "public.customers JOIN truth.customer_traits USING (customer_id)",
    "public.sessions": "public.sessions LEFT JOIN truth.exit_reasons USING (session_id)",
    "public.carts": "public.carts LEFT JOIN truth.exit_reasons USING (session_id)",
    "public.satisfaction_changes": "truth.satisfaction_changes",
}
_VALUES = {"exit_reason": "coalesce(exit_reason, reason)", "abandon_reason": "coalesce(abandon_reason, reason)"}


def make_first_schema(connection: Connection) -> None:
    """Make an empty database what the first program made of one, which knew nothing of Alembic; and commit."""
    migrate(connection, revision_of(FIRST))
    connection.exec_driver_sql("DROP TABLE sim.alembic_version")
    connection.commit()


def move_rows(source: Connection, target: Connection) -> None:
    """Copy the rows of today's shop into a first one: the columns that it has, of the tables and steps that it has."""
    for table in tables_in_key_order():
        name = f"{'sim' if table.schema == 'sim' else 'public'}.{table.name}"
        columns = target.exec_driver_sql(_COLUMNS, (name,)).scalars().all()
        if columns:
            values = ", ".join(_VALUES.get(column, column) for column in columns)
            rows = f"(SELECT {values} FROM {_SOURCES.get(name, name)} {_WORDLESS.get(name, '')})"
            _copy(source, target, f"{name} ({', '.join(columns)})", rows)


def _copy(source: Connection, target: Connection, into: str, rows: str) -> None:
    stream = BytesIO()
    _cursor(source).copy_expert(f"COPY {rows} TO STDOUT (FORMAT binary)", stream)
    stream.seek(0)
    _cursor(target).copy_expert(f"COPY {into} FROM STDIN (FORMAT binary)", stream)


def _cursor(connection: Connection) -> Cursor:
    driver = connection.connection.driver_connection
    assert driver is not None
    return cast("Cursor", driver.cursor())
