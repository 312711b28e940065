"""Which rights making a shop and writing in one need, looked for before either: what is missing, in one line."""

from __future__ import annotations

from sqlalchemy import Connection

from models import tables_in_key_order

_TO_MAKE = """
SELECT current_user, current_database(), has_database_privilege(current_database(), 'CREATE'),
       coalesce(has_schema_privilege('public', 'CREATE'), false),
       (SELECT ARRAY[nspname, pg_get_userbyid(nspowner)] FROM pg_namespace
        WHERE nspname IN ('sim', 'truth') AND NOT pg_has_role(nspowner, 'USAGE') ORDER BY 1 LIMIT 1)
FROM (SELECT to_regnamespace('public') IS NOT NULL) AS public(is_there) WHERE is_there
"""
_TEMPORARY = """
SELECT current_user, current_database()
WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
"""
CONNECTIONS_NEEDED = 4
"""A run writes, listens and cuts off what is not kept, each by a connection of its own, and reads by another one."""
_CONNECTIONS = f"""
SELECT current_user, current_database(), CASE WHEN roles.most < bases.most THEN 'ROLE' ELSE 'DATABASE' END,
       least(roles.most, bases.most)
FROM (SELECT coalesce(nullif(rolconnlimit, -1), 1e9), rolsuper FROM pg_roles WHERE rolname = session_user)
         AS roles (most, super),
     (SELECT coalesce(nullif(datconnlimit, -1), 1e9) FROM pg_database WHERE datname = current_database())
         AS bases (most)
WHERE NOT super AND least(roles.most, bases.most) < {CONNECTIONS_NEEDED}
"""
# By the catalogue alone: to_regclass() is refused to who may not even look into a schema.
_TO_WRITE = """
SELECT current_user, concat_ws('.', nullif(t.schema, 'public'), t.name), pg_get_userbyid(c.relowner)
FROM unnest(%s, %s) WITH ORDINALITY AS t (schema, name, place)
JOIN pg_namespace n ON n.nspname = t.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
WHERE NOT pg_has_role(c.relowner, 'USAGE') ORDER BY place LIMIT 1
"""


def lacking_to_make(connection: Connection) -> str | None:
    """What this user may not do that making the schema needs; None where nothing is missing."""
    row = connection.exec_driver_sql(_TO_MAKE).one_or_none()
    if row is None:
        return "the database has no schema public; make it with: CREATE SCHEMA public"
    user, database, may_add_schemas, may_add_tables, of_others = row
    if not may_add_schemas:
        return f'user {user} may not make schemas here; run: GRANT CREATE ON DATABASE "{database}" TO "{user}"'
    if not may_add_tables:
        return (
            f"user {user} may not make tables in schema public (since PostgreSQL 15 only the database's owner may);"
            f' run: GRANT CREATE ON SCHEMA public TO "{user}"'
        )
    if of_others:
        schema, owner = of_others
        return f'schema {schema} is there, and is {owner}\'s; run: ALTER SCHEMA {schema} OWNER TO "{user}"'
    return _lacking_in_any_case(connection)


def lacking_to_write(connection: Connection) -> str | None:
    """The same of going on with a shop: keys are set aside, rows cut off and tables upgraded by their owner only."""
    tables = tables_in_key_order()
    schemas, names = [table.schema or "public" for table in tables], [table.name for table in tables]
    for user, table, owner in connection.exec_driver_sql(_TO_WRITE, (schemas, names)):
        return f'user {user} does not own {table}; connect as its owner {owner}, or: GRANT "{owner}" TO "{user}"'
    return _lacking_in_any_case(connection)


def _lacking_in_any_case(connection: Connection) -> str | None:
    for user, database in connection.exec_driver_sql(_TEMPORARY):
        return (
            f"user {user} may not make temporary tables here, through which rows are changed;"
            f' run: GRANT TEMPORARY ON DATABASE "{database}" TO "{user}"'
        )
    for user, database, kind, most in connection.exec_driver_sql(_CONNECTIONS):
        name = user if kind == "ROLE" else database
        return (
            f"{kind.lower()} {name} may have {most:.0f} connections only; a run needs {CONNECTIONS_NEEDED},"
            f' for moments 8; run: ALTER {kind} "{name}" CONNECTION LIMIT 8'
        )
    return None
