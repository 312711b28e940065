"""What the reader of the containers' database tries in vain; what needs no container is in tests/contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from time import monotonic

import psycopg2
import pytest
from psycopg2 import errors

from tests.system.compose import NEEDS_DAEMON, Compose, eventually
from tests.system.database import ask, connect, sim_now

pytestmark = NEEDS_DAEMON

WRITABLE = "SET default_transaction_read_only = off"
UP_SINCE = "SELECT pg_postmaster_start_time()"  # another one after any crash
CONNECTIONS = 30  # docker/postgres/settings.sh
STUBBORN = """
DO $$
BEGIN
    LOOP
        BEGIN
            PERFORM pg_sleep(300);
        EXCEPTION WHEN query_canceled THEN
            NULL;
        END;
    END LOOP;
END
$$
"""


@pytest.fixture
def reader(system: Compose) -> Iterator[psycopg2.extensions.cursor]:
    with closing(connect(system, "bazaar_reader", "bazaar")) as session, session.cursor() as cursor:
        yield cursor


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM orders",
        "UPDATE sim.runs SET seed = 0",
        "UPDATE sim.controls SET paused = true",
        "CREATE TABLE public.mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_try_advisory_lock_shared(1)",
        "SELECT pg_logical_emit_message(true, 'x', 'y')",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY orders TO PROGRAM 'cat'",
        "SET temp_file_limit = -1",
        "SET ROLE bazaar",
    ],
)
def test_nothing_can_be_written_or_held(reader, statement: str):
    with pytest.raises((errors.ReadOnlySqlTransaction, errors.InsufficientPrivilege)):
        reader.execute(statement)
    reader.execute(WRITABLE)
    with pytest.raises(errors.InsufficientPrivilege):
        reader.execute(statement)


@pytest.mark.parametrize(
    ("role", "database"),
    [
        *(("bazaar_reader", database) for database in ("redash", "postgres", "template1")),
        *(("bazaar", database) for database in ("redash", "postgres", "template1")),
        *(("redash", database) for database in ("bazaar", "postgres", "template1")),
    ],
)
def test_nobody_enters_another_ones_database(system: Compose, role: str, database: str):
    with pytest.raises(psycopg2.OperationalError, match=f'permission denied for database "{database}"'):
        connect(system, role, database)


def test_redash_may_make_tables_in_its_own_database(system: Compose):
    with closing(connect(system, "redash", "redash")) as session, session.cursor() as cursor:
        cursor.execute("CREATE TABLE public.probe (x int); DROP TABLE public.probe")


def test_a_wrong_password_is_refused(system: Compose):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(system, "bazaar_reader", "bazaar", "dev-reader")


def end_of(system: Compose, before: str, statement: str) -> tuple[str, float]:
    """What ended a statement that would take for ever, and after how many seconds."""
    with closing(connect(system, "bazaar_reader", "bazaar")) as session, session.cursor() as cursor:
        cursor.execute(before)
        begun = monotonic()
        with pytest.raises(psycopg2.Error) as ended:
            cursor.execute(statement)
    return str(ended.value), monotonic() - begun


def test_no_statement_is_held_for_long_whatever_was_lifted_or_caught(system: Compose):
    lift, sleep = "SET statement_timeout = 0", "SELECT pg_sleep(300)"
    since = ask(system, UP_SINCE)
    with ThreadPoolExecutor() as all_at_once:
        tried = [("SELECT 1", sleep), (lift, sleep), (lift, STUBBORN)]
        as_it_is, lifted, stubborn = all_at_once.map(lambda both: end_of(system, *both), tried)
    assert "due to statement timeout" in as_it_is[0]
    assert "due to user request" in lifted[0]
    assert re.search("terminating connection|server closed the connection", stubborn[0])
    assert as_it_is[1] > 29
    assert 34 < lifted[1] < 120
    assert 44 < stubborn[1] < 120
    assert ask(system, UP_SINCE) == since


def test_an_idle_transaction_is_ended_even_when_its_time_out_was_lifted(system: Compose, reader):
    watch = "TRANSACTION_PATIENCE='{}' bash /bazaar/healthy.sh"
    reader.execute("SET idle_in_transaction_session_timeout = 0; BEGIN; SELECT count(*) FROM orders")
    system.exec("postgres", "bash", "-c", watch.format("1 h"))
    reader.execute("SELECT 1")
    system.exec("postgres", "bash", "-c", watch.format("0 s"))
    with pytest.raises((errors.AdminShutdown, psycopg2.OperationalError)):
        reader.execute("SELECT 1")


def test_what_the_reader_has_made_of_itself_is_put_right(system: Compose, reader):
    default = "SELECT reset_val FROM pg_settings WHERE name = 'statement_timeout'"
    assert ask(system, default) == ("30000",)
    reader.execute(WRITABLE)
    reader.execute("ALTER ROLE bazaar_reader PASSWORD 'mine'")
    reader.execute("ALTER ROLE bazaar_reader RESET ALL")
    reader.execute("ALTER ROLE bazaar_reader IN DATABASE bazaar SET work_mem = '2GB'")

    def as_it_was() -> bool:
        try:
            return ask(system, f"SELECT ({default}), current_setting('work_mem')") == ("30000", "4MB")
        except psycopg2.OperationalError as refusal:
            assert "password authentication failed" in str(refusal)  # noqa: PT017  until it is put right
            return False

    eventually(as_it_was, 60, "the role's password and its defaults are as they were")


def test_a_query_that_takes_all_memory_fails_by_itself(system: Compose, reader):
    since = ask(system, UP_SINCE)
    reader.execute("SET work_mem = '8GB'")
    with pytest.raises(errors.OutOfMemory):
        reader.execute("SELECT length(repeat('x', 800000000))")
    assert ask(system, UP_SINCE) == since


def test_readers_cannot_take_all_connections(system: Compose):
    with ExitStack() as sessions:

        def take(number: int) -> None:
            for _ in range(number):
                sessions.enter_context(closing(connect(system, "bazaar_reader", "bazaar")))

        with pytest.raises(psycopg2.OperationalError, match='too many connections for role "bazaar_reader"'):
            take(CONNECTIONS + 1)
        sessions.enter_context(closing(connect(system, "bazaar", "bazaar")))  # there is room for the owner


def test_locks_that_a_reader_may_take_do_not_stop_the_simulator(system: Compose, reader):
    reader.execute("BEGIN; LOCK TABLE orders, sessions, sim.runs, inventory IN ACCESS SHARE MODE")
    then = sim_now(system)
    eventually(lambda: sim_now(system) > then, 15, "the simulated clock moves")
    reader.execute("ROLLBACK")
