"""DBML, as dbdiagram and its kin draw it."""

from __future__ import annotations

from collections.abc import Iterator

from db.formats.described import Described, Relation, relations


def dbml() -> str:
    """The tables, with notes and references."""
    tables = [each for each in relations() if each.kind == "table"]
    blocks = ["\n".join(_table(table)) for table in tables]
    return "\n\n".join([*blocks, "\n".join(line for table in tables for line in _references(table))]) + "\n"


def _table(table: Relation) -> Iterator[str]:
    yield f"Table {table.name} {{"
    for column in table.columns:
        yield f"  {column.name} {_type(column)} [{', '.join(_settings(table, column))}]"
    keys = [(table.key, "pk")] if len(table.key) > 1 else []
    keys += [(each, "unique") for each in table.unique if len(each) > 1]
    if keys:
        yield "  indexes {"
        for columns, what in keys:
            yield f"    ({', '.join(columns)}) [{what}]"
        yield "  }"
    yield f"  Note: {_quoted(table.comment)}"
    yield "}"


def _settings(table: Relation, column: Described) -> Iterator[str]:
    if table.key == (column.name,):
        yield "pk"
    elif (column.name,) in table.unique:
        yield "unique"
    if not column.nullable:
        yield "not null"
    values = f" One of: {', '.join(column.values)}." if column.values else ""
    yield f"note: {_quoted(column.comment + values)}"


def _references(table: Relation) -> Iterator[str]:
    for each in table.references:
        kind = "-" if each.columns == table.key or each.columns in table.unique else ">"
        yield f"Ref: {table.name}.{_listed(each.columns)} {kind} {each.table}.{_listed(each.to)}"


def _listed(columns: tuple[str, ...]) -> str:
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"


def _type(column: Described) -> str:
    return f'"{column.type}"' if " " in column.type else column.type


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
