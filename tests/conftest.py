"""A real PostgreSQL for every test that wants one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url, text

from sim.embedded import EmbeddedServer
from sim.embedded.clients import connect

# A test's data need not outlive a power cut, and many small clusters share one machine.
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
OUTSIDE_SERVER = "BAZAAR_TEST_DATABASE_URL"

# How long an example takes says more about the machine than about the code.
settings.register_profile("bazaar", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bazaar")

_REPOSITORY = Path(__file__).parents[1]
_GUARD = """
import shutil, sys
from pathlib import Path
from sim.embedded import EmbeddedServer
sys.stdin.read()
EmbeddedServer(Path(sys.argv[1])).stop(only_if_idle=False)
shutil.rmtree(sys.argv[1])
"""


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The owner's URL of a server for the whole session; BAZAAR_TEST_DATABASE_URL names another one to use."""
    if outside := os.environ.get(OUTSIDE_SERVER):
        yield outside
        return
    folder = Path(tempfile.mkdtemp(prefix="bazaar-tests-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs under another user
    # Its input ends when we end, in whatever way (a time-out's SIGKILL too): then it stops and removes the server.
    guard = subprocess.Popen(
        [sys.executable, "-c", _GUARD, str(folder)], stdin=subprocess.PIPE, cwd=_REPOSITORY, start_new_session=True
    )
    try:
        yield EmbeddedServer(folder, TEST_SETTINGS).start()
    finally:
        guard.communicate(timeout=60)


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    name = f"bazaar_test_{uuid.uuid4().hex}"
    with connect(postgres_url) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with connect(postgres_url) as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
