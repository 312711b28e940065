"""bazaar_reader reads everything in the shop and writes nothing; bazaar_analyst writes in schemas of its own.

Only bazaar_teacher sees what no real shop does.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from db.apply import run_roles
from db.schema_docs import view_comments
from models import tables_in_key_order

ROLES = Path(__file__).resolve().parents[2] / "db" / "roles.sql"
READABLE = [table.name for table in tables_in_key_order() if table.schema is None] + [
    name for name, _ in view_comments()
]

TRUTH = [table.fullname for table in tables_in_key_order() if table.schema == "truth"]

WRITING = [
    "INSERT INTO categories VALUES (9, 'Toys')",
    "UPDATE orders SET total = 0",
    "DELETE FROM reviews",
    "TRUNCATE session_events",
    "UPDATE sim.runs SET sim_now = now()",
    "UPDATE sim.controls SET paused = true",
    "DROP VIEW order_lines",
    "CREATE TABLE public.mine (id int)",
    "SELECT * FROM sim.alembic_version",
]


@pytest.fixture
def reader(shop: Connection) -> Connection:
    """The small world, seen by a reader."""
    shop.exec_driver_sql("SET LOCAL ROLE bazaar_reader")
    return shop


def test_reads_the_whole_shop(reader: Connection):
    for name in READABLE:
        reader.exec_driver_sql(f"SELECT * FROM {name}").close()
    now, newest = reader.exec_driver_sql("SELECT sim_now(), max(sim_now) FROM sim.runs").one()
    assert now == newest
    assert reader.exec_driver_sql("SELECT speed, paused FROM sim.controls").all() == [("max", False)]


@pytest.mark.parametrize("statement", WRITING)
def test_writes_nothing(statement: str, reader: Connection):
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        reader.exec_driver_sql(statement)


@pytest.fixture
def analyst(shop: Connection) -> Connection:
    """The small world, for who builds on it."""
    shop.exec_driver_sql("SET LOCAL ROLE bazaar_analyst")
    return shop


def test_an_analyst_reads_the_whole_shop_and_writes_beside_it(analyst: Connection):
    for name in READABLE:
        analyst.exec_driver_sql(f"SELECT * FROM {name} LIMIT 1").close()
    analyst.exec_driver_sql("CREATE SCHEMA mine")
    analyst.exec_driver_sql(
        "CREATE TABLE mine.late AS SELECT * FROM delivery_times WHERE is_late AND sim_now() > placed_at"
    )
    analyst.exec_driver_sql("CREATE VIEW mine.cities AS SELECT * FROM cities")


@pytest.mark.parametrize("statement", WRITING)
def test_an_analyst_writes_nothing_of_the_shop(statement: str, analyst: Connection):
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        analyst.exec_driver_sql(statement)


@pytest.mark.parametrize("role", ["bazaar_reader", "bazaar_analyst"])
@pytest.mark.parametrize("table", TRUTH)
def test_neither_sees_what_no_shop_sees(table: str, role: str, shop: Connection):
    shop.exec_driver_sql(f"SET LOCAL ROLE {role}")
    with pytest.raises(DBAPIError, match="permission denied for schema truth"):
        shop.exec_driver_sql(f"SELECT * FROM {table}")


@pytest.fixture
def teacher(shop: Connection) -> Connection:
    """The small world, for who knows the answers."""
    shop.exec_driver_sql("SET LOCAL ROLE bazaar_teacher")
    return shop


def test_a_teacher_reads_the_whole_shop_and_the_truth(teacher: Connection):
    for name in READABLE + TRUTH:
        teacher.exec_driver_sql(f"SELECT * FROM {name} LIMIT 1").close()
    assert len(TRUTH) >= 6


@pytest.mark.parametrize("statement", [*WRITING, *(f"DELETE FROM {table}" for table in TRUTH)])
def test_a_teacher_writes_nothing(statement: str, teacher: Connection):
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        teacher.exec_driver_sql(statement)


def test_who_may_not_let_analysts_make_schemas_says_so(shop: Connection):
    owner, group = f"owner_{uuid.uuid4().hex[:12]}", f"group_{uuid.uuid4().hex[:12]}"
    shop.exec_driver_sql(f"CREATE ROLE {group}")
    shop.exec_driver_sql(f"CREATE ROLE {owner} NOCREATEROLE")
    _, rights = ROLES.read_text(encoding="utf-8").replace("bazaar_analyst", group).rsplit("DO $$", 1)
    shop.exec_driver_sql(f"SET LOCAL ROLE {owner}")
    (warning,) = run_roles(shop, f"DO $${rights}")
    assert warning.startswith(f"role {group} may make no schemas: that is for the owner of database ")


@pytest.mark.parametrize("role", ["bazaar_reader", "bazaar_teacher"])
def test_settings_of_the_role(role: str, shop: Connection):
    settings = shop.exec_driver_sql(
        f"SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = 0 AND setrole = '{role}'::regrole"
    ).scalar_one()
    assert set(settings) >= {"statement_timeout=30s", "default_transaction_read_only=on"}


def test_reads_tables_added_later(shop: Connection):
    shop.exec_driver_sql("CREATE TABLE later AS SELECT 1 AS one")
    shop.exec_driver_sql("SET LOCAL ROLE bazaar_reader")
    assert shop.exec_driver_sql("SELECT one FROM later").scalar_one() == 1


def test_a_missing_right_to_make_roles_is_a_warning(shop: Connection):
    """The script under another role's name, run by someone who may not make it."""
    nobody, missing = f"nobody_{uuid.uuid4().hex[:12]}", f"missing_{uuid.uuid4().hex[:12]}"
    shop.exec_driver_sql(f"CREATE ROLE {nobody} NOCREATEROLE")
    shop.exec_driver_sql(f"SET LOCAL ROLE {nobody}")
    script = ROLES.read_text(encoding="utf-8").replace("bazaar_reader", missing)
    assert run_roles(shop, script) == [
        f"role {missing} is not there and may not be made: permission denied to create role"
    ]


def test_applying_the_roles_twice_changes_nothing(shop: Connection):
    script = ROLES.read_text(encoding="utf-8")
    rights = "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    before = shop.exec_driver_sql(rights).all()
    assert run_roles(shop, script) == []
    assert shop.exec_driver_sql(rights).all() == before


def test_the_roles_name_every_table_and_view_of_the_shop():
    granted = re.findall(r"public\.(\w+)\b(?!\()", ROLES.read_text(encoding="utf-8"))
    assert sorted(granted) == sorted(READABLE)
