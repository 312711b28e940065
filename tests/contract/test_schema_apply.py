"""The applier: on an empty database only, all of it or nothing, with one clear line when it can't."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from sqlalchemy import Connection, make_url

from db import apply
from db.apply import (
    Current,
    Empty,
    Foreign,
    Newer,
    Older,
    SchemaError,
    SchemaState,
    apply_schema,
    described,
    schema_state,
)
from models import SCHEMA_VERSION
from tests.contract.conftest import engine_of

PASSWORD = "plain"


def execute(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
    connection.commit()


@pytest.fixture
def plain_user(empty: Connection) -> Iterator[str]:
    """A login role without any special right."""
    name = f"plain_{uuid.uuid4().hex[:12]}"
    execute(empty, f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    execute(empty, f"REASSIGN OWNED BY {name} TO CURRENT_USER", f"DROP OWNED BY {name}", f"DROP ROLE {name}")


@pytest.fixture
def as_plain_user(database_url: str, plain_user: str) -> Iterator[Connection]:
    """A connection of that role to the empty database."""
    engine = engine_of(make_url(database_url).set(username=plain_user, password=PASSWORD))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_an_empty_database_becomes_current(empty: Connection):
    assert schema_state(empty) == Empty()
    apply_schema(empty)
    assert schema_state(empty) == Current()
    assert empty.exec_driver_sql("SELECT sim_now()").scalar_one() is None


def test_extensions_do_not_make_it_full(empty: Connection):
    execute(empty, "CREATE EXTENSION pg_stat_statements")
    assert schema_state(empty) == Empty()
    apply_schema(empty)
    assert schema_state(empty) == Current()


def test_what_is_called_otherwise_is_in_nobodys_way(empty: Connection):
    execute(
        empty,
        "CREATE SCHEMA dbt; CREATE TABLE dbt.orders (id int); CREATE VIEW dbt.daily AS SELECT * FROM dbt.orders",
        "CREATE SCHEMA sim; CREATE TABLE sim.of_another_simulator (id int)",
        "CREATE TABLE scratch (id int PRIMARY KEY); CREATE TYPE colour AS ENUM ('red')",
        "CREATE FUNCTION sim_now(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )
    assert schema_state(empty) == Empty()
    apply_schema(empty)
    assert schema_state(empty) == Current()
    assert empty.exec_driver_sql("SELECT sim_now('')").scalar_one() == 1


def test_an_empty_schema_sim_is_no_obstacle(empty: Connection):
    execute(empty, "CREATE SCHEMA sim")
    apply_schema(empty)
    assert schema_state(empty) == Current()


def test_the_search_path_does_not_lead_astray(empty: Connection):
    execute(empty, "CREATE SCHEMA aside", "SET search_path = aside")
    apply_schema(empty)
    assert schema_state(empty) == Current()


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("CREATE TABLE orders (id int)", "orders"),
        ("CREATE VIEW customers AS SELECT 1 AS one", "customers"),
        ("CREATE MATERIALIZED VIEW order_lines AS SELECT 1 AS one", "order_lines"),
        ("CREATE SEQUENCE carts", "carts"),
        ("CREATE TYPE returns AS ENUM ('late')", "returns"),
        ("CREATE DOMAIN reviews AS int", "reviews"),
        ("CREATE FUNCTION sim_now() RETURNS int LANGUAGE sql AS 'SELECT 1'", "sim_now()"),
        ("CREATE TABLE mine (n int); CREATE INDEX ix_sessions_customer_id ON mine (n)", "ix_sessions_customer_id"),
        ("CREATE TABLE mine (n int CONSTRAINT pk_orders PRIMARY KEY)", "pk_orders"),
        ("CREATE SCHEMA sim; CREATE TABLE sim.runs (id int)", "sim.runs"),
        ("CREATE SCHEMA sim; CREATE TABLE sim.schema_version (version text)", "sim.schema_version"),
        ("CREATE SCHEMA sim; CREATE TABLE sim.alembic_version (version_num text)", "sim.alembic_version"),
        (
            "CREATE SCHEMA sim; CREATE TABLE sim.alembic_version AS SELECT 'ae1027a6acf' AS version_num",
            "sim.alembic_version",
        ),
    ],
)
def test_other_programs_tables_are_left_alone(made: str, named: str, empty: Connection):
    execute(empty, made)
    assert schema_state(empty) == Foreign((named,))
    with pytest.raises(SchemaError, match=f"of others under names that a shop needs: {re.escape(named)}"):
        apply_schema(empty)
    assert schema_state(empty) == Foreign((named,))


@pytest.mark.parametrize(
    ("version", "state"),
    [(SCHEMA_VERSION - 1, Older(SCHEMA_VERSION - 1)), (SCHEMA_VERSION + 1, Newer(SCHEMA_VERSION + 1))],
)
def test_another_version_is_told_apart(version: int, state: SchemaState, empty: Connection):
    apply_schema(empty)
    execute(empty, f"UPDATE sim.alembic_version SET version_num = '{version:04d}'")
    assert schema_state(empty) == state
    with pytest.raises(SchemaError, match=f"Bazaar's schema \\({version}; this program's is {SCHEMA_VERSION}\\)"):
        apply_schema(empty)


def test_a_second_time_is_refused(empty: Connection):
    apply_schema(empty)
    with pytest.raises(SchemaError, match=f"this one holds Bazaar's schema {SCHEMA_VERSION}"):
        apply_schema(empty)


def test_a_damaged_schema_is_named(empty: Connection):
    apply_schema(empty)
    execute(empty, "DROP TABLE reviews")
    with pytest.raises(SchemaError, match=r"lacks reviews$"):
        schema_state(empty)


def test_all_or_nothing(empty: Connection, monkeypatch: pytest.MonkeyPatch):
    # Then no view for analysts is there to grant.
    monkeypatch.setattr(apply, "REPLACED_SCRIPTS", ("current_run.sql", "functions.sql", "quarters.sql"))
    with pytest.raises(psycopg2.Error, match="order_lines"):
        apply_schema(empty)
    assert schema_state(empty) == Empty()
    assert empty.exec_driver_sql("SELECT to_regnamespace('sim')").scalar_one() is None


def test_two_at_once_make_it_once(database_url: str):
    def attempt(_: int) -> str:
        engine = engine_of(database_url)
        with engine.connect() as connection:
            try:
                apply_schema(connection)
            except SchemaError as error:
                return str(error)
            finally:
                engine.dispose()
        return "made"

    with ThreadPoolExecutor(2) as pool:
        made, refused = sorted(pool.map(attempt, range(2)), key=lambda answer: answer != "made")
    assert made == "made"
    assert "this one holds Bazaar's schema" in refused


def test_an_owner_without_createrole_can(empty: Connection, plain_user: str, as_plain_user: Connection):
    apply_schema_elsewhere_made_the_role = (
        "DO $$ BEGIN CREATE ROLE bazaar_reader; EXCEPTION WHEN duplicate_object THEN END $$"
    )
    execute(empty, apply_schema_elsewhere_made_the_role)
    execute(empty, f"ALTER DATABASE {empty.engine.url.database} OWNER TO {plain_user}")
    apply_schema(as_plain_user)
    assert schema_state(as_plain_user) == Current()


def test_missing_rights_are_explained(empty: Connection, plain_user: str, as_plain_user: Connection):
    with pytest.raises(SchemaError, match=f'GRANT CREATE ON DATABASE .* TO "{plain_user}"'):
        apply_schema(as_plain_user)
    execute(empty, f"GRANT CREATE ON DATABASE {empty.engine.url.database} TO {plain_user}")
    with pytest.raises(SchemaError, match=f'GRANT CREATE ON SCHEMA public TO "{plain_user}"'):
        apply_schema(as_plain_user)
    execute(empty, f"GRANT CREATE ON SCHEMA public TO {plain_user}")
    database = empty.engine.url.database
    execute(empty, f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
    with pytest.raises(SchemaError, match=f'GRANT TEMPORARY ON DATABASE "{database}" TO "{plain_user}"'):
        apply_schema(as_plain_user)
    execute(empty, f"GRANT TEMPORARY ON DATABASE {database} TO {plain_user}", "CREATE SCHEMA sim")
    with pytest.raises(SchemaError, match=f'ALTER SCHEMA sim OWNER TO "{plain_user}"'):
        apply_schema(as_plain_user)
    execute(empty, "DROP SCHEMA sim")
    for kind, name in (("ROLE", plain_user), ("DATABASE", database)):
        execute(empty, f"ALTER {kind} {name} CONNECTION LIMIT 3")
        with pytest.raises(SchemaError, match=f'needs 4, .*ALTER {kind} "{name}" CONNECTION LIMIT 8'):
            apply_schema(as_plain_user)
        execute(empty, f"ALTER {kind} {name} CONNECTION LIMIT 4")
    assert schema_state(empty) == Empty()
    apply_schema(as_plain_user)
    assert schema_state(as_plain_user) == Current()


def test_a_database_without_public_is_explained(empty: Connection):
    execute(empty, "DROP SCHEMA public")
    with pytest.raises(SchemaError, match="CREATE SCHEMA public"):
        apply_schema(empty)


def test_an_old_server_is_refused(empty: Connection, monkeypatch):
    monkeypatch.setattr(empty.dialect, "server_version_info", (14, 9))
    with pytest.raises(SchemaError, match="PostgreSQL 15 or newer is needed, this one is 14"):
        apply_schema(empty)
    assert schema_state(empty) == Empty()


def test_many_tables_are_not_all_listed():
    assert "a shop needs: a, b, c and 2 more (rename" in described(Foreign(("a", "b", "c", "d", "e")))
