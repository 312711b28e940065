"""Digests of the business tables, to tell whether two runs wrote the same rows."""

from __future__ import annotations

import psycopg2.extensions
from psycopg2 import sql

# Instants and floats must read the same whatever the session's settings; SET LOCAL ends with the transaction.
_SETTINGS = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL extra_float_digits = 1; "

_TABLES = """
SELECT nspname, relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE nspname IN ('public', 'truth') AND relname NOT LIKE 'carried%' AND relkind IN ('r', 'p') AND NOT relispartition
ORDER BY relname
"""

# The sum of two independent 64-bit hashes a row does not depend on the rows' order, and no sort is needed.
_DIGEST = """
SELECT {name}, count(*) || ':' || md5(
    coalesce(sum(hashtextextended(t::text, 0)), 0) || ':' || coalesce(sum(hashtextextended(t::text, 1)), 0))
FROM {schema}.{table} AS t
"""


def table_digests(connection: psycopg2.extensions.connection) -> dict[str, str]:
    """`rows:md5` of every table of the schemas public and truth by name, whatever the rows' order, in one snapshot.

    What stands there for a past that was cut off depends on when that was done, and is no part of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        found = cursor.fetchall()
        if not found:
            return {}
        digests = [
            sql.SQL(_DIGEST).format(name=sql.Literal(name), schema=sql.Identifier(schema), table=sql.Identifier(name))
            for schema, name in found
        ]
        cursor.execute(sql.SQL(_SETTINGS) + sql.SQL(" UNION ALL ").join(digests))
        return dict(cursor.fetchall())
