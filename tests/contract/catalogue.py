"""All that PostgreSQL knows about the schemas public, sim and truth, to compare two databases by."""

from __future__ import annotations

from sqlalchemy import Connection

OURS = "('public', 'sim', 'truth')"
# A column's place among those that are there, for a dropped one leaves a gap in attnum.
COLUMNS = f"""
SELECT n.nspname, c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), a.attname,
       format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
       col_description(c.oid, a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname IN {OURS} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2, 3
"""
CONSTRAINTS = f"""
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
FROM pg_constraint WHERE connamespace::regnamespace::text IN {OURS} AND conrelid <> 0 ORDER BY 1, 2
"""
INDEXES = f"SELECT schemaname, tablename, indexdef FROM pg_indexes WHERE schemaname IN {OURS} ORDER BY 1, 2, 3"
TABLES = f"""
SELECT c.oid::regclass::text, c.reloptions, obj_description(c.oid)
FROM pg_class c WHERE c.relnamespace::regnamespace::text IN {OURS} AND c.relkind = 'r' ORDER BY 1
"""
OTHER_RELATIONS = f"""
SELECT c.oid::regclass::text, c.relkind::text
FROM pg_class c WHERE c.relnamespace::regnamespace::text IN {OURS} AND c.relkind NOT IN ('r', 'i') ORDER BY 1
"""
VIEWS = f"""
SELECT c.oid::regclass::text, pg_get_viewdef(c.oid), c.reloptions, obj_description(c.oid)
FROM pg_class c WHERE c.relnamespace::regnamespace::text IN {OURS} AND c.relkind IN ('v', 'm') ORDER BY 1
"""
FUNCTIONS = f"""
SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), obj_description(p.oid)
FROM pg_proc p WHERE p.pronamespace::regnamespace::text IN {OURS} ORDER BY 1
"""
SCHEMAS = f"SELECT nspname, obj_description(oid) FROM pg_namespace WHERE nspname IN {OURS} ORDER BY 1"
GRANTS = f"""
SELECT g.what, r.grantee::regrole::text, r.privilege_type
FROM (
    SELECT c.oid::regclass::text AS what, c.relacl AS acl, c.relnamespace AS namespace FROM pg_class c
    UNION ALL SELECT p.oid::regprocedure::text, p.proacl, p.pronamespace FROM pg_proc p
    UNION ALL SELECT n.nspname, n.nspacl, n.oid FROM pg_namespace n
    UNION ALL SELECT 'default '::text || d.defaclobjtype::text, d.defaclacl, d.defaclnamespace FROM pg_default_acl d
) g, aclexplode(g.acl) r
WHERE g.namespace::regnamespace::text IN {OURS} ORDER BY 1, 2, 3
"""

OF_TABLES = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES, "tables": TABLES}
WHOLE = OF_TABLES | {
    "other relations": OTHER_RELATIONS,
    "views": VIEWS,
    "functions": FUNCTIONS,
    "schemas": SCHEMAS,
    "grants": GRANTS,
}


def catalogue(connection: Connection, queries: dict[str, str] = WHOLE) -> dict[str, list[tuple[object, ...]]]:
    """What PostgreSQL knows, by kind, in an order that depends on names alone."""
    return {what: [tuple(row) for row in connection.exec_driver_sql(sql)] for what, sql in queries.items()}
