"""The names that a shop needs are those that it has: nothing more is in anybody's way, and nothing is left out."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from db import names
from db.apply import apply_schema
from db.upgrade import migrate
from models import SCHEMA_VERSION, revision_of

RELATIONS = """
SELECT relnamespace::regnamespace || '.' || relname FROM pg_class
WHERE relkind IN ('r', 'v') AND relnamespace::regnamespace::text IN ('public', 'sim', 'truth')
"""
INDEXES = """
SELECT relname FROM pg_class
WHERE relkind = 'i' AND relnamespace::regnamespace::text IN ('public', 'sim', 'truth')
  AND oid NOT IN (SELECT conindid FROM pg_constraint)
"""
KEYS = """
SELECT conname FROM pg_constraint
WHERE contype IN ('p', 'u', 'f') AND connamespace::regnamespace::text IN ('public', 'sim', 'truth')
"""
FUNCTIONS = "SELECT count(*) FROM pg_proc WHERE pronamespace::regnamespace::text IN ('public', 'sim', 'truth')"


def test_the_names_are_those_of_a_fresh_shop(empty: Connection):
    assert names.taken(empty) == ()
    apply_schema(empty)
    found = empty.exec_driver_sql
    assert set(found(RELATIONS).scalars()) == {*names.tables(), *names.views()}
    assert sorted(found(INDEXES).scalars()) == names.indexes()
    assert sorted(found(KEYS).scalars()) == names.keys()
    assert found(FUNCTIONS).scalar_one() == len(names.functions())
    signatures = list(names.functions())
    assert found("SELECT count(to_regprocedure(f)) FROM unnest(%s) AS f", (signatures,)).scalar_one() == len(signatures)


def test_whatever_came_after_the_first_schema_says_since_when():
    """Else an upgrade would replace what others called so: add the name to SINCE, with this schema's version."""
    assert {*names.views(), *names.functions()} - names.of_first_schema() == set(names.SINCE)
    assert all(1 < since <= SCHEMA_VERSION for since in names.SINCE.values())


def test_a_shop_of_this_version_lacks_no_name():
    assert names.new_since(SCHEMA_VERSION) == set()
    assert {"sim.controls", "public.incidents", "public.ix_sessions_customer_id"} <= names.new_since(1)


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_no_older_shop_has_a_name_that_shall_be_new_to_it(version: int, empty: Connection):
    """Else its own table or index would be taken for somebody else's, and it could not be upgraded."""
    migrate(empty, revision_of(version))
    assert names.taken(empty, names.new_since(version)) == ()
