"""What others have built on the shop, in the same database: views, keys, triggers and whatever else leans on it.

Dropping or replacing what is ours would take it along, or cannot be done because of it. It is called as
PostgreSQL names it (`dbt.daily`, `notes_order_id_fkey on scratch.notes`), and goes only when somebody says that name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from db.names import PUBLICATION, TRANSIENT_TABLES, functions, indexes_of_all_times, tables_there, views

_SHOWN = 10
# Ours are the relations, their row types and the functions, whatever is left of them; of what hangs on a table of ours,
# constraints, indexes and triggers that we have made, and its place in the replica's publication, which is made anew. A
# rule stands for its view.
_DEPENDENTS = """
WITH RECURSIVE ours (classid, objid) AS MATERIALIZED (
    SELECT 'pg_class'::regclass::oid, to_regclass(name)::oid FROM unnest(%(relations)s::text[]) AS name
    UNION SELECT 'pg_proc'::regclass::oid, to_regprocedure(name)::oid FROM unnest(%(functions)s::text[]) AS name
    UNION SELECT 'pg_type'::regclass::oid, t.oid FROM unnest(%(relations)s::text[]) AS name
          JOIN pg_class c ON c.oid = to_regclass(name)
          JOIN pg_type t ON t.oid = c.reltype OR t.typelem = c.reltype AND c.reltype <> 0
), attached (classid, objid) AS MATERIALIZED (
    SELECT 'pg_constraint'::regclass::oid, oid FROM pg_constraint
    WHERE conrelid IN (SELECT objid FROM ours WHERE classid = 'pg_class'::regclass)
    UNION SELECT 'pg_class'::regclass::oid, oid FROM pg_class
          WHERE relkind = 'i' AND relname = ANY(%(indexes)s)
            AND relnamespace::regnamespace::text IN ('public', 'sim', 'truth')
    UNION SELECT 'pg_trigger'::regclass::oid, t.oid FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
          WHERE t.tgisinternal OR p.pronamespace = to_regnamespace('sim')
    UNION SELECT 'pg_attrdef'::regclass::oid, oid FROM pg_attrdef
          WHERE adrelid IN (SELECT objid FROM ours WHERE classid = 'pg_class'::regclass)
    UNION SELECT 'pg_publication_rel'::regclass::oid, r.oid
          FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = %(publication)s
), found (classid, objid, objsubid, depth) AS (
    SELECT classid, objid, 0, 0 FROM ours WHERE objid IS NOT NULL
    UNION
    SELECT CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass::oid END, coalesce(r.ev_class, d.objid),
           CASE WHEN r.oid IS NULL THEN d.objsubid ELSE 0 END, f.depth + 1
    FROM found f
    JOIN pg_depend d ON (d.refclassid, d.refobjid) = (f.classid, f.objid) AND d.deptype IN ('n', 'a')
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    WHERE f.depth < 40 AND (coalesce(r.ev_class, d.objid), d.classid) NOT IN (SELECT objid, classid FROM attached)
      AND coalesce(r.ev_class, d.objid) <> f.objid
), theirs AS (
    SELECT classid, objid, objsubid, max(depth) AS depth FROM found
    WHERE (classid, objid) NOT IN (SELECT classid, objid FROM ours WHERE objid IS NOT NULL)
    GROUP BY 1, 2, 3
)
SELECT i.type, i.identity,
       CASE i.type
           WHEN 'view' THEN 'DROP VIEW ' || i.identity
           WHEN 'materialized view' THEN 'DROP MATERIALIZED VIEW ' || i.identity
           WHEN 'table' THEN 'DROP TABLE ' || i.identity
           WHEN 'table constraint' THEN format('ALTER TABLE %%s DROP CONSTRAINT %%I', k.conrelid::regclass, k.conname)
           WHEN 'table column' THEN format('ALTER TABLE %%s DROP COLUMN %%I', t.objid::regclass, a.attname)
           WHEN 'default value' THEN format('ALTER TABLE %%s ALTER %%I DROP DEFAULT', f.adrelid::regclass, b.attname)
           WHEN 'function' THEN 'DROP ROUTINE ' || i.identity
           WHEN 'procedure' THEN 'DROP ROUTINE ' || i.identity
       END,
       CASE i.type
           WHEN 'view' THEN format('CREATE VIEW %%s AS%%s', i.identity, pg_get_viewdef(t.objid))
           WHEN 'materialized view' THEN
               format('CREATE MATERIALIZED VIEW %%s AS%%s', i.identity, pg_get_viewdef(t.objid))
           WHEN 'table constraint' THEN
               format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s;', k.conrelid::regclass, k.conname,
                      pg_get_constraintdef(k.oid))
           WHEN 'index' THEN pg_get_indexdef(t.objid) || ';'
           WHEN 'trigger' THEN pg_get_triggerdef(t.objid) || ';'
           WHEN 'function' THEN pg_get_functiondef(t.objid) || ';'
           WHEN 'procedure' THEN pg_get_functiondef(t.objid) || ';'
       END
FROM theirs t
CROSS JOIN pg_identify_object(t.classid, t.objid, t.objsubid) AS i
LEFT JOIN pg_constraint k ON t.classid = 'pg_constraint'::regclass AND k.oid = t.objid
LEFT JOIN pg_attrdef f ON t.classid = 'pg_attrdef'::regclass AND f.oid = t.objid
LEFT JOIN pg_attribute a ON i.type = 'table column' AND (a.attrelid, a.attnum) = (t.objid, t.objsubid)
LEFT JOIN pg_attribute b ON (b.attrelid, b.attnum) = (f.adrelid, f.adnum)
WHERE k.oid IS NULL OR k.conrelid NOT IN (SELECT objid FROM theirs WHERE objsubid = 0)  -- else it goes with its table
ORDER BY t.depth DESC, i.identity
"""


class Dependent(NamedTuple):
    """Something of others that leans on the shop."""

    kind: str
    name: str
    drop: str | None
    """What drops it; None where it goes with the table of ours that it hangs on."""
    made_by: str | None
    """What makes it again, as far as PostgreSQL says so."""


def dependents(connection: Connection) -> list[Dependent]:
    """What leans on the shop, what leans on something else of it first."""
    ours = {
        "relations": [*tables_there(connection), *TRANSIENT_TABLES, *views()],
        "functions": list(functions()),
        "indexes": indexes_of_all_times(),
        "publication": PUBLICATION,
    }
    return [Dependent(*row) for row in connection.exec_driver_sql(_DEPENDENTS, ours)]


def is_named(dependent: Dependent, named: Collection[str]) -> bool:
    """Whether it is among the names, or all of its schema is (`dbt.*`)."""
    return any(dependent.name == name or (name.endswith(".*") and _lies_in(dependent, name[:-2])) for name in named)


def unknown(found: Sequence[Dependent], named: Iterable[str]) -> list[str]:
    """The names that are of nothing that leans on the shop."""
    return [name for name in named if not any(is_named(dependent, (name,)) for dependent in found)]


def drop(connection: Connection, going: Iterable[Dependent]) -> None:
    """Drop them in their order; commits nothing."""
    for dependent in going:
        if dependent.drop is not None:
            connection.exec_driver_sql(dependent.drop, execution_options={"no_parameters": True})


def told(found: Sequence[Dependent]) -> str:
    """Their kinds and names, to be read."""
    listed = [f"{dependent.kind} {dependent.name}" for dependent in found[:_SHOWN]]
    return ", ".join(listed) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")


def _lies_in(dependent: Dependent, schema: str) -> bool:
    return dependent.name.rpartition(" on ")[2].startswith(f"{schema}.")
