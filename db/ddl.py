"""The DDL printer: the models as one plain SQL script, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement, SetColumnComment, SetTableComment

from models import SCHEMA_VERSION, revision_of, tables_in_key_order, truth
from models.run_control import SCHEMA

HEADER = """\
-- Generated from models/ by `make schema`. Do not edit: change the models and generate it again.
-- Runs in one transaction on an empty database, by psql -1 -f or as one statement string.
"""
# SQLAlchemy's own stub leaves the dialect's constructor untyped.
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def schema_sql() -> str:
    """The whole of db/schema.sql."""
    return HEADER + "\n" + "\n".join(_statements())


def sql_type(column: Column[object]) -> str:
    """The PostgreSQL name of a column's type, as people write it."""
    name = str(column.type.compile(dialect=_DIALECT)).lower()
    return name.replace("timestamp with time zone", "timestamptz").replace(", ", ",")


def _statements() -> Iterator[str]:
    yield f"CREATE SCHEMA IF NOT EXISTS {SCHEMA};"
    yield f"COMMENT ON SCHEMA {SCHEMA} IS 'The simulator''s own bookkeeping.';"
    yield f"CREATE SCHEMA IF NOT EXISTS {truth.SCHEMA};"
    yield f"COMMENT ON SCHEMA {truth.SCHEMA} IS 'What no real shop can see: for role bazaar_teacher.';\n"
    for table in tables_in_key_order():
        yield from _table_statements(table)
    yield f"INSERT INTO {SCHEMA}.alembic_version (version_num) VALUES ('{revision_of(SCHEMA_VERSION)}');\n"


def _table_statements(table: Table) -> Iterator[str]:
    yield _printed(CreateTable(table))
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield _printed(CreateIndex(index))
    yield _printed(SetTableComment(table))
    for column in table.columns:
        yield _printed(SetColumnComment(column))
    yield ""


def _printed(element: DDLElement) -> str:
    lines = str(element.compile(dialect=_DIALECT)).replace("\t", "    ").strip().splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip()) + ";"
