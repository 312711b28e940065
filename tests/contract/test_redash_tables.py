"""The making of Redash's tables, interrupted: begun anew where nothing was finished, never where somebody lives."""

from __future__ import annotations

import importlib.util
from contextlib import closing
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest

FILE = Path(__file__).parents[2] / "docker/redash/unfinished.py"
BEGUN = """
CREATE TABLE users (id serial PRIMARY KEY, name text);
CREATE TABLE queries (id serial PRIMARY KEY, user_id int REFERENCES users);
CREATE FUNCTION queries_search_vector_update() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
VERSION = "CREATE TABLE alembic_version (version_num text);"
LEFT = """
SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('public')
UNION ALL SELECT count(*) FROM pg_proc WHERE pronamespace = to_regnamespace('public')
"""


def cleared(database_url: str, made: str) -> tuple[bool, bool]:
    """What `clear` says of a database with that in it, and whether it is empty afterwards."""
    spec = importlib.util.spec_from_file_location("unfinished", FILE)
    assert spec is not None
    assert spec.loader is not None
    unfinished = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(unfinished)
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        if made:
            cursor.execute(made)
            connection.commit()
        said = unfinished.clear(connection)
        cursor.execute(LEFT)
        return said, {count for (count,) in cursor.fetchall()} == {0}


@pytest.mark.parametrize("made", [BEGUN, BEGUN + VERSION, "CREATE TABLE organizations (id int)"])
def test_tables_without_a_version_are_begun_anew(database_url: str, made: str):
    assert cleared(database_url, made) == (True, True)


def test_an_empty_database_stays_so(database_url: str):
    assert cleared(database_url, "") == (False, True)


@pytest.mark.parametrize(
    "made",
    [
        BEGUN + VERSION + "INSERT INTO alembic_version VALUES ('db0aca1ebd32')",
        BEGUN + "INSERT INTO users (name) VALUES ('somebody')",
    ],
    ids=["finished", "used"],
)
def test_what_is_finished_or_used_is_kept(database_url: str, made: str):
    assert cleared(database_url, made) == (False, False)
