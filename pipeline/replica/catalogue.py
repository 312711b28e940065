"""What MySQL's catalogue says of the replica's tables, and where that is otherwise than the models have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pymysql.connections import Connection
from sqlalchemy import Table
from sqlalchemy.dialects import mysql as dialect

from pipeline.replica.mysql import ask

_COLUMNS = """
SELECT table_name, column_name, column_type, is_nullable = 'YES', column_comment FROM information_schema.columns
WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position
"""
_TABLES = """
SELECT table_name, table_comment, table_collation FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
"""
_KEYS = """
SELECT table_name, column_name FROM information_schema.statistics
WHERE table_schema = DATABASE() AND index_name = 'PRIMARY' ORDER BY table_name, seq_in_index
"""
COLLATION = "utf8mb4_0900_bin"


class Form(NamedTuple):
    """A table as a catalogue describes it: columns as name, type and whether NULL is allowed; then the comments."""

    columns: tuple[tuple[str, str, bool], ...]
    key: tuple[str, ...]
    collation: str
    comments: tuple[str, ...]  # the table's, then the columns'


def wanted(table: Table) -> Form:
    """The form of a table of `mysql_tables.of_models`."""
    columns = tuple((each.name, _shown(each.type), bool(each.nullable)) for each in table.columns)
    key = tuple(each.name for each in table.primary_key.columns)
    return Form(columns, key, COLLATION, tuple(str(each.comment or "") for each in (table, *table.columns)))


def found(connection: Connection[Any]) -> dict[str, Form]:
    """The form of every table that there is, by name."""
    columns, keys = ask(connection, _COLUMNS), ask(connection, _KEYS)
    return {
        name: Form(
            tuple((column, _text(kind), bool(null)) for table, column, kind, null, _ in columns if table == name),
            tuple(column for table, column in keys if table == name),
            collation,
            (comment, *(said for table, *_, said in columns if table == name)),
        )
        for name, comment, collation in ask(connection, _TABLES)
    }


def differences(tables: Sequence[Table], there: dict[str, Form]) -> dict[str, str]:
    """What is wrong with which table, comments apart."""
    return {table.name: said for table in tables if (said := _difference(wanted(table), there.get(table.name)))}


def _difference(wanted: Form, there: Form | None) -> str:
    if there is None:
        return "is missing"
    ours, theirs = dict(_by_name(wanted)), dict(_by_name(there))
    if missing := [name for name in ours if name not in theirs]:
        return f"has no column {', '.join(missing)}"
    if more := [name for name in theirs if name not in ours]:
        return f"has a column {', '.join(more)} more"
    if others := [f"{name} is {theirs[name]}, not {ours[name]}" for name in ours if theirs[name] != ours[name]]:
        return "; ".join(others)
    if wanted[:3] != there[:3]:
        return "has another key, order of columns or collation"
    return ""


def _by_name(form: Form) -> list[tuple[str, str]]:
    return [(name, kind if null else f"{kind} not null") for name, kind, null in form.columns]


def _shown(kind: Any) -> str:
    """A type as the catalogue spells it."""
    spelled = str(kind.compile(dialect=dialect.dialect())).lower().replace(", ", ",")
    return "int" if spelled == "integer" else spelled


def _text(kind: str | bytes) -> str:
    return kind.decode() if isinstance(kind, bytes) else kind
