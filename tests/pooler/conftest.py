"""A real PgBouncer before the tests' server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import make_url

PROGRAM = "pgbouncer"
PATIENCE_S = 30.0
Pooler = Callable[..., str]


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def written(folder: Path, server_url: str, port: int, settings: Mapping[str, str]) -> Path:
    """The files that PgBouncer reads; it has to know the password to log in for its clients."""
    url = make_url(server_url)
    users, file = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{url.username}" "{url.password}"\n')
    usual = {
        "listen_addr": "127.0.0.1",
        "listen_port": str(port),
        "unix_socket_dir": "",
        "auth_type": "trust",
        "auth_file": str(users),
        "max_client_conn": "200",
        "logfile": str(folder / "log"),
    }
    lines = [f"{name} = {value}" for name, value in (usual | dict(settings)).items()]
    file.write_text(f"[databases]\n* = host={url.host} port={url.port}\n[pgbouncer]\n" + "\n".join(lines) + "\n")
    return file


@contextmanager
def pooling(server_url: str, **settings: str) -> Iterator[str]:
    """The URL of the same database by way of a PgBouncer with these settings."""
    program = os.environ.get("PGBOUNCER") or shutil.which(PROGRAM) or shutil.which(PROGRAM, path="/usr/sbin")
    assert program, "pgbouncer is not installed"
    with tempfile.TemporaryDirectory(prefix="bazaar-pooler-") as name:
        folder = Path(name)
        folder.chmod(0o777)  # as root it runs as another user
        port = free_port()
        file = written(folder, server_url, port, settings)
        other_user = ["--user", "nobody"] if os.geteuid() == 0 else []
        process = subprocess.Popen([program, "--quiet", *other_user, str(file)])
        url = make_url(server_url).set(port=port).render_as_string(hide_password=False)
        try:
            wait_until_it_answers(url, process, folder / "log")
            yield url
        finally:
            process.kill()
            process.wait(PATIENCE_S)


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        with suppress(psycopg2.OperationalError):
            psycopg2.connect(url).close()
            return
        said = log.read_text() if log.exists() else "nothing"
        assert process.poll() is None, said
        assert time.monotonic() < deadline_s, said
        time.sleep(0.05)


@pytest.fixture
def pooler(database_url: str) -> Iterator[Pooler]:
    """Makes poolers, `pooler(pool_mode="session")`, each a URL of the test's database; all gone afterwards."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(pooling(database_url, **settings))
