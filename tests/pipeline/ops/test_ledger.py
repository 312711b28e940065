"""Schema `ops` on a real PostgreSQL: made once, written as a run goes, readable by whoever only reads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest

from pipeline.ops.ledger import KEPT, Check, Lag, Ledger, Run, Served

RUN = Run("replicate", "scheduled__2026-11-30T00:00:00+00:00")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    with Ledger.at(database_url) as ledger:
        yield ledger


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def change(url: str, sql: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)


def test_every_table_and_column_has_its_comment(ledger: Ledger, database_url: str):
    without = """
    SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'ops'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
      AND col_description(c.oid, a.attnum) IS NULL
    UNION ALL SELECT relname, NULL FROM pg_class
    WHERE relnamespace = 'ops'::regnamespace AND relkind = 'r' AND obj_description(oid) IS NULL
    """
    assert rows(database_url, without) == []
    assert len(rows(database_url, "SELECT FROM pg_tables WHERE schemaname = 'ops'")) == 4


def test_what_is_made_already_is_left_alone_and_an_older_one_is_brought_here(ledger: Ledger, database_url: str):
    written = "SELECT xmin, obj_description('ops.runs'::regclass) FROM pg_class WHERE oid = 'ops.runs'::regclass"
    before = rows(database_url, written)
    with Ledger.at(database_url):
        pass
    assert rows(database_url, written) == before
    change(database_url, "COMMENT ON SCHEMA ops IS 'another script''s'; DROP TABLE ops.alerts")
    with Ledger.at(database_url) as again:
        assert again.raised(RUN, "orders", "differs") == (1, True)


def test_several_may_make_it_at_once(database_url: str):
    wrong: list[BaseException] = []

    def make() -> None:
        try:
            with Ledger.at(database_url):
                pass
        except psycopg2.Error as error:
            wrong.append(error)

    making = [threading.Thread(target=make) for _ in range(4)]
    for thread in making:
        thread.start()
    for thread in making:
        thread.join(30)
    assert wrong == []


def test_a_run_is_written_as_it_goes(ledger: Ledger, database_url: str):
    ledger.begin(RUN)
    assert rows(database_url, "SELECT outcome, ended_at, done FROM ops.runs") == [("running", None, [])]
    ledger.did(RUN, ["restarted the sink", "made the slot"])
    ledger.caught_up(RUN, Lag(NOON, 7.5, 12.0, 0.2, 4096, 3))
    ledger.checked(
        RUN,
        [Check("orders", "equal", True, 10, 10, 0, "ab", "ab", seconds=0.5), Check("lines", "equal", False, 9, 8, 1)],
    )
    ledger.end(RUN, "succeeded")
    [run] = rows(
        database_url,
        "SELECT done, as_of, caught_up_s, lag_sim_s, lag_s, lag_bytes, lag_records, outcome, ended_at >= started_at"
        " FROM ops.runs",
    )
    assert run == (["restarted the sink", "made the slot"], NOON, 7.5, 12.0, 0.2, 4096, 3, "succeeded", True)
    checks = "SELECT subject, passed, rows_expected, rows_found, rows_differing, digest_found, seconds FROM ops.checks"
    assert rows(database_url, f"{checks} ORDER BY subject") == [
        ("lines", False, 9, 8, 1, None, None), ("orders", True, 10, 10, 0, "ab", 0.5),
    ]  # fmt: skip


def test_a_run_that_is_begun_again_is_one_run_and_its_second_look_counts(ledger: Ledger, database_url: str):
    ledger.begin(RUN)
    ledger.checked(RUN, [Check("orders", "equal", False, 10, 9, 1)])
    ledger.end(RUN, "failed")
    ledger.begin(RUN)
    ledger.checked(RUN, [Check("orders", "equal", True, 10, 10)])
    assert rows(database_url, "SELECT outcome, ended_at FROM ops.runs") == [("running", None)]
    assert rows(database_url, "SELECT passed, rows_found FROM ops.checks") == [(True, 10)]


def test_what_was_made_is_written_once_a_run(ledger: Ledger, database_url: str):
    ledger.begin(RUN)
    ledger.is_about(RUN, NOON)
    for seconds in (3.5, 2.5):  # the second time it was begun again
        ledger.served(RUN, Served("cohorts", NOON, 12, seconds, "spark"))
    made = "SELECT mart, as_of, rows_served, seconds, engine, served_at IS NOT NULL FROM ops.marts"
    assert rows(database_url, made) == [("cohorts", NOON, 12, 2.5, "spark", True)]
    assert rows(database_url, "SELECT as_of FROM ops.runs") == [(NOON,)]


def test_the_newest_instant_is_that_of_the_last_run_that_succeeded(ledger: Ledger):
    assert ledger.newest_as_of("replicate") is None
    for hours, outcome in ((2, "succeeded"), (1, "succeeded"), (3, "failed")):  # a shop begun anew goes back
        run = Run("replicate", f"{hours} h")
        ledger.begin(run)
        ledger.is_about(run, NOON + timedelta(hours=hours))
        ledger.end(run, outcome)
    assert ledger.newest_as_of("replicate") == NOON + timedelta(hours=1)
    assert ledger.newest_as_of("marts") is None


def test_what_is_wrong_is_what_the_last_run_that_looked_has_found(ledger: Ledger):
    for name, passed in (("first", False), ("second", False), ("third", True), ("looks at nothing", None)):
        run = Run("marts", name)
        ledger.begin(run)
        if passed is not None:
            ledger.checked(run, [Check("cohorts", "key", passed, detail=name), Check("cohorts", "rows", True)])
        found = [each[:3] for each in ledger.wrong("marts")]
        assert found == ([("cohorts", "key", name)] if passed is False else [])


def test_what_is_old_goes_with_its_checks(ledger: Ledger, database_url: str):
    ledger.begin(RUN)
    ledger.checked(RUN, [Check("orders", "equal", True)])
    ledger.raised(RUN, "orders", "differs")
    change(
        database_url,
        f"UPDATE ops.runs SET started_at = now() - interval '{KEPT}' - interval '1 s';"
        f"UPDATE ops.alerts SET raised_at = now() - interval '{KEPT}' - interval '1 s'",
    )
    ledger.begin(Run("replicate", "the next"))
    assert rows(database_url, "SELECT run FROM ops.runs") == [("the next",)]
    assert rows(database_url, "SELECT FROM ops.checks UNION ALL SELECT FROM ops.alerts") == []


def test_the_same_trouble_is_news_once_until_a_run_succeeded(ledger: Ledger):
    def news(subject: str = "orders", *, told: bool = True) -> bool:
        number, news = ledger.raised(RUN, subject, "differs")
        if news and told:
            ledger.told(number, None)
        return news

    ledger.begin(RUN)
    assert news(told=False)
    assert news(), "nobody was told the first time"
    assert not news()
    assert news("customers"), "another table is news"
    ledger.end(RUN, "failed")
    assert not news()
    ledger.end(RUN, "succeeded")
    assert news(), "it was right in between"


def test_the_reader_reads_it_and_writes_nothing(database_url: str):
    made = "DO $$ BEGIN IF to_regrole('bazaar_reader') IS NULL THEN CREATE ROLE bazaar_reader NOLOGIN; END IF; END $$"
    change(database_url, made)
    with Ledger.at(database_url) as ledger:
        ledger.begin(RUN)
    read = (
        "SELECT (SELECT count(*) FROM ops.runs), (SELECT count(*) FROM ops.checks), (SELECT count(*) FROM ops.alerts)"
    )
    assert rows(database_url, f"SET ROLE bazaar_reader; {read}") == [(1, 0, 0)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        change(database_url, "SET ROLE bazaar_reader; DELETE FROM ops.runs")
