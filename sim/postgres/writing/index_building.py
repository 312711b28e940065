"""Building what was set aside while history was loaded.

Keys and indexes of different tables are built side by side, over connections of their own. What that leaves, because
it concerns several tables or something went wrong, is built by the writer, by statements like any others: so it
outlives an outage as rows do, and what can't be built ends the run.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress

import psycopg2

from db.deferred_indexes import Deferred
from sim.postgres.connection import dial, server_message
from sim.postgres.writing.statements import Statement

_LOG = logging.getLogger(__name__)
_MEMORY = "128MB"
_SIDE_BY_SIDE = 2
_LARGEST_FIRST = "SELECT name FROM unnest(%s::text[]) AS name ORDER BY pg_relation_size(name) DESC"
# The writer's session is told to go by keys row by row; this one looks at whole tables.
_SETTINGS = (
    "SET LOCAL enable_seqscan = on",
    "SET LOCAL enable_hashjoin = on",
    "SET LOCAL enable_mergejoin = on",
    # Whoever reads a table for long, in a transaction left open, would be waited for without a word.
    "SET LOCAL lock_timeout = '10s'",
    f"SET LOCAL maintenance_work_mem = '{_MEMORY}'",
)


def statements_to_build(deferred: Deferred) -> list[Statement]:
    """The statements of one key or index, and of the note that it is there."""
    return [
        *(Statement(deferred.what, setting) for setting in _SETTINGS),
        *(Statement(deferred.what, statement, takes_long=True) for statement in deferred.statements),
        Statement(deferred.what, deferred.done),
    ]


def build_in_parallel(url: str, missing: Sequence[Deferred]) -> None:
    """Build what concerns one table each, the largest table first, as far as that goes well."""
    of_tables: dict[str, list[Deferred]] = defaultdict(list)
    for deferred in missing:
        if deferred.relation is not None:
            of_tables[deferred.relation].append(deferred)
    try:
        largest_first = deque(_by_size(url, [*of_tables]))
    except psycopg2.Error as error:
        _LOG.warning("database: all keys and indexes are left to the writer: %s", server_message(error))
        return
    threads = [
        threading.Thread(target=_work_off, args=(url, largest_first, of_tables), name=f"building-{n}", daemon=True)
        for n in range(_SIDE_BY_SIDE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _by_size(url: str, names: list[str]) -> list[str]:
    with closing(dial(url)) as connection, connection.cursor() as cursor:
        cursor.execute(_LARGEST_FIRST, (names,))
        return [name for (name,) in cursor.fetchall()]


def _work_off(url: str, names: deque[str], of_tables: Mapping[str, Iterable[Deferred]]) -> None:
    while names:
        with suppress(IndexError):  # the other one was quicker
            name = names.popleft()
            try:
                _build(url, name, of_tables[name])
            except psycopg2.Error as error:
                _LOG.warning("database: keys and indexes of %s are left to the writer: %s", name, server_message(error))


def _build(url: str, name: str, of_the_table: Iterable[Deferred]) -> None:
    """Build it, and do what the server would do by and by: without statistics readers wait much longer at first."""
    with closing(dial(url)) as connection:
        for deferred in of_the_table:
            with connection, connection.cursor() as cursor:
                for statement in statements_to_build(deferred):
                    cursor.execute(statement.sql)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE, PARALLEL 0) {name}")  # in containers shared memory is small
