"""The names that a shop needs in its database: what others call so is in its way, and everything else is theirs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from db import SCRIPTS
from models import metadata, tables_in_key_order

FIRST_SCHEMA = SCRIPTS / "migrations" / "first_schema"
REPLACED_SCRIPTS = ("current_run.sql", "functions.sql", "quarters.sql", "views.sql")
# Tables that are there for a time only: the first schema's own one, and while history is loaded.
TRANSIENT_TABLES = ("sim.schema_version", "sim.unbuilt")
PUBLICATION = "bazaar_replica"
"""What a replica of the shop reads (docs/replica.md): it loses its tables with them, and is made for the next ones."""
SINCE = {
    "public.incidents": 3,
    "public.kept_since()": 4,
    "public.visits_in(text)": 5,
    "public.views_in(text)": 5,
    "sim.count_sessions()": 5,
    "sim.count_views()": 5,
    "sim.refill_quarters()": 5,
    "public.promises_due": 6,
    "public.currency()": 6,
    "sim.rules_since(int)": 6,
    "public.incidents_during(text,timestamptz,timestamptz)": 6,
    "sim.current_run": 7,
}
"""Since which version there are the views and functions that the first schema had not: what an older shop has under
such a name is somebody else's, and CREATE OR REPLACE would replace it."""

_MADE = re.compile(r"^CREATE OR REPLACE (VIEW|FUNCTION) (?:(\w+)\.)?(\w+)(?:\(([^)]*)\))?", re.MULTILINE)
_MIGRATED = re.compile(r"^\s*CREATE (?:UNIQUE )?(?:TABLE|INDEX) (?:(\w+)\.)?(\w+)(?: ON (\w+)\.)?", re.MULTILINE)
_MOVED = re.compile(r"^ALTER TABLE (\w+)\.(\w+) SET SCHEMA (\w+)", re.MULTILINE)
_TAKEN = """
SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = ANY(%(relations)s)
UNION
SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || t.typname
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname || '.' || t.typname = ANY(%(relations)s) AND t.typcategory <> 'A'  -- of an array the name gives way
UNION
SELECT regexp_replace(f, '^public\\.', '')
FROM unnest(%(functions)s::text[]) AS f JOIN pg_namespace n ON n.nspname = split_part(f, '.', 1)
WHERE CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN to_regprocedure(f) IS NOT NULL END
ORDER BY 1
"""

_ARE_THERE = """
SELECT coalesce(array_agg(n.nspname || '.' || c.relname), '{}')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = ANY(%s)
"""


def tables() -> list[str]:
    """Every table with its schema, those referred to before those that refer to them."""
    return [_qualified(table.schema, table.name) for table in tables_in_key_order()]


def tables_there(connection: Connection) -> list[str]:
    """The same in a shop of this version or an older one, be they there or not: each where that shop has it."""
    ways = moved()
    (there,) = connection.exec_driver_sql(_ARE_THERE, (list(ways),)).scalars()
    return [ways[name] if name in ways and name not in there else name for name in tables()]


@cache
def moved() -> dict[str, str]:
    """Where older shops have the tables that have moved, by their names of today."""
    found = (m for file in _migrations() for m in _MOVED.finditer(file.read_text(encoding="utf-8")))
    return {f"{m[3]}.{m[2]}": f"{m[1]}.{m[2]}" for m in found}


def _migrations() -> list[Path]:
    return sorted((SCRIPTS / "migrations" / "versions").glob("[0-9]*.py"))


@cache
def views() -> tuple[str, ...]:
    """Every view with its schema."""
    return tuple(name for name in _made(SCRIPTS) if "(" not in name)


@cache
def functions() -> tuple[str, ...]:
    """Every function with its schema and the types of its arguments."""
    return tuple(name for name in _made(SCRIPTS) if "(" in name)


def indexes() -> list[str]:
    """The names of all indexes that are not a key's."""
    return sorted(str(index.name) for table in tables_in_key_order() for index in table.indexes)


@cache
def indexes_of_all_times() -> list[str]:
    """The same, and those that older shops still have."""
    scripts = [FIRST_SCHEMA / "schema.sql", *_migrations()]
    return sorted({*indexes(), *(m[2] for s in scripts for m in _MIGRATED.finditer(s.read_text(encoding="utf-8")))})


def keys() -> list[str]:
    """The names of all keys, primary, unique and foreign."""
    of_tables = (constraint.name for table in metadata.tables.values() for constraint in table.constraints)
    return sorted(str(name) for name in of_tables if str(name).startswith(("pk_", "uq_", "fk_", "alembic_")))


def taken(connection: Connection, wanted: set[str] | None = None) -> tuple[str, ...]:
    """Which of the names that a shop needs (all, or those `wanted`) are something's already, without schema public."""
    needed = _needed() if wanted is None else wanted
    relations = [name for name in needed if "(" not in name]
    asked = {"relations": relations, "functions": [name for name in needed if "(" in name]}
    return tuple(connection.exec_driver_sql(_TAKEN, asked).scalars())


def new_since(version: int) -> set[str]:
    """The names that a shop of an older version has not yet, and shall have."""
    migrations = _migrations()
    newer = [file for file in migrations if int(file.name[:4]) > max(version, 1)]
    older = [FIRST_SCHEMA / "schema.sql", *(file for file in migrations if file not in newer)]
    made = _migrated(newer) - _migrated(older)  # an index may be made once more under its name
    return (made | {name for name, since in SINCE.items() if since > version}) & _needed()


def _migrated(files: list[Path]) -> set[str]:
    texts = [file.read_text(encoding="utf-8") for file in files]
    made = {_qualified(m[1] or m[3], m[2]) for text in texts for m in _MIGRATED.finditer(text)}
    return made | {f"{m[3]}.{m[2]}" for text in texts for m in _MOVED.finditer(text)}


def _needed() -> set[str]:
    of_indexes = {_qualified(table.schema, str(i.name)) for table in tables_in_key_order() for i in table.indexes}
    of_keys = {  # a primary or unique key has an index of its name
        _qualified(table.schema, str(key.name))
        for table in tables_in_key_order()
        for key in table.constraints
        if str(key.name).startswith(("pk_", "uq_"))
    }
    return {*tables(), *TRANSIENT_TABLES, *views(), *functions(), *of_indexes, *of_keys}


def _made(folder: Path) -> list[str]:
    """What the scripts in a folder make, functions by their signatures."""
    scripts = [file.read_text(encoding="utf-8") for name in REPLACED_SCRIPTS if (file := folder / name).exists()]
    found = (match.groups() for script in scripts for match in _MADE.finditer(script))
    return [
        _qualified(schema, name) + (f"({_types(arguments)})" if kind == "FUNCTION" else "")
        for kind, schema, name, arguments in found
    ]


def of_first_schema() -> set[str]:
    """The views and functions that a shop has had from the first version on."""
    return set(_made(FIRST_SCHEMA))


def _types(arguments: str) -> str:
    """Of `name type, OUT name type` the types of what goes in."""
    given = (argument.split() for argument in arguments.split(",") if argument.strip())
    return ",".join(words[-1] for words in given if words[0] != "OUT")


def _qualified(schema: str | None, name: str) -> str:
    return f"{schema or 'public'}.{name}"
