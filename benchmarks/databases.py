"""Databases to measure in: on the server named, or on an embedded one with its ordinary settings."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
def new_database(server_url: str) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards."""
    name = f"bazaar_benchmark_{uuid.uuid4().hex[:12]}"
    _administer(server_url, f"CREATE DATABASE {name}")
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server_url: str, statement: str) -> None:
    connection = psycopg2.connect(server_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
