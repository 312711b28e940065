"""The tables of schema `ops`: what a run does and finds is written at once, so that a killed one has left it too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from pipeline.database import connect, make_schema

SCHEMA = (Path(__file__).parent / "ops.sql").read_text(encoding="utf-8")
MARK = f"How the pipeline's runs went; made by the script {hashlib.sha256(SCHEMA.encode()).hexdigest()[:12]}."
KEPT = "90 days"

_MADE_BY = "SELECT obj_description(to_regnamespace('ops')::oid, 'pg_namespace')"
_BEGIN = """
INSERT INTO ops.runs (pipeline, run) VALUES (%(pipeline)s, %(run)s)
ON CONFLICT (pipeline, run) DO UPDATE SET started_at = clock_timestamp(), ended_at = NULL, outcome = 'running'
"""
_FORGET = """
DELETE FROM ops.runs WHERE started_at < now() - %(kept)s::interval;
DELETE FROM ops.alerts WHERE raised_at < now() - %(kept)s::interval
"""
_CHECKED = """
INSERT INTO ops.checks (pipeline, run, subject, name, passed, rows_expected, rows_found, rows_differing,
                        digest_expected, digest_found, detail, seconds)
VALUES %s
ON CONFLICT (pipeline, run, subject, name) DO UPDATE SET
    passed = EXCLUDED.passed, rows_expected = EXCLUDED.rows_expected, rows_found = EXCLUDED.rows_found,
    rows_differing = EXCLUDED.rows_differing, digest_expected = EXCLUDED.digest_expected,
    digest_found = EXCLUDED.digest_found, detail = EXCLUDED.detail, seconds = EXCLUDED.seconds,
    checked_at = clock_timestamp()
"""
_CAUGHT_UP = """
UPDATE ops.runs SET as_of = %(as_of)s, caught_up_s = %(caught_up_s)s, lag_sim_s = %(lag_sim_s)s, lag_s = %(lag_s)s,
    lag_bytes = %(lag_bytes)s, lag_records = %(lag_records)s
WHERE pipeline = %(pipeline)s AND run = %(run)s
"""
_SERVED = """
INSERT INTO ops.marts (pipeline, run, mart, as_of, rows_served, seconds, engine)
VALUES (%(pipeline)s, %(run)s, %(mart)s, %(as_of)s, %(rows)s, %(seconds)s, %(engine)s)
ON CONFLICT (pipeline, run, mart) DO UPDATE SET as_of = EXCLUDED.as_of, rows_served = EXCLUDED.rows_served,
    seconds = EXCLUDED.seconds, engine = EXCLUDED.engine, served_at = clock_timestamp()
"""
_NEWEST = """
SELECT as_of FROM ops.runs WHERE pipeline = %s AND outcome = 'succeeded' AND as_of IS NOT NULL
ORDER BY ended_at DESC LIMIT 1
"""
_WRONG = """
SELECT subject, name, detail, checked_at FROM ops.checks WHERE pipeline = %(pipeline)s AND NOT passed AND run = (
    SELECT run FROM ops.runs r WHERE pipeline = %(pipeline)s
        AND EXISTS (SELECT FROM ops.checks c WHERE (c.pipeline, c.run) = (r.pipeline, r.run))
    ORDER BY started_at DESC LIMIT 1)
ORDER BY subject, name
"""
# Told once: until a run of the pipeline has succeeded, the same trouble with the same thing is no news.
_RAISED = """
INSERT INTO ops.alerts (pipeline, run, subject, message, untold)
SELECT %(pipeline)s, %(run)s, %(subject)s, %(message)s, CASE WHEN EXISTS (
    SELECT FROM ops.alerts a
    WHERE a.pipeline = %(pipeline)s AND a.subject = %(subject)s AND a.told_at IS NOT NULL AND a.told_at > coalesce(
        (SELECT max(ended_at) FROM ops.runs r WHERE r.pipeline = %(pipeline)s AND r.outcome = 'succeeded'), '-infinity')
) THEN 'told before' END
RETURNING alert_id, untold IS NULL
"""


class Run(NamedTuple):
    """One run of a pipeline."""

    pipeline: str
    run: str


class Lag(NamedTuple):
    """How far behind a replica was when a run looked, once it had caught up to `as_of`."""

    as_of: datetime | None
    caught_up_s: float
    lag_sim_s: float | None
    lag_s: float | None
    lag_bytes: int | None
    lag_records: int | None


class Served(NamedTuple):
    """A mart that a run has made."""

    mart: str
    as_of: datetime
    rows: int
    seconds: float
    engine: str


class Check(NamedTuple):
    """One thing that was looked at, and the verdict."""

    subject: str
    name: str
    passed: bool
    rows_expected: int | None = None
    rows_found: int | None = None
    rows_differing: int | None = None
    digest_expected: str | None = None
    digest_found: str | None = None
    detail: str = ""
    seconds: float | None = None


class Wrong(NamedTuple):
    """A check that did not pass."""

    subject: str
    name: str
    detail: str
    checked_at: datetime


class Ledger:
    """The tables, as whoever writes them sees them. Every method raises psycopg2.Error."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def at(cls, url: str) -> Iterator[Ledger]:
        """Connect, and make what is missing. Raises psycopg2.Error, NoDatabase."""
        with closing(connect(url, "bazaar ops")) as connection:
            ledger = cls(connection)
            with ledger._transaction() as cursor:
                cursor.execute(_MADE_BY)
                if cursor.fetchone() != (MARK,):
                    make_schema(cursor, "ops", SCHEMA)
                    cursor.execute("COMMENT ON SCHEMA ops IS %s", (MARK,))
            yield ledger

    def begin(self, run: Run) -> None:
        """A run has begun, or was begun again; what is too old goes."""
        with self._transaction() as cursor:
            cursor.execute(_BEGIN, run._asdict())
            cursor.execute(_FORGET, {"kept": KEPT})

    def did(self, run: Run, done: Sequence[str]) -> None:
        """What it had to put right."""
        self._update("done = %(done)s", run, done=list(done))

    def caught_up(self, run: Run, lag: Lag) -> None:
        """It has waited until the replica was there, and looked how far behind it is."""
        with self._transaction() as cursor:
            cursor.execute(_CAUGHT_UP, run._asdict() | lag._asdict())

    def checked(self, run: Run, checks: Sequence[Check]) -> None:
        """What it has looked at; a second look goes over the first."""
        with self._transaction() as cursor:
            execute_values(cursor, _CHECKED, [(*run, *check) for check in checks])

    def is_about(self, run: Run, as_of: datetime) -> None:
        """Up to which instant of the shop's clock it asks."""
        self._update("as_of = %(as_of)s", run, as_of=as_of)

    def served(self, run: Run, mart: Served) -> None:
        """A mart has taken its place."""
        with self._transaction() as cursor:
            cursor.execute(_SERVED, run._asdict() | mart._asdict())

    def newest_as_of(self, pipeline: str) -> datetime | None:
        """Up to where the last run of a pipeline that succeeded has come."""
        with self._transaction() as cursor:
            cursor.execute(_NEWEST, (pipeline,))
            row = cursor.fetchone()
        return row[0] if row else None

    def wrong(self, pipeline: str) -> list[Wrong]:
        """What the last run of a pipeline that looked at anything found wrong."""
        with self._transaction() as cursor:
            cursor.execute(_WRONG, {"pipeline": pipeline})
            return [Wrong(*row) for row in cursor.fetchall()]

    def end(self, run: Run, outcome: str) -> None:
        """It has ended: succeeded, failed or waiting."""
        self._update("outcome = %(outcome)s, ended_at = clock_timestamp()", run, outcome=outcome)

    def as_of(self, run: Run) -> datetime | None:
        """Up to which instant of the shop's clock everything is there, if the run came so far."""
        with self._transaction() as cursor:
            cursor.execute("SELECT as_of FROM ops.runs WHERE pipeline = %s AND run = %s", run)
            row = cursor.fetchone()
        return row[0] if row else None

    def raised(self, run: Run, subject: str, message: str) -> tuple[int, bool]:
        """Keep an alert: its number, and whether anybody outside shall be told."""
        with self._transaction() as cursor:
            cursor.execute(_RAISED, run._asdict() | {"subject": subject, "message": message})
            [(number, news)] = cursor.fetchall()
        return number, news

    def told(self, alert: int, untold: str | None) -> None:
        """Whether somebody outside was told; why not."""
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE ops.alerts SET told_at = CASE WHEN %(untold)s IS NULL THEN clock_timestamp() END,"
                " untold = %(untold)s WHERE alert_id = %(alert)s",
                {"alert": alert, "untold": untold},
            )

    def _update(self, what: str, run: Run, **values: object) -> None:
        with self._transaction() as cursor:
            cursor.execute(
                f"UPDATE ops.runs SET {what} WHERE pipeline = %(pipeline)s AND run = %(run)s", run._asdict() | values
            )

    @contextmanager
    def _transaction(self) -> Iterator[Cursor]:
        with self._connection, self._connection.cursor() as cursor:
            yield cursor
