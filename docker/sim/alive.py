"""Health check of the simulator's container: exit 0 while this container's run gives signs of life."""

from __future__ import annotations

import os
import socket
import sys

import psycopg2

SILENT_S = 15
_PATIENCE = "-c statement_timeout=2s"  # Docker's is longer
_LAST_SIGN = """
SELECT host, extract(epoch FROM clock_timestamp() - heartbeat_at) FROM sim.current_run
"""


def main() -> str | None:
    """What is wrong, if anything: one line."""
    try:
        with (
            psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=3, options=_PATIENCE) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(_LAST_SIGN)
            row = cursor.fetchone()
    except psycopg2.Error as error:
        return f"the run cannot be looked at: {str(error).strip()}"
    if row is None or row[0] != socket.gethostname():
        return "this container has not begun its run yet"
    return f"no sign of life for {row[1]:.0f} s" if row[1] > SILENT_S else None


if __name__ == "__main__":
    sys.exit(main())
