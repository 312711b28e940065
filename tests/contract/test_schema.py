"""The models, the generated files and what PostgreSQL makes of them say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint, Connection, Engine, Table

import db.__main__ as command
from db.ddl import schema_sql
from db.schema_docs import schema_md, view_comments
from models import GROUPS, SCHEMA_VERSION, metadata, revision_of, tables_in_key_order, tables_of
from tests.contract.catalogue import OF_TABLES, catalogue

UNDESCRIBED = """
SELECT c.relname, a.attname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace IN ('public'::regnamespace, 'sim'::regnamespace, 'truth'::regnamespace) AND c.relkind = 'r'
  AND (coalesce(obj_description(c.oid), '') = '' OR coalesce(col_description(c.oid, a.attnum), '') = '')
"""

OF_CUSTOMERS_WITHOUT_AN_INDEX = """
SELECT f.conrelid::regclass::text
FROM pg_constraint f
WHERE f.contype = 'f' AND f.confrelid = 'customers'::regclass
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indkey[0] = f.conkey[1])
"""


def test_generated_files_are_fresh():
    assert [path.name for path in command.stale_files()] == [], "run `make schema`"


def test_a_stale_file_is_named(capsys, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    command.write(tmp_path)
    (tmp_path / "docs" / "schema.md").write_text("old")
    monkeypatch.setattr(command, "stale_files", lambda: [tmp_path / "docs" / "schema.md"])
    assert command.main(["schema", "--check"]) == 1
    assert "docs/schema.md: stale" in capsys.readouterr().err


def test_writing_mends_what_is_stale_and_nothing_else(tmp_path: Path):
    assert {path.name for path in command.write(tmp_path)} == {"schema.sql", "checks.sql", "roles.sql", "schema.md"}
    assert command.write(tmp_path) == []
    (tmp_path / "db" / "schema.sql").write_text("-- edited by hand")
    assert [path.name for path in command.write(tmp_path)] == ["schema.sql"]
    assert command.stale_files(tmp_path) == []


def test_schema_sql_makes_what_the_models_say(small_world: Engine, empty: Connection):
    with small_world.connect() as connection:
        by_script = catalogue(connection, OF_TABLES)
    empty.exec_driver_sql("CREATE SCHEMA sim; CREATE SCHEMA truth")
    metadata.create_all(empty)
    by_models = catalogue(empty, OF_TABLES)
    for what, rows in by_models.items():
        assert rows == by_script[what], what
    assert len(by_models["tables"]) == len(tables_in_key_order())


def test_the_script_is_one_statement_string(empty: Connection):
    cursor = empty.connection.cursor()
    cursor.execute(schema_sql())
    cursor.execute("SELECT version_num FROM sim.alembic_version")
    assert cursor.fetchall() == [(revision_of(SCHEMA_VERSION),)]


def test_everything_is_described(shop: Connection):
    assert shop.exec_driver_sql(UNDESCRIBED).all() == []


def test_whatever_belongs_to_a_customer_is_found_by_the_customer(shop: Connection):
    assert shop.exec_driver_sql(OF_CUSTOMERS_WITHOUT_AN_INDEX).all() == []
    shop.exec_driver_sql("DROP INDEX ix_sessions_customer_id")
    assert shop.exec_driver_sql(OF_CUSTOMERS_WITHOUT_AN_INDEX).scalars().all() == ["sessions"]


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ("SELECT session_id FROM sessions WHERE customer_id = 301", "ix_sessions_customer_id"),
        ("SELECT rating FROM reviews WHERE customer_id = 301", "ix_reviews_customer_id"),
    ],
)
def test_one_customers_rows_are_read_by_their_index(asked: str, index: str, shop: Connection):
    shop.exec_driver_sql("SET LOCAL enable_seqscan = off")
    assert index in " ".join(shop.exec_driver_sql(f"EXPLAIN {asked}").scalars())


def test_every_table_is_in_one_group():
    grouped = [table for group in GROUPS for table in tables_of(group)]
    assert len(grouped) == len(set(grouped)) == len(metadata.tables)


@pytest.mark.parametrize("table", tables_in_key_order(), ids=lambda table: table.fullname)
def test_names_fit_postgresql(table: Table):
    names = [str(each.name) for each in table.constraints] + [str(each.name) for each in table.indexes]
    assert all(0 < len(name) <= 63 for name in names), names
    assert len(set(names)) == len(names)


def test_tables_stand_behind_those_they_refer_to():
    seen: set[Table] = set()
    for table in tables_in_key_order():
        assert {key.referred_table for key in table.foreign_key_constraints} - {table} <= seen, table.fullname
        seen.add(table)


def test_no_wall_clock_in_the_shop():
    """Equal seeds give equal rows: no default of the database's own making in public but constants."""
    defaults = [
        str(column.server_default.arg)  # type: ignore[attr-defined]
        for table in metadata.tables.values()
        for column in table.columns
        if column.server_default is not None
    ]
    assert set(defaults) == {"0"}


def test_enumerations_are_checked():
    words = {"status", "outcome", "channel", "device", "persona", "loyalty_tier", "vehicle", "event_type", "method"}
    for table in metadata.tables.values():
        checks = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        for column in {column.name for column in table.columns} & words:
            assert f"ck_{table.name}_{column}_known" in checks


def test_docs_draw_every_table_and_list_every_view():
    text = schema_md()
    for table in metadata.tables.values():
        assert f"### `{table.fullname}`" in text
    assert text.count("```mermaid") == len(GROUPS) + 1
    for name, _ in view_comments():
        assert f"- `{name}`: " in text
    assert {name for name, _ in view_comments()} == {
        "funnel_daily", "delivery_times", "order_cycle", "courier_utilisation",
        "stockouts", "cart_abandonment", "customer_cohorts", "order_lines", "incidents", "promises_due",
    }  # fmt: skip
