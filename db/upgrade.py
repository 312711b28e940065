"""Upgrades: brings an older Bazaar's tables and rows to this program's schema, all of it or nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection, inspect

from db import SCRIPTS
from db.apply import Current, Older, SchemaError, described, make_anew, schema_state
from db.deferred_indexes import build
from db.dependents import Dependent, dependents, drop, is_named
from db.names import new_since, taken
from models import SCHEMA_VERSION, revision_of
from models.run_control import SCHEMA

FIRST = 1
"""The one version that a database says in a table of its own instead of Alembic's."""
_WAIT_FOR_READERS = "10s"


class Step(NamedTuple):
    """A migration, with its own first line."""

    revision: str
    sentence: str


class Upgrade(NamedTuple):
    """What was done, oldest first, what PostgreSQL warned of, and what of others was dropped as it was named."""

    steps: list[Step]
    warnings: list[str]
    dropped: list[Dependent]


def upgrade_schema(connection: Connection, drop_named: Collection[str] = ()) -> Upgrade:
    """Upgrade in one transaction, and commit it; no steps when all is new already.

    Raises SchemaError unless it is a Bazaar's schema of this version or an older one, and where a name that it shall
    have is somebody else's. Of what others have built on it that is dropped before which is named. No simulator may be
    running.
    """
    try:
        state = schema_state(connection)
        if isinstance(state, Current):
            return Upgrade([], [], [])
        if not isinstance(state, Older):
            raise SchemaError(f"the database holds {described(state)}; only an older Bazaar's schema can be upgraded")
        _refuse_taken_names(connection, state.version)
        steps = steps_since(state.version)
        connection.exec_driver_sql(f"SET LOCAL search_path = public; SET LOCAL lock_timeout = '{_WAIT_FOR_READERS}'")
        dropped = [dependent for dependent in dependents(connection) if is_named(dependent, drop_named)]
        drop(connection, dropped)
        build(connection)  # where the older program ended while it loaded history
        migrate(connection)
        warnings = make_anew(connection)
        _refuse_unless_current(connection)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return Upgrade(steps, warnings, dropped)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to one of them in the connection's transaction; commits nothing."""
    config = _config()
    config.attributes["connection"] = connection
    if inspect(connection).has_table("schema_version", schema=SCHEMA):
        command.stamp(config, revision_of(FIRST))
    command.upgrade(config, revision)


def steps_since(version: int) -> list[Step]:
    """The migrations that a database of this version still has to take, oldest first."""
    try:
        found = list(migrations().iterate_revisions("head", revision_of(version)))
    except RevisionError as error:
        raise SchemaError(f"no migration begins at schema {version}: {error}") from error
    return [Step(script.revision, script.doc) for script in reversed(found)]


def _refuse_taken_names(connection: Connection, version: int) -> None:
    if in_the_way := taken(connection, new_since(version)):
        raise SchemaError(
            f"something of others has names that schema {SCHEMA_VERSION} needs, and nothing was changed:"
            f" {', '.join(in_the_way)}; rename it (ALTER … RENAME TO …) or move it to a schema of its own first"
        )


def migrations() -> ScriptDirectory:
    """The migrations of this program."""
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS / "migrations").replace("%", "%%"))
    return config


def _refuse_unless_current(connection: Connection) -> None:
    state = schema_state(connection)
    if not isinstance(state, Current):
        raise SchemaError(f"the migrations led to {described(state)}")
