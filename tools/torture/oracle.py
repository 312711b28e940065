"""The oracle: two databases hold the same shop when every business table has the same rows, every column of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from tools.torture.digests import table_digests
from tools.torture.looking import WATCHER

_KEY = """
SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
WHERE indrelid = ('public.' || quote_ident(%s))::regclass AND indisprimary
ORDER BY array_position(indkey::int2[], attnum)
"""
_ROWS_SHOWN = 4


@contextmanager
def connected(url: str) -> Iterator[psycopg2.extensions.connection]:
    """A connection that the simulator's own are told from, each statement a transaction."""
    connection = psycopg2.connect(url, application_name=WATCHER)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def digests(url: str) -> dict[str, str]:
    """`rows:md5` of every business table."""
    with connected(url) as connection:
        return table_digests(connection)


def differences(url: str, uninterrupted: dict[str, str], reference_url: str | None = None) -> list[str]:
    """Lines that tell each table that differs, with the first rows that do when the reference can be asked."""
    found = digests(url)
    told: list[str] = []
    for table in sorted(found.keys() | uninterrupted.keys()):
        if found.get(table) == uninterrupted.get(table):
            continue
        told.append(f"{table}: {found.get(table)}, uninterrupted {uninterrupted.get(table)}")
        if reference_url is not None and table in found and table in uninterrupted:
            told += _rows_that_differ(table, url, reference_url)
    return told


def _rows_that_differ(table: str, url: str, reference_url: str) -> Iterator[str]:
    ours, theirs = _rows(table, url), _rows(table, reference_url)
    keys = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    for key in keys[:_ROWS_SHOWN]:
        yield f"    {key}: {ours.get(key, 'missing')}"
        yield f"    {' ' * len(str(key))}  {theirs.get(key, 'missing')} (uninterrupted)"
    if len(keys) > _ROWS_SHOWN:
        yield f"    … {len(keys)} rows in all"


def _rows(table: str, url: str) -> dict[tuple[Any, ...], str]:
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET timezone = 'UTC'; SET datestyle = 'ISO'; SET extra_float_digits = 1")
        cursor.execute(_KEY, (table,))
        key = [name for (name,) in cursor.fetchall()]
        columns = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in key)
        name = sql.Identifier(table)
        cursor.execute(sql.SQL("SELECT t::text, {} FROM public.{} AS t").format(columns, name))
        return {tuple(values): text for text, *values in cursor.fetchall()}
