"""The publication: our tables by name, so that other people's tables without a key can still be updated."""

from __future__ import annotations

from typing import NamedTuple

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small

from common.messages import one_line
from db.names import PUBLICATION
from pipeline.replica import chosen
from pipeline.replica.problems import NotPossible
from pipeline.replica.shop import ask

NAME = PUBLICATION
_FOUND = """
SELECT p.puballtables OR NOT (p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate)
           OR EXISTS (SELECT FROM pg_publication_namespace n WHERE n.pnpubid = p.oid)
           OR EXISTS (SELECT FROM pg_publication_rel r
                      WHERE r.prpubid = p.oid AND (r.prqual IS NOT NULL OR r.prattrs IS NOT NULL)),
       ARRAY(SELECT schemaname || '.' || tablename FROM pg_publication_tables t WHERE t.pubname = p.pubname)
FROM pg_publication p WHERE p.pubname = %s
"""


class Publication(NamedTuple):
    """What is published; `otherwise` where it is not a plain list of tables with all that happens to them."""

    otherwise: bool
    tables: frozenset[str]


def wanted() -> frozenset[str]:
    """The names of the tables to publish."""
    return frozenset(map(chosen.qualified, chosen.tables()))


def found(connection: Connection) -> Publication | None:
    """What is published now."""
    for otherwise, tables in ask(connection, _FOUND, (NAME,)):
        return Publication(otherwise, frozenset(tables))
    return None


def make(connection: Connection) -> None:
    """Publish our tables and nothing else, at once. Raises NotPossible, naming the right that is missing."""
    name = sql.Identifier(NAME)
    tables = sql.SQL(", ").join(sql.Identifier(*each.split(".")) for each in sorted(wanted()))
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("BEGIN; DROP PUBLICATION IF EXISTS {}; CREATE PUBLICATION {} FOR TABLE {}; COMMIT").format(
                    name, name, tables
                )
            )
    except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.InvalidObjectDefinition) as error:
        ask(connection, "ROLLBACK")
        raise NotPossible(
            f"the publication can't be made: {one_line(error)}; it needs the owner of the shop's tables, and "
            "GRANT CREATE ON DATABASE … TO that role"
        ) from None
