"""What a login with the rights of bazaar_reader can do when it tries: nothing but read, and a few nuisances.

The nuisances are PostgreSQL's own: docs/operations.md lists them, and the last tests here hold them up.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors
from psycopg2.extensions import connection as PsycopgConnection  # noqa: N812
from sqlalchemy import Engine, make_url

from models import tables_in_key_order
from sim.postgres.writer_lock import ONE_SIMULATOR

FUNCTIONS = Path(__file__).resolve().parents[2] / "docker" / "postgres" / "functions.sql"
TABLES = [table.fullname for table in tables_in_key_order()]
COLUMN = {table.fullname: next(iter(table.columns)).name for table in tables_in_key_order()}
LOCKS = [
    "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
]  # fmt: skip


def opened(url: str, user: str | None = None) -> PsycopgConnection:
    """A session in autocommit of the URL's own user, or of another who has his name for a password."""
    parts = make_url(url).set(drivername="postgresql")
    if user is not None:
        parts = parts.set(username=user, password=user)
    session = psycopg2.connect(parts.render_as_string(hide_password=False))
    session.autocommit = True
    return session


@pytest.fixture(scope="module")
def world_url(small_world: Engine) -> str:
    return small_world.url.render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def visitor(world_url: str) -> Iterator[str]:
    """A login role that is a member of bazaar_reader, with its settings: what docs/operations.md says to make."""
    name = f"visitor_{uuid.uuid4().hex[:12]}"
    with closing(opened(world_url)) as owner, owner.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}' IN ROLE bazaar_reader")
        cursor.execute(f"ALTER ROLE {name} SET default_transaction_read_only = on")
        cursor.execute(f"ALTER ROLE {name} SET statement_timeout = '200ms'")
    yield name
    with closing(opened(world_url)) as owner, owner.cursor() as cursor:
        cursor.execute(f"DROP ROLE {name}")


@pytest.fixture
def attempt(world_url: str, visitor: str) -> Iterator[psycopg2.extensions.cursor]:
    """A visitor's session after lifting what can be lifted."""
    with closing(opened(world_url, visitor)) as session, session.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off; SET statement_timeout = 0")
        yield cursor


@contextmanager
def allowed(url: str, user: str) -> Iterator[psycopg2.extensions.cursor]:
    """A transaction in which a visitor does what he may; rolled back."""
    with closing(opened(url, user)) as session, session.cursor() as cursor:
        cursor.execute("BEGIN READ WRITE")
        yield cursor
        cursor.execute("ROLLBACK")


# --- what he cannot do -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_no_table_can_be_written(attempt, table: str):
    column = COLUMN[table]
    for statement in (
        f"INSERT INTO {table} DEFAULT VALUES",
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
        f"COPY {table} FROM STDIN",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            attempt.execute(statement)


def test_without_lifting_anything_a_write_is_refused_as_such(world_url: str, visitor: str):
    with closing(opened(world_url, visitor)) as session, session.cursor() as cursor:
        with pytest.raises(errors.ReadOnlySqlTransaction):
            cursor.execute("CREATE TEMPORARY TABLE mine (x int)")
        with pytest.raises(errors.QueryCanceled, match="statement timeout"):
            cursor.execute("SELECT pg_sleep(60)")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (x int)",
        "CREATE TABLE sim.mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE VIEW public.mine AS SELECT 1",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE EXTENSION pg_trgm",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "ALTER TABLE orders ADD COLUMN mine int",
        "DROP TABLE orders",
        "COMMENT ON TABLE orders IS 'mine'",
        "CREATE INDEX ON orders (total)",
        "REINDEX TABLE orders",
        "SELECT 1 FROM orders FOR UPDATE",
        "SELECT 1 FROM orders FOR KEY SHARE",
        "COPY orders TO '/tmp/orders'",
        "COPY orders TO PROGRAM 'cat'",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_import('/etc/hostname')",
        "SELECT rolpassword FROM pg_authid",
        "SELECT passwd FROM pg_shadow",
        "SELECT pg_reload_conf()",
        "SELECT pg_switch_wal()",
        "SELECT pg_stat_reset()",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = {owner}",
        "SELECT pg_create_physical_replication_slot('mine')",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "SET session_replication_role = replica",
        "SET temp_file_limit = -1",
        "SET ROLE pg_write_all_data",
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
        "ALTER ROLE bazaar_reader SET work_mem = '1MB'",
        "CHECKPOINT",
    ],
)
def test_nothing_else_can_be_changed_or_learned(attempt, world_url: str, statement: str):
    owner = f"'{make_url(world_url).username}'"
    with pytest.raises(psycopg2.Error, match=r"permission denied|must be (able|a member|owner|superuser)"):
        attempt.execute(statement.replace("{owner}", owner))


def test_rights_cannot_be_handed_on(attempt):
    granted = "SELECT relacl FROM pg_class WHERE oid = 'orders'::regclass"
    attempt.execute(granted)
    before = attempt.fetchone()
    attempt.execute("GRANT SELECT ON orders TO PUBLIC")  # PostgreSQL warns, and grants nothing
    attempt.execute(granted)
    assert attempt.fetchone() == before


def test_what_was_not_granted_stays_closed(attempt):
    with pytest.raises(errors.InsufficientPrivilege):
        attempt.execute("SELECT * FROM sim.alembic_version")


@pytest.mark.parametrize("mode", LOCKS)
def test_no_lock_that_a_writer_would_feel_can_be_taken(attempt, mode: str):
    with pytest.raises(errors.InsufficientPrivilege):
        attempt.execute(f"BEGIN; LOCK TABLE orders IN {mode} MODE")


def test_the_locks_of_a_reader_do_not_stop_a_writer(world_url: str, visitor: str):
    with allowed(world_url, visitor) as reading, closing(opened(world_url)) as writer, writer.cursor() as cursor:
        for table in TABLES:
            if table != "sim.alembic_version" and not table.startswith("truth."):
                reading.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
        cursor.execute("BEGIN; SET LOCAL lock_timeout = '2s'")
        for table in TABLES:
            cursor.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
            cursor.execute(f"UPDATE {table} SET {COLUMN[table]} = {COLUMN[table]}")
        cursor.execute("ROLLBACK")


# --- what PostgreSQL lets every role do, and what can be closed ------------------------------------------------------

NUISANCES = {
    "large objects": "SELECT lo_create(0)",
    "large objects with something in them": "SELECT lo_from_bytea(0, 'x')",
    "the simulator's own lock": f"SELECT pg_advisory_xact_lock({ONE_SIMULATOR})",
    "messages in the write-ahead log": "SELECT pg_logical_emit_message(true, 'x', 'y')",
}


def test_a_time_out_of_the_role_is_a_default_and_no_bound(attempt):
    attempt.execute("SELECT pg_sleep(0.3)")  # longer than the role's own time-out


def test_a_role_may_change_its_own_defaults_and_password_and_notify(world_url: str, visitor: str):
    with allowed(world_url, visitor) as cursor:
        cursor.execute(f"ALTER ROLE {visitor} RESET statement_timeout")
        cursor.execute(f"ALTER ROLE {visitor} PASSWORD 'another'")
        cursor.execute("NOTIFY bazaar_control")


@pytest.mark.parametrize("statement", NUISANCES.values(), ids=NUISANCES.keys())
def test_functions_that_everybody_may_call_are_closed_by_the_superusers_script(
    database_url: str, visitor: str, statement: str
):
    with allowed(database_url, visitor) as cursor:
        cursor.execute(statement)
    with closing(opened(database_url)) as owner, owner.cursor() as cursor:
        for _ in range(2):
            cursor.execute(FUNCTIONS.read_text(encoding="utf-8"))
        cursor.execute("BEGIN")
        cursor.execute(statement)
        cursor.execute("ROLLBACK")
    with pytest.raises(errors.InsufficientPrivilege), allowed(database_url, visitor) as cursor:
        cursor.execute(statement)
