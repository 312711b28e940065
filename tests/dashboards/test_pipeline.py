"""The pipeline's questions, asked of the tables that its parts make: what is shown of them is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from typing import Any

import psycopg2
import psycopg2.extras
import pytest

from dashboards.files import load
from pipeline.consumer import landing
from pipeline.ops import ledger
from redash.publisher.parts import PIPELINE

FILES = load(PIPELINE.folder)
SHOWN = {
    (widget.query, name)
    for file in FILES.dashboards.values()
    for widget in file.dashboard.widgets
    if widget.query and widget.visualization
    for name in (
        widget.visualization.options.get("columnMapping")
        or [value for option, value in widget.visualization.options.items() if option.endswith("ColName")]
    )
}
HAPPENED = """
INSERT INTO ops.runs
    (pipeline, run, started_at, ended_at, outcome, done, as_of, caught_up_s, lag_s, lag_bytes, lag_records)
VALUES ('replicate', 'old', now() - interval '2 hours', now(), 'succeeded', '{}', now(), 6, 0.2, 0, 0),
       ('replicate', 'new', now() - interval '6 minutes', now(), 'failed', '{mended}', now(), 7, 1.25, 1500000, 3),
       ('replicate', 'going on', now(), NULL, 'running', '{}', NULL, NULL, NULL, NULL, NULL),
       ('another', 'later', now(), now(), 'succeeded', '{}', NULL, NULL, NULL, NULL, NULL);
INSERT INTO ops.checks (pipeline, run, subject, name, passed, rows_expected, rows_found, rows_differing, detail)
VALUES ('replicate', 'new', 'orders', 'equal', false, 100, 99, 1, 'one is missing'),
       ('replicate', 'new', 'cities', 'equal', true, 5, 5, NULL, '');
INSERT INTO ops.marts (pipeline, run, mart, as_of, rows_served, seconds, engine, served_at)
VALUES ('replicate', 'old', 'cohorts', now() - interval '1 day', 5, 4.04, 'spark', now() - interval '2 hours'),
       ('replicate', 'new', 'cohorts', now(), 7, 6.06, 'spark', now());
INSERT INTO ops.alerts (pipeline, run, subject, message) VALUES ('replicate', 'new', 'orders', 'one is missing');
INSERT INTO landing.consumer_offsets VALUES ('shop.orders', 0, 'id', 7), ('shop.orders', 1, 'id', 5);
INSERT INTO landing.dead_letters (topic, partition, "offset", reason, detail)
VALUES ('shop.orders', 0, 3, 'empty', 'no');
"""


@pytest.fixture
def tables(database_url: str) -> Iterator[Any]:
    with closing(psycopg2.connect(database_url, cursor_factory=psycopg2.extras.RealDictCursor)) as connection:
        with connection.cursor() as cursor:
            cursor.execute(ledger.SCHEMA)
            cursor.execute(landing.SCHEMA)
        yield connection


def asked(tables: Any, key: str) -> list[dict[str, Any]]:
    with tables.cursor() as cursor:
        cursor.execute(FILES.queries[key].sql)
        return list(cursor.fetchall())


@pytest.mark.parametrize("happened", ["", HAPPENED], ids=["nothing yet", "something"])
def test_every_question_is_answered_with_the_columns_that_are_shown(tables: Any, happened: str):
    with tables.cursor() as cursor:
        cursor.execute(happened or "SELECT 1")
        for key, query in FILES.queries.items():
            cursor.execute(query.sql)
            columns = {column.name for column in cursor.description}
            assert {name for shown, name in SHOWN if shown == key} <= columns, key


def test_they_tell_of_the_latest_look_that_has_ended(tables: Any):
    with tables.cursor() as cursor:
        cursor.execute(HAPPENED)
    [now] = asked(tables, "replica_now")
    told = ("outcome", "lag_s", "lag_records", "tables", "tables_differing", "rows_compared", "alerts_today")
    assert [str(now[name]) for name in told] == ["failed", "1.3", "3", "2", "1", "105", "1"]
    assert [(row["table"], row["verdict"]) for row in asked(tables, "replica_tables")] == [
        ("orders", "differs"), ("cities", "equal"),
    ]  # fmt: skip
    assert [row["lag_s"] for row in asked(tables, "replica_lag")] == [1.25, 0.2]
    assert {(row["kind"], row["message"]) for row in asked(tables, "pipeline_troubles")} == {
        ("alert", "one is missing"), ("put right", "mended"),
    }  # fmt: skip
    assert asked(tables, "events_landed") == [{"records": 12, "dead_letters": 1}]
    assert [(row["mart"], row["rows_served"], str(row["seconds"])) for row in asked(tables, "marts_made")] == [
        ("cohorts", 7, "6.1"),
    ]  # fmt: skip
    assert sum(row["runs"] for row in asked(tables, "pipeline_runs")) == 4


def test_hours_without_a_run_are_hours_too(tables: Any):
    """Of a single hour an axis of time shows fractions of a second."""
    with tables.cursor() as cursor:
        cursor.execute(HAPPENED)
    told = asked(tables, "pipeline_runs")
    hours = sorted({row["hour"] for row in told})
    assert len(hours) >= 24
    assert {later - earlier for earlier, later in pairwise(hours)} == {timedelta(hours=1)}
    assert len(told) == 3 * len(hours)
