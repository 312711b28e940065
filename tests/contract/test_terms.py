"""Whatever is usual for a role or a database: every connection of ours begins on the terms of db/terms.sql."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, make_url

from analysis.shop import engine
from db.terms import TERMS
from sim.cli.database import connect, opened
from sim.embedded import clients
from sim.postgres.connection import dial, open_connection
from sim.run.resume import reading

# What is set for the role, and what our connections have all the same.
UNUSUAL = {
    "statement_timeout": ("100ms", "0"),
    "lock_timeout": ("100ms", "0"),
    "idle_in_transaction_session_timeout": ("100ms", "0"),
    "idle_session_timeout": ("10s", "0"),
    "transaction_timeout": ("100ms", "0"),
    "search_path": ("elsewhere", "public"),
    "standard_conforming_strings": ("off", "on"),
    "backslash_quote": ("off", "safe_encoding"),
    "transform_null_equals": ("on", "off"),
    "quote_all_identifiers": ("on", "off"),
    "row_security": ("off", "on"),
    "check_function_bodies": ("off", "on"),
    "client_min_messages": ("error", "warning"),
    "default_transaction_isolation": ("serializable", "read committed"),
    "default_transaction_deferrable": ("on", "off"),
    "session_replication_role": ("replica", "origin"),
    "timezone": ("America/St_Johns", "UTC"),
    "datestyle": ("SQL, DMY", "ISO, MDY"),
    "intervalstyle": ("sql_standard", "postgres"),
    "extra_float_digits": ("-3", "1"),
    "bytea_output": ("escape", "hex"),
    "xmloption": ("document", "content"),
    "array_nulls": ("off", "on"),
    "lc_monetary": ("POSIX", "C"),
    "lc_numeric": ("POSIX", "C"),
    "lc_time": ("POSIX", "C"),
    "client_encoding": ("LATIN1", "UTF8"),
}


@contextmanager
def by_notebook(url: str) -> Iterator[Connection]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        engine.cache_clear()
        with engine().connect() as connection:
            yield connection
        engine().dispose()
        engine.cache_clear()


DOORS: dict[str, Callable[[str], AbstractContextManager[Any]]] = {
    "the run's writer": lambda url: closing(open_connection(url)),
    "the run's other threads": lambda url: closing(dial(url)),
    "the run's reading": reading,
    "a command, plainly": lambda url: closing(connect(url)),
    "a command": opened,
    "the embedded server's": clients.connect,
    "notebooks and the report": by_notebook,
}


def shown(connection: Any, names: list[str]) -> dict[str, str | None]:
    """The session's settings, of an SQLAlchemy connection or a plain one."""
    driver: Any = connection.connection.driver_connection if isinstance(connection, Connection) else connection
    with driver.cursor() as cursor:
        cursor.execute("SELECT name, current_setting(name, true) FROM unnest(%s) AS name", (names,))
        return dict(cursor.fetchall())


@pytest.fixture
def unusual_url(empty: Connection, database_url: str) -> Iterator[str]:
    """The URL of a role for which everything is otherwise than usual."""
    name = f"unusual_{uuid.uuid4().hex[:12]}"
    there = shown(empty, list(UNUSUAL))
    empty.exec_driver_sql(f"CREATE ROLE {name} SUPERUSER LOGIN PASSWORD '{name}'")
    for setting, (value, _) in UNUSUAL.items():
        if there[setting] is not None:
            empty.exec_driver_sql(f"ALTER ROLE {name} SET {setting} = '{value}'")
    empty.commit()
    yield make_url(database_url).set(username=name, password=name).render_as_string(hide_password=False)
    empty.exec_driver_sql(f"DROP ROLE {name}")
    empty.commit()


def test_every_term_is_tried():
    named = re.findall(r"^SET (\w+)|set_config\('(\w+)'", TERMS, re.MULTILINE)
    assert {(plain or conditional).lower() for plain, conditional in named} == set(UNUSUAL) - {"client_encoding"}


@pytest.mark.parametrize("door", DOORS)
def test_every_connection_begins_on_our_terms(door: str, unusual_url: str):
    wanted = {name: value for name, (_, value) in UNUSUAL.items()}
    if door == "notebooks and the report":  # no sooner than the reader's, and not never: no kernel is to wait for ever
        wanted["statement_timeout"] = "30s"
    with DOORS[door](unusual_url) as connection:
        found = shown(connection, list(UNUSUAL))
    if found["transaction_timeout"] is None:  # older than PostgreSQL 17
        del wanted["transaction_timeout"], found["transaction_timeout"]
    assert found == wanted


def test_a_longer_time_out_than_the_readers_stays_a_notebooks(unusual_url: str, empty: Connection):
    name = make_url(unusual_url).username
    for value, kept in (("'10min'", "10min"), ("0", "0")):
        empty.exec_driver_sql(f"ALTER ROLE {name} SET statement_timeout = {value}")
        empty.commit()
        with by_notebook(unusual_url) as connection:
            assert shown(connection, ["statement_timeout"]) == {"statement_timeout": kept}


def test_the_environment_of_the_client_changes_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=100ms -c search_path=elsewhere")
    monkeypatch.setenv("PGTZ", "America/St_Johns")
    monkeypatch.setenv("PGDATESTYLE", "SQL, DMY")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    names = ["statement_timeout", "search_path", "timezone", "datestyle", "client_encoding"]
    for door in DOORS.values():
        with door(database_url) as connection:
            found = shown(connection, names)
        assert found | {"statement_timeout": "0"} == {name: UNUSUAL[name][1] for name in names}


def test_what_is_an_operators_word_stays(unusual_url: str, empty: Connection):
    empty.exec_driver_sql(f"ALTER ROLE {make_url(unusual_url).username} SET default_transaction_read_only = on")
    empty.commit()
    for door in DOORS.values():
        with door(unusual_url) as connection:
            assert shown(connection, ["default_transaction_read_only"]) == {"default_transaction_read_only": "on"}
