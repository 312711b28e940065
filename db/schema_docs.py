"""docs/schema.md: ER diagrams and a dictionary of the tables, generated from the models and the SQL in db/."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Column, ForeignKeyConstraint, Table, UniqueConstraint

from db import SCRIPTS
from db.checks import load_checks
from db.ddl import sql_type
from models import GROUPS, tables_of

HEADER = """\
<!-- Generated from models/ and db/ by `make schema`. Do not edit. -->

# The schema

Times are `timestamptz`, money is `numeric(12,2)` in the market's one currency. Ids are made by the simulator; the last
two digits of the ids of people, visits, orders, stock and deliveries are the city. Ask `sim_now()` for the time, never
`now()`: the simulated clock leaves the wall clock on purpose. In scans of large tables write `(SELECT sim_now())`,
which PostgreSQL evaluates once.
"""


def schema_md() -> str:
    """The whole of docs/schema.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEADER
    yield "## All tables and how they refer to each other\n"
    yield from _diagram([table for group in GROUPS for table in tables_of(group)], keys=False)
    for group, module in GROUPS.items():
        yield f"\n## {group.replace('_', ' ').capitalize()}\n"
        yield f"{(module.__doc__ or '').strip()}\n"
        yield from _diagram(tables_of(group), keys=True)
        for table in tables_of(group):
            yield from _dictionary(table)
    yield "\n## Views\n"
    for name, comment in [*view_comments(), *view_comments("current_run.sql")]:
        yield f"- `{name}`: {comment}"
    yield "\n## What always holds\n"
    yield "`python -m sim check` runs these queries of `db/checks.sql`; each finds the rows that break it.\n"
    for check in load_checks():
        yield f"- `{check.name}`: {check.sentence}"


def view_comments(script: str = "views.sql") -> list[tuple[str, str]]:
    """Name and comment of every view that a script makes, those for analysts unless another one is named."""
    text = (SCRIPTS / script).read_text(encoding="utf-8")
    found = re.findall(r"COMMENT ON VIEW ([\w.]+) IS\s+((?:'(?:[^']|'')*'\s*)+);", text)
    return [(name, _literal(comment)) for name, comment in found]


def view_column_comments(view: str) -> list[tuple[str, str]]:
    """Name and comment of each column of a view for analysts that has one."""
    text = (SCRIPTS / "views.sql").read_text(encoding="utf-8")
    found = re.findall(rf"COMMENT ON COLUMN {re.escape(view)}\.(\w+) IS\s+((?:'(?:[^']|'')*'\s*)+);", text)
    return [(name, _literal(comment)) for name, comment in found]


def _literal(quoted: str) -> str:
    parts = re.findall(r"'((?:[^']|'')*)'", quoted)
    return "".join(parts).replace("''", "'") if len(parts) > 1 else quoted.strip()[1:-1].replace("''", "'")


def _diagram(tables: Iterable[Table], *, keys: bool) -> Iterator[str]:
    yield "```mermaid"
    yield from diagram(tables, keys=keys)
    yield "```"


def diagram(tables: Iterable[Table], *, keys: bool) -> Iterator[str]:
    """Tables as Mermaid draws them, with their key columns or by their names alone."""
    tables = list(tables)
    yield "erDiagram"
    for table in tables:
        yield from (_entity(table) if keys else [f"    {_name(table)}"])
    for table in tables:
        for reference in sorted(table.foreign_key_constraints, key=lambda each: str(each.name)):
            yield _relationship(table, reference)


def _name(table: Table) -> str:
    return f'"{table.fullname}"' if table.schema else table.name


def _entity(table: Table) -> Iterator[str]:
    yield f"    {_name(table)} {{"
    for column in table.columns:
        marks = [mark for mark, has in (("PK", column.primary_key), ("FK", _refers(column))) if has]
        if marks:
            yield f"        {sql_type(column)} {column.name} {', '.join(marks)}"
    yield "    }"


def _refers(column: Column[object]) -> bool:
    return bool(column.foreign_keys)


def _relationship(table: Table, reference: ForeignKeyConstraint) -> str:
    columns = [column.name for column in reference.columns]
    optional = any(column.nullable for column in reference.columns)
    one_each = any(set(columns) == names for names in _unique_column_sets(table))
    parent, child = ("|o" if optional else "||"), ("o|" if one_each else "o{")
    label = ", ".join(columns)
    return f'    {_name(reference.referred_table)} {parent}--{child} {_name(table)} : "{label}"'


def _unique_column_sets(table: Table) -> list[set[str]]:
    unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return [{column.name for column in each.columns} for each in (table.primary_key, *unique)]


def _dictionary(table: Table) -> Iterator[str]:
    yield f"\n### `{table.fullname}`\n"
    yield f"{table.comment}\n"
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in table.columns:
        yield f"| {_marked(column)} | {_typed(column)} | {column.comment} |"


def _marked(column: Column[object]) -> str:
    return f"**`{column.name}`**" if column.primary_key else f"`{column.name}`"


def _typed(column: Column[object]) -> str:
    targets = sorted(key.target_fullname.rpartition(".")[0] for key in column.foreign_keys)
    arrow = f" → {', '.join(targets)}" if targets else ""
    return f"{sql_type(column)}{', null' if column.nullable else ''}{arrow}"
