"""The one applier: makes the whole schema in a database without one, and tells what a database holds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from db import SCRIPTS
from db.names import REPLACED_SCRIPTS, tables, taken
from db.privileges import lacking_to_make
from models import SCHEMA_VERSION

TABLES_SCRIPT = "schema.sql"
ROLES_SCRIPT = "roles.sql"
OLDEST_SERVER = 15
ENCODINGS = ("UTF8", "SQL_ASCII")  # the second keeps what it is given
UPGRADE = "python -m sim upgrade"
_LOCK = 0x62617A616172  # "bazaar": two simulators that meet on one empty database take turns

_MISSING = "SELECT name FROM unnest(%s) AS name WHERE to_regclass(name) IS NULL ORDER BY 1"
# Alembic's version table, and the table that the first schema had in its place.
# (Not by to_regclass, which refuses to look into a schema that is somebody else's.)
_COLUMNS = """
SELECT count(*) > 0
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'sim' AND
"""
_HAS_REVISION = f"{_COLUMNS} c.relname = 'alembic_version' AND a.attname = 'version_num'"
_HAS_FIRST_VERSION = (
    f"{_COLUMNS} c.relname = 'schema_version' AND a.attname = 'version' AND a.atttypid = 'int4'::regtype"
)


class SchemaError(Exception):
    """The schema can't be made, or what is there can't be used; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class Empty:
    """No shop, and nothing in its way; whatever others have there."""


@dataclass(frozen=True, slots=True)
class Current:
    """The schema of this program."""


@dataclass(frozen=True, slots=True)
class Older:
    """The schema of an older Bazaar."""

    version: int


@dataclass(frozen=True, slots=True)
class Newer:
    """The schema of a newer Bazaar."""

    version: int


@dataclass(frozen=True, slots=True)
class Foreign:
    """No shop, but something of others under names that it needs, qualified unless in public."""

    names: tuple[str, ...]


SchemaState = Empty | Current | Older | Newer | Foreign


def schema_state(connection: Connection) -> SchemaState:
    """What the database holds. Raises SchemaError when it says it is ours but tables are missing."""
    version = _version(connection)
    if version is None:
        in_the_way = taken(connection)
        return Foreign(in_the_way) if in_the_way else Empty()
    if version != SCHEMA_VERSION:
        return Older(version) if version < SCHEMA_VERSION else Newer(version)
    missing = [name.removeprefix("public.") for name in connection.exec_driver_sql(_MISSING, (tables(),)).scalars()]
    if missing:
        raise SchemaError(f"the database has Bazaar's schema {version} but lacks {', '.join(missing)}")
    return Current()


def apply_schema(connection: Connection) -> list[str]:
    """Make tables, functions, views and roles in one transaction, and commit it. Raises SchemaError unless empty.

    Returns what PostgreSQL warned of, such as a missing right to make roles: lines for people.
    """
    try:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        _refuse_unless_ready(connection)
        connection.exec_driver_sql("SET LOCAL search_path = public")
        _run(connection, TABLES_SCRIPT)
        warnings = make_anew(connection)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return warnings


def make_anew(connection: Connection) -> list[str]:
    """Make functions, views and grants as this program has them; returns PostgreSQL's warnings. Commits nothing."""
    for script in REPLACED_SCRIPTS:
        _run(connection, script)
    return run_roles(connection, _sql(ROLES_SCRIPT))


def run_roles(connection: Connection, script: str) -> list[str]:
    """Run a script in the current transaction and return the warnings; meant for db/roles.sql."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise SchemaError("the connection to the database is closed")
    # SQLAlchemy moves the driver's notices into a log that nobody reads, so this one goes past it.
    with driver.cursor() as cursor:
        cursor.execute(script)
    # Each begins with its severity, in the server's language; on our terms there is nothing below a warning.
    warnings = [notice.partition(":")[2].splitlines()[0].strip() for notice in driver.notices]
    driver.notices.clear()
    return warnings


def _run(connection: Connection, script: str) -> None:
    connection.exec_driver_sql(_sql(script), execution_options={"no_parameters": True})


def _sql(script: str) -> str:
    return (SCRIPTS / script).read_text(encoding="utf-8")


def _version(connection: Connection) -> int | None:
    if connection.exec_driver_sql(_HAS_REVISION).scalar_one():
        revision = connection.exec_driver_sql("SELECT max(version_num) FROM sim.alembic_version").scalar_one()
        return int(revision) if revision is not None and re.fullmatch(r"\d{4}", revision) else None
    if connection.exec_driver_sql(_HAS_FIRST_VERSION).scalar_one():
        return connection.exec_driver_sql("SELECT max(version) FROM sim.schema_version").scalar_one_or_none()
    return None


def _refuse_unless_ready(connection: Connection) -> None:
    server = connection.dialect.server_version_info
    if server is not None and int(server[0]) < OLDEST_SERVER:
        raise SchemaError(f"PostgreSQL {OLDEST_SERVER} or newer is needed, this one is {server[0]}")
    encoding = str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())
    if encoding not in ENCODINGS:
        raise SchemaError(
            f"the database's encoding is {encoding}, in which not every name can be written; allowed is UTF8:"
            " CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    state = schema_state(connection)
    if not isinstance(state, Empty):
        raise SchemaError(f"the schema is made where none is yet; this one holds {described(state)}")
    if missing := lacking_to_make(connection):
        raise SchemaError(missing)


def described(state: SchemaState) -> str:
    """A state in words, to follow "this database holds"."""
    match state:
        case Empty():
            return "nothing"
        case Current():
            return f"Bazaar's schema {SCHEMA_VERSION}"
        case Older(version):
            return (
                f"an older Bazaar's schema ({version}; this program's is {SCHEMA_VERSION}), "
                f"which `{UPGRADE}` upgrades (with the same --database-url, if one was given)"
            )
        case Newer(version):
            return f"a newer Bazaar's schema ({version}; this program's is {SCHEMA_VERSION})"
        case Foreign(names):
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            return (
                f"something of others under names that a shop needs: {', '.join(names[:3])}{more}"
                " (rename that, or give the shop a database of its own)"
            )
