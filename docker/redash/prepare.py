"""What has to be so before Redash starts: tables, migrations, the administrator. Each time anew, and in one process.

Loading Redash takes longer than all of this, so it is loaded once, and while the database may still be starting.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing

import bootstrap_admin
import psycopg2
import unfinished
from redash.cli import manager
from redis import Redis, RedisError

from redash import create_app

PATIENCE_S, PAUSE_S = 120.0, 0.2
COMMANDS = [["database", "create_tables"], ["db", "upgrade"]]  # Redash's own; the first does nothing where tables are


def wait_for_servers() -> str | None:
    """Until the database and the queue answer; what is wrong when they do not."""
    deadline_s = time.monotonic() + PATIENCE_S
    while trouble := unanswered():
        if time.monotonic() > deadline_s:
            return f"{trouble} (for {PATIENCE_S:.0f} s)"
        time.sleep(PAUSE_S)
    return None


def unanswered() -> str | None:
    """Why Redash could not start yet, in one line."""
    try:
        psycopg2.connect(os.environ["REDASH_DATABASE_URL"], connect_timeout=5).close()
        Redis.from_url(os.environ["REDASH_REDIS_URL"], socket_timeout=5).ping()
    except (psycopg2.OperationalError, RedisError) as error:
        return " ".join(str(error).split())
    return None


def main() -> str | None:
    """Do it; what is wrong, if anything, in one line."""
    if trouble := wait_for_servers():
        return trouble
    with closing(psycopg2.connect(os.environ["REDASH_DATABASE_URL"])) as connection:
        if unfinished.clear(connection):
            sys.stderr.write("the making of Redash's tables was interrupted: they are made anew\n")
    with create_app().app_context():
        for command in COMMANDS:
            manager.main(command, standalone_mode=False)
        return bootstrap_admin.main()


if __name__ == "__main__":
    sys.exit(main())
