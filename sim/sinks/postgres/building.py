"""Building what was set aside while history was loaded, as steps of the writer: so it outlives an outage as rows do."""

from __future__ import annotations

from models.unbuilt import Unbuilt
from sim.sinks.postgres.connection import dial
from sim.sinks.postgres.steps import Step

_MEMORY = "256MB"
# The writer's session is told to go by keys row by row; this one looks at whole tables.
_SETTINGS = (
    "SET LOCAL search_path = public",
    "SET LOCAL enable_seqscan = on",
    "SET LOCAL enable_hashjoin = on",
    "SET LOCAL enable_mergejoin = on",
    f"SET LOCAL maintenance_work_mem = '{_MEMORY}'",
)


def steps_to_build(unbuilt: Unbuilt) -> list[Step]:
    """The statements of one key or index, and of the note that it is there."""
    return [
        *(Step(unbuilt.what, setting) for setting in _SETTINGS),
        *(Step(unbuilt.what, statement, takes_long=True) for statement in unbuilt.statements),
        Step(unbuilt.what, unbuilt.done),
    ]


def tidy_up(url: str) -> None:
    """Do what the server would do by and by: without statistics and visibility maps readers wait much longer.

    Raises psycopg2.Error.
    """
    connection = dial(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE, PARALLEL 0)")  # in containers shared memory is small
    finally:
        connection.close()
