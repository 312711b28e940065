"""A database that refuses for a while: the sink waits, says why, and goes on exactly where it stood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.errors
import pytest

from sim.journal.batch import Batch
from sim.journal.port import SinkError
from sim.postgres.connection import rows
from tests.integration.test_running import Shop, differences, eventually
from tests.long.outages.conftest import as_worker
from tests.long.outages.replay import HOLDS_THE_LOCK, QUICK, WORKER, Replay, replaying

COPIES_SLOWLY = """
CREATE TABLE public.slow ();
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF to_regclass('public.slow') IS NOT NULL THEN PERFORM pg_sleep(0.3); END IF; RETURN NEW;
END $$;
CREATE TRIGGER slow BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION dawdle();
"""
WITHOUT_A_TRACE = "DROP TABLE IF EXISTS public.slow; DROP TRIGGER slow ON sessions; DROP FUNCTION dawdle()"


@contextmanager
def locked(shop: Shop, table: str) -> Iterator[psycopg2.extensions.cursor]:
    """Somebody else's transaction, under which nobody reads or writes the table."""
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
        cursor.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield cursor
        cursor.execute("COMMIT")


@contextmanager
def as_in_an_undisturbed_evening(replay: Replay, evening: dict[str, str]) -> Iterator[None]:
    """Some batches, then what is done to the database, then the rest."""
    replay.give(12)
    yield
    replay.finish()
    assert replay.sink.trouble is None
    assert replay.sink.behind == 0
    assert differences(replay.shop.digests(), evening) == {}
    assert replay.shop.broken_invariants() == {}


def test_a_terminated_connection(replay: Replay, evening: dict[str, str]):
    with as_in_an_undisturbed_evening(replay, evening):
        eventually(lambda: replay.sink.behind == 0)
        before = replay.writer_pid()
        replay.terminate_writer()
    assert replay.writer_pid() != before


def test_a_connection_terminated_in_the_middle_of_a_copy(replay: Replay, evening: dict[str, str]):
    with as_in_an_undisturbed_evening(replay, evening):
        eventually(lambda: replay.sink.behind == 0)
        replay.execute(COPIES_SLOWLY)
        replay.give(1)
        eventually(lambda: bool(replay.shop.rows("SELECT FROM pg_stat_progress_copy WHERE tuples_processed > 0")))
        replay.terminate_writer()
        replay.execute("DROP TABLE public.slow")
    replay.execute(WITHOUT_A_TRACE)


def test_a_cancelled_statement(replay: Replay, evening: dict[str, str]):
    with as_in_an_undisturbed_evening(replay, evening):
        eventually(lambda: replay.sink.behind == 0)
        replay.execute(COPIES_SLOWLY)
        replay.give(3)
        writer = replay.writer_pid()
        eventually(lambda: bool(replay.shop.rows("SELECT FROM pg_stat_progress_copy WHERE tuples_processed > 0")))
        replay.execute(f"SELECT pg_cancel_backend({writer})")
        trouble = replay.wait_for_trouble("canceling statement due to user request")
        replay.execute("DROP TABLE public.slow")
    assert "3 batches kept" in trouble
    assert replay.writer_pid() == writer, "the connection was as good as before"
    replay.execute(WITHOUT_A_TRACE)


def test_a_lock_held_for_longer_than_lock_timeout(shop: Shop, replay: Replay, evening: dict[str, str]):
    """What is usual for a role is not heeded, but somebody may see to it in the transaction itself."""
    with as_in_an_undisturbed_evening(replay, evening):
        replay.execute("""
            CREATE FUNCTION hasty() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                SET LOCAL lock_timeout = '10ms'; RETURN NULL;
            END $$;
            CREATE TRIGGER hasty BEFORE INSERT ON sessions FOR EACH STATEMENT EXECUTE FUNCTION hasty()""")
        replay.give(1)
        eventually(lambda: replay.sink.behind == 0)
        with locked(shop, "session_events"):
            replay.give(2)
            trouble = replay.wait_for_trouble("canceling statement due to lock timeout")
            assert "2 batches kept" in trouble
            eventually(lambda: bool(re.search(r"for [1-9]\d* s", replay.sink.trouble or "")))  # tried more than once
    replay.execute("DROP TRIGGER hasty ON sessions; DROP FUNCTION hasty()")


def test_a_lock_held_for_long_is_told_with_its_holder(shop: Shop, batches: list[Batch], evening: dict[str, str]):
    with replaying(shop, as_worker(shop.url), batches, QUICK._replace(silence_s=0.2)) as replay:
        with as_in_an_undisturbed_evening(replay, evening):
            eventually(lambda: replay.sink.behind == 0)
            writer = replay.writer_pid()
            with locked(shop, "session_events") as other:
                replay.give(2)
                [(pid,)] = rows(other.connection, "SELECT pg_backend_pid()")
                trouble = replay.wait_for_trouble(f"server process {pid} (test of ")
                assert trouble.startswith("no answer for ")
                assert trouble.endswith("holds a lock; 2 batches kept")
        assert replay.writer_pid() == writer


def test_a_statement_timeout_is_not_heeded_as_no_time_cures_it(shop: Shop, replay: Replay, evening: dict[str, str]):
    with as_in_an_undisturbed_evening(replay, evening):
        replay.alter("SET statement_timeout = '100ms'")
        replay.alter("SET lock_timeout = '100ms'")
        replay.alter("SET idle_in_transaction_session_timeout = '100ms'")
        replay.terminate_writer()
        replay.give(1)
        eventually(lambda: replay.sink.behind == 0)
        with locked(shop, "session_events"):
            replay.give(1)
            eventually(lambda: bool(shop.rows(f"SELECT {HOLDS_THE_LOCK} AND now() - query_start > interval '0.3 s'")))
            assert replay.sink.trouble is None
        replay.alter("RESET ALL")


def test_a_read_only_database(replay: Replay, evening: dict[str, str]):
    with as_in_an_undisturbed_evening(replay, evening):
        replay.alter("SET default_transaction_read_only = on")
        replay.terminate_writer()
        replay.give(1)
        replay.wait_for_trouble("the database is read-only")
        replay.alter("RESET default_transaction_read_only")


def test_a_transaction_that_finds_itself_read_only(replay: Replay, evening: dict[str, str]):
    """The session is asked before, but an operator may be quicker."""
    with as_in_an_undisturbed_evening(replay, evening):
        eventually(lambda: replay.sink.behind == 0)
        before = replay.writer_pid()
        replay.execute("""
            CREATE SEQUENCE tries; GRANT ALL ON tries TO worker;
            CREATE FUNCTION once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('tries') = 1 THEN RAISE 'cannot execute' USING ERRCODE = '25006'; END IF; RETURN NEW;
            END $$;
            CREATE TRIGGER once BEFORE INSERT ON sessions FOR EACH STATEMENT EXECUTE FUNCTION once()""")
    assert replay.writer_pid() != before, "such a session stays what it is"
    replay.execute("DROP TRIGGER once ON sessions; DROP FUNCTION once(); DROP SEQUENCE tries")


def test_too_many_connections(replay: Replay, evening: dict[str, str]):
    with as_in_an_undisturbed_evening(replay, evening):
        replay.execute(f"ALTER ROLE {WORKER} CONNECTION LIMIT 0")
        try:
            replay.terminate_writer()
            replay.give(1)
            replay.wait_for_trouble(f'too many connections for role "{WORKER}"')
        finally:
            replay.execute(f"ALTER ROLE {WORKER} CONNECTION LIMIT -1")


def test_a_deadlock(shop: Shop, replay: Replay, evening: dict[str, str]):
    """The batch writes sessions before session_events; somebody takes their locks in the other order."""
    with as_in_an_undisturbed_evening(replay, evening):
        eventually(lambda: replay.sink.behind == 0)
        replay.alter("SET deadlock_timeout = '2s'")
        replay.terminate_writer()
        with locked(shop, "session_events") as other:
            other.execute("SET deadlock_timeout = '1min'")  # so that it is not the victim
            replay.give(1)
            eventually(lambda: bool(shop.rows(f"SELECT {HOLDS_THE_LOCK} AND wait_event_type = 'Lock'")))
            other.execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
            replay.wait_for_trouble("deadlock detected")


def test_isolation_levels_that_others_have_chosen(shop: Shop, replay: Replay, evening: dict[str, str]):
    with as_in_an_undisturbed_evening(replay, evening):
        replay.alter("SET default_transaction_isolation = 'repeatable read'")
        replay.terminate_writer()
        replay.give(1)
        eventually(lambda: replay.sink.behind == 0)
        with locked(shop, "session_events"):
            replay.give(1)
            eventually(lambda: bool(shop.rows(f"SELECT {HOLDS_THE_LOCK} AND wait_event_type = 'Lock'")))
            shop.rows("UPDATE sim.runs SET lag_s = 7 RETURNING run_id")  # as somebody else might write there


def test_somebody_elses_writing_in_the_runs_row_stays(replay: Replay, evening: dict[str, str]):
    with as_in_an_undisturbed_evening(replay, evening):
        eventually(lambda: replay.sink.behind == 0)
        replay.shop.rows("UPDATE sim.runs SET speed = '7x', lag_s = 7 RETURNING run_id")
    assert replay.shop.rows("SELECT speed, lag_s FROM sim.runs") == [("7x", 7)]


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ("UPDATE sim.runs SET batches = batches + 1", "start again"),
        ("UPDATE sim.runs SET started_at = now(), pid = 4711, host = 'elsewhere'", "process 4711 on elsewhere"),
        ("DELETE FROM sim.controls; DELETE FROM sim.runs", "no longer in the database"),
        ("DROP TABLE sim.controls, sim.runs CASCADE", "no longer in the database"),
        ("ALTER TABLE orders ADD CONSTRAINT no_more CHECK (order_id < 0) NOT VALID", "no_more"),
        ("DROP TABLE sessions CASCADE", "sessions"),
    ],
    ids=["another count", "another simulator", "another run's", "no shop", "a constraint", "no table"],
)
@pytest.mark.parametrize("lost", [False, True], ids=["connected", "reconnecting"])
def test_what_no_time_cures_is_said_at_once(replay: Replay, done: str, said: str, *, lost: bool):
    """With the connection or after losing it: nothing more is written."""
    replay.give(12)
    eventually(lambda: replay.sink.behind == 0)
    orders = replay.shop.rows("SELECT count(*) FROM orders")
    if lost:
        replay.terminate_writer()
    replay.execute(done)
    with pytest.raises(SinkError, match=said) as raised:
        replay.finish()
    assert "\n" not in str(raised.value)
    assert replay.shop.rows("SELECT count(*) FROM orders") == orders
    with pytest.raises(SinkError) as again:
        replay.sink.wait_for_room(0)
    assert again.value is raised.value
