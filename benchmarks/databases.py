"""Databases to measure in: on the server named, or on an embedded one with its ordinary settings."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import make_url

from sim.embedded import EmbeddedServer


@contextmanager
def server(named: str | None) -> Iterator[str]:
    """The URL of a server on which databases may be made."""
    if named is not None:
        yield named
        return
    folder = Path(tempfile.mkdtemp(prefix="bazaar-benchmarks-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs under another user
    embedded = EmbeddedServer(folder)
    try:
        yield embedded.start()
    finally:
        embedded.stop(only_if_idle=False)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """The URL of a database that is dropped afterwards: empty, or a copy of the one that the URL `template` names."""
    name = f"bazaar_benchmark_{uuid.uuid4().hex[:12]}"
    copied = f" TEMPLATE {make_url(template).database}" if template else ""
    ask(server_url, f"CREATE DATABASE {name}{copied}")
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        ask(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def checkpoint(server_url: str) -> None:
    """Have the server write out what it holds, so that a run does not pay for the one before."""
    ask(server_url, "CHECKPOINT")


def ask(url: str, statement: str, values: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
    """Run one statement in a connection of its own, without a transaction, and return its rows."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
