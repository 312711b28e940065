"""Servers and databases for tests, gone when the tests are, in whatever way those end."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, text

from sim.embedded import EmbeddedServer
from sim.embedded.clients import connect

_REPOSITORY = Path(__file__).parents[1]
_GUARD = """
import shutil, sys
from pathlib import Path
from sim.embedded import EmbeddedServer
sys.stdin.read()
EmbeddedServer(Path(sys.argv[1])).stop(only_if_idle=False)
shutil.rmtree(sys.argv[1])
"""


@contextmanager
def new_server(settings: Mapping[str, str], prefix: str) -> Iterator[EmbeddedServer]:
    """A server that runs, in a folder of its own whose name begins with `prefix`."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)  # as root, PostgreSQL runs under another user
    # Its input ends when we end, in whatever way (a time-out's SIGKILL too): then it stops and removes the server.
    guard = subprocess.Popen(
        [sys.executable, "-c", _GUARD, str(folder)], stdin=subprocess.PIPE, cwd=_REPOSITORY, start_new_session=True
    )
    try:
        server = EmbeddedServer(folder, settings)
        server.start()
        yield server
    finally:
        guard.communicate(timeout=60)


@contextmanager
def new_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """The URL of a database that is dropped afterwards: empty, or a copy of the one named."""
    name = f"bazaar_test_{uuid.uuid4().hex}"
    with connect(server_url) as connection:
        # Copying files is several times cheaper than writing the template's every page to the log.
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with connect(server_url) as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
