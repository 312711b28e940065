"""Servers to torture: any by its URL, or an embedded one of our own, which can be killed too."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

from sim.embedded import EmbeddedServer, postmaster
from tools.torture.oracle import connected


class Server:
    """A PostgreSQL somewhere; `url` is its owner's."""

    can_be_killed = False

    def __init__(self, url: str) -> None:
        self._url = url

    def url_of(self, database: str) -> str:
        """The URL of one of its databases."""
        return make_url(self._url).set(database=database).render_as_string(hide_password=False)

    @contextmanager
    def new_database(self, *, keep: bool = False) -> Iterator[str]:
        """The name of a database of its own, dropped afterwards unless kept."""
        name = f"bazaar_torture_{uuid.uuid4().hex[:12]}"
        self.administer(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            if not keep:
                self.administer(f"DROP DATABASE {name} WITH (FORCE)")

    def administer(self, statement: str) -> None:
        """Run a statement about databases."""
        with connected(self._url) as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def kill(self) -> None:
        """Kill the server at once."""
        raise NotImplementedError("somebody else's server is not killed")

    def revive(self) -> None:
        """Start it again after a kill."""


class OwnServer(Server):
    """An embedded server in a folder, with its data safe on disk (fsync), killed as by the kernel."""

    can_be_killed = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = EmbeddedServer(folder)
        super().__init__(self._server.start())

    def kill(self) -> None:
        """Send SIGKILL to the postmaster and to every process it has: what is not on disk is gone."""
        running = postmaster.find(self._folder / "postgres")
        if running is None:
            return
        for pid in (running.pid, *_children(running.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def revive(self) -> None:
        """Start it again; it recovers from its log."""
        self._url = self._server.start()

    def stop(self) -> None:
        """Stop it cleanly."""
        self._server.stop(only_if_idle=False)


def _children(pid: int) -> list[int]:
    """The processes that a process has started and that still live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found
