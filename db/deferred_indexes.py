"""Keys, indexes and counts that are set aside while the history of a new shop is loaded, and what builds them.

Checking every row against every key as it arrives is most of what a database does while history is made; building a
key or an index over all rows at once, which checks the same, costs a fraction. So they are dropped before loading
(again, when it goes on after a kill), and what makes them anew is kept in a table, `sim.unbuilt`, which is there
exactly as long as anything is missing. PostgreSQL itself says how they are made, so the finished schema is that of
db/schema.sql.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult

from db.names import indexes, keys
from models.declarations import appended_tables

_SHOP = "n.nspname IN ('public', 'truth')"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_APPENDED = _listed(appended_tables())
# What others have made, on tables of ours or their own, stays.
_OUR_KEYS = f"c.conname IN ({_listed(keys())})"
# Those that others refer to are dropped after those that refer, and built before them.
_FOREIGN_KEYS = f"""
SELECT 'foreign key ' || c.conname AS what, NULL AS relation,
       format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname) AS drop,
       ARRAY[format('ALTER TABLE %s ADD CONSTRAINT %I %s',
                    c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))] AS build
FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
WHERE c.contype = 'f' AND {_SHOP} AND {_OUR_KEYS} ORDER BY c.conname
"""
# An index first, and then the key by it: so that readers are locked out for a moment only.
_KEYS = f"""
SELECT 'key ' || c.conname AS what, c.conrelid::regclass::text AS relation,
       format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname) AS drop,
       ARRAY[pg_get_indexdef(c.conindid),
             format('ALTER TABLE %s ADD CONSTRAINT %I %s USING INDEX %I', c.conrelid::regclass, c.conname,
                    CASE c.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, c.conname)] AS build
FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace JOIN pg_class t ON t.oid = c.conrelid
WHERE {_SHOP} AND {_OUR_KEYS} AND (c.contype = 'u' OR c.contype = 'p' AND t.relname IN ({_APPENDED}))
  AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid)
ORDER BY c.conname
"""
_INDEXES = f"""
SELECT 'index ' || t.relname AS what, i.indrelid::regclass::text AS relation,
       format('DROP INDEX %s', i.indexrelid::regclass) AS drop,
       ARRAY[pg_get_indexdef(i.indexrelid)] AS build
FROM pg_index i JOIN pg_class t ON t.oid = i.indexrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE {_SHOP} AND t.relname IN ({_listed(indexes())}) ORDER BY t.relname
"""
# What our triggers keep is counted once, over all rows; those that other people have made go on.
_TRIGGERS = f"""
SELECT 'counts by quarters of an hour' AS what, NULL AS relation,
       string_agg(format('ALTER TABLE %s DISABLE TRIGGER %I', t.tgrelid::regclass, t.tgname), ';') AS drop,
       'SELECT sim.refill_quarters()'::text
           || array_agg(format('ALTER TABLE %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)) AS build
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND p.pronamespace = 'sim'::regnamespace AND {_SHOP}
HAVING count(*) > 0
"""
_KEEP = """
CREATE TABLE sim.unbuilt (position int PRIMARY KEY, what text NOT NULL, relation text, statements text[] NOT NULL)
"""
_TELL = "COMMENT ON TABLE sim.unbuilt IS 'History is being loaded: keys and indexes that are built when it is there.'"
_LET_READ = """
DO $$ BEGIN
    IF to_regrole('bazaar_reader') IS NOT NULL THEN GRANT SELECT ON sim.unbuilt TO bazaar_reader; END IF;
END $$
"""
_DONE = """
DO $$ BEGIN
    DELETE FROM sim.unbuilt WHERE position = {position};
    IF NOT EXISTS (SELECT FROM sim.unbuilt) THEN DROP TABLE sim.unbuilt; END IF;
END $$
"""
_ARE_SOME = "SELECT to_regclass('sim.unbuilt') IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Deferred:
    """A key or an index that is missing, with the statements that build it.

    `relation` is the table that it is of, if it concerns no other one.
    """

    position: int
    what: str
    relation: str | None
    statements: tuple[str, ...]

    @property
    def done(self) -> str:
        """The statement that says that it is built; when nothing is missing any more, nothing is left of it all."""
        return _DONE.format(position=self.position)


def defer(connection: Connection) -> None:
    """Drop foreign keys, indexes, and keys that loading does not need, and turn our triggers off; commits nothing.

    Raises DBAPIError when somebody else is reading.
    """
    to_build: list[tuple[str, str | None, list[str]]] = []
    _plain(connection, "SET LOCAL search_path = public; SET LOCAL lock_timeout = '5s'")
    for sql in (_TRIGGERS, _FOREIGN_KEYS, _KEYS, _INDEXES):
        found = _plain(connection, sql).mappings().all()
        for missing in found:
            _plain(connection, missing["drop"])
        to_build = [(missing["what"], missing["relation"], missing["build"]) for missing in found] + to_build
    _plain(connection, _KEEP)
    _plain(connection, _TELL)
    _plain(connection, _LET_READ)
    for position, (what, relation, statements) in enumerate(to_build):
        connection.exec_driver_sql(
            "INSERT INTO sim.unbuilt VALUES (%s, %s, %s, %s)", (position, what, relation, statements)
        )


def deferred(connection: Connection) -> list[Deferred]:
    """What is missing, in the order of building."""
    if not connection.exec_driver_sql(_ARE_SOME).scalar_one():
        return []
    found = connection.exec_driver_sql("SELECT * FROM sim.unbuilt ORDER BY position").all()
    return [Deferred(row.position, row.what, row.relation, tuple(row.statements)) for row in found]


def build(connection: Connection) -> None:
    """Build all that is missing; commits nothing. For whoever has the database to itself."""
    for missing in deferred(connection):
        for statement in (*missing.statements, missing.done):
            _plain(connection, statement)


def _plain(connection: Connection, sql: str) -> CursorResult[Any]:
    """Run SQL in which a per cent sign is only that."""
    return connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
