"""Redash's tables, when their making was interrupted: Redash commits each by itself, and its version last of all.

It would take them for tables of an older version then, and run migrations into them that fail, for ever.
"""

from __future__ import annotations

import psycopg2.extensions

_STANDING = """
SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public'),
       to_regclass('public.alembic_version') IS NOT NULL, to_regclass('public.users') IS NOT NULL
"""


def clear(connection: psycopg2.extensions.connection) -> bool:
    """Empty the database when its tables have no version and nobody has used them; whether that was so."""
    with connection, connection.cursor() as cursor:
        if not _unfinished(cursor):
            return False
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return True


def _unfinished(cursor: psycopg2.extensions.cursor) -> bool:
    cursor.execute(_STANDING)
    tables, version, users = cursor.fetchone() or (False, False, False)
    return (
        tables and not (version and _has_rows(cursor, "alembic_version")) and not (users and _has_rows(cursor, "users"))
    )


def _has_rows(cursor: psycopg2.extensions.cursor, table: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT FROM public.{table})")
    return cursor.fetchone() == (True,)
