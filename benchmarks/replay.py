"""The limit of writing: the same statements and the same bytes again, over one bare connection.

Nothing is simulated, encoded or counted here, and no run's row is moved: what remains is psycopg2 and the server.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from benchmarks.recording import Figures, Window, recorded
from db.apply import apply_schema
from sim.postgres.connection import open_connection

_UPDATE = "UPDATE "
# Foreign keys first: other keys are what they refer to. CASCADE: the simulator's own tables refer to the shop's, too.
_CONSTRAINTS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I CASCADE', conrelid::regclass, conname)
FROM pg_constraint
WHERE connamespace IN ('public'::regnamespace, 'truth'::regnamespace)
  AND (contype = 'f' OR contype = 'u' OR (contype = 'p' AND conrelid::regclass::text <> ALL (%s)))
ORDER BY contype <> 'f'
"""
_INDEXES = """
SELECT format('DROP INDEX %s', i.indexrelid::regclass)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace IN ('public'::regnamespace, 'truth'::regnamespace) AND NOT i.indisprimary
"""
_TRIGGERS = """
SELECT DISTINCT format('ALTER TABLE %s DISABLE TRIGGER USER', tgrelid::regclass)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace IN ('public'::regnamespace, 'truth'::regnamespace) AND NOT tgisinternal
"""


def replay(url: str, path: Path) -> Figures:
    """Send a recording to a database that is as it was before the recorded run; the same figures as of a run."""
    connection, window, made = open_connection(url, "bazaar replay"), Window(url), set[str]()
    transactions = list(recorded(path))
    window.open()
    for sent in transactions:
        with connection.cursor() as cursor:
            for statement in sent.statements:
                _do(cursor, statement.sql, statement.stream, made, once=statement.once)
        connection.commit()
        window.note(sent.rows)
    connection.close()
    return window.figures()


def make_bare_schema(url: str, path: Path) -> None:
    """Make the schema with no more keys than the recording's updates need: no index, no reference, no trigger."""
    sent = (statement for transaction in recorded(path) for statement in transaction.statements)
    changed = {statement.table for statement in sent if statement.sql.startswith(_UPDATE)}

    engine = create_engine("postgresql+psycopg2://", creator=lambda: psycopg2.connect(url), poolclass=NullPool)
    with engine.connect() as connection:
        apply_schema(connection)
        for drop in connection.exec_driver_sql(_CONSTRAINTS, (sorted(changed),)).scalars().all():
            connection.exec_driver_sql(drop)
        for found in (_INDEXES, _TRIGGERS):
            for drop in connection.exec_driver_sql(found.replace("%", "%%")).scalars().all():
                connection.exec_driver_sql(drop)
        connection.commit()


def _do(cursor: Any, sql: str, stream: bytes | None, made: set[str], *, once: bool) -> None:
    if stream is not None:
        cursor.copy_expert(sql, BytesIO(stream), size=len(stream))
    elif not (once and sql in made):
        cursor.execute(sql)
        made.update({sql} if once else ())
