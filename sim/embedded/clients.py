"""Short connections of our own to the server."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from common.messages import one_line
from db.terms import begin_on_our_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"

_PASSES = re.compile(
    "the database system is|too many clients|remaining connection slots|could not fork|out of memory|terminating|"
    "refused|reset by peer|closed the connection|timeout|timed out|could not receive|could not send|No space left"
)
"""What is said of a server on its way up or down, or one that has too much to do."""


@contextmanager
def connect(url: str) -> Iterator[Connection]:
    """A connection in autocommit, closed at the end."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg2"),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 5, "application_name": "bazaar embedded"},
    )
    event.listen(engine, "connect", begin_on_our_terms)
    with engine.connect() as connection:
        yield connection


def refusal(url: str) -> str | None:
    """None when the server lets us in, else its reason in one line."""
    try:
        with connect(url):
            return None
    except DBAPIError as error:
        return one_line(error.orig)


def may_pass(refusal: str) -> bool:
    """Whether the server may let us in later for no other reason than that time goes by."""
    return _PASSES.search(refusal) is not None


def make_database(url: str, name: str) -> None:
    """Make an empty database unless it is there."""
    with connect(url) as connection:
        if not connection.scalar(text("SELECT true FROM pg_database WHERE datname = :name"), {"name": name}):
            connection.execute(text(f'CREATE DATABASE "{name}"'))


def is_idle(url: str, seconds: float) -> bool:
    """Whether no other client is connected, asking again for some seconds: one just gone still counts for 0.3 s."""
    deadline = time.monotonic() + seconds
    try:
        with connect(url) as connection:
            while connection.scalar(text(_OTHERS)):
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.05)
    except DBAPIError:  # too many clients, or still recovering: by no means idle
        return False
    return True


def allow_login(connection: Connection, role: str, password: str) -> bool:
    """Let a role log in; False when there is no such role."""
    if not connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role}):
        return False
    connection.execute(text(f'ALTER ROLE "{role}" LOGIN PASSWORD :password'), {"password": password})
    return True
