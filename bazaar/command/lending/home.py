"""The cache: a folder with one server, on while somebody borrows from it; what was left behind is swept first."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bazaar.command.lending.databases import KEPT, Databases, lender_of
from bazaar.command.lending.locks import age_s, held, keep, unless_held
from common.files import write_whole
from sim.embedded import EmbeddedServer, Keeper
from sim.embedded.cluster import major_version
from sim.embedded.files import is_root, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_KEPT = 12
_UNUSED_S = 30 * 86_400
_BOOT = Path("/proc/sys/kernel/random/boot_id")
# All of it can be made again, so nothing waits for the disk; what a power cut may have spoilt is thrown away.
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "128MB"}


def folder() -> Path:
    """BAZAAR_CACHE, else `bazaar` where this user's caches are.

    Root's are the system's: PostgreSQL runs under another user then, who can't enter root's home.
    """
    if named := os.environ.get("BAZAAR_CACHE"):
        return Path(named).absolute()
    if caches := os.environ.get("XDG_CACHE_HOME"):
        return Path(caches) / "bazaar"
    return Path("/var/cache/bazaar") if is_root() else Path.home() / ".cache" / "bazaar"


class Home:
    """The folder as a lender has it: `id` marks the databases that are this lender's."""

    def __init__(self, root: Path, gone: threading.Event) -> None:
        self.id = secrets.token_hex(4)
        self.root = root
        self.gone = gone
        self._server_folder = root / f"postgres-{major_version()}"
        self._lock = root / "lock"
        self._state = root / "state.json"
        self._lenders = root / "lenders"
        self.shops = root / "shops"
        for each in (root, self.shops, self._lenders):
            make_folder(each)
        self.server = EmbeddedServer(self._server_folder, _SETTINGS)

    @contextmanager
    def open(self) -> Iterator[Databases]:
        """The server's databases. At the end those of this lender go, and the server is off unless others lend."""
        with held(self._lock, self.gone):
            mine = keep(self._lenders / self.id)
            self._throw_away_what_may_be_spoilt()
            self._write_state(clean=False)
            keeper = Keeper(self.server, self.gone)
            keeper.__enter__()
            databases = Databases(keeper.url)
            self._sweep(databases)
        try:
            yield databases
        finally:
            with held(self._lock, _never()):
                self._drop_those_of(databases, self.id)
                keeper.__exit__(None, None, None)
                os.close(mine)
                (self._lenders / self.id).unlink(missing_ok=True)
                if not self._somebody_lends() and self.server.stop():
                    os.sync()
                    self._write_state(clean=True)

    def lock_of(self, digest: str) -> Path:
        """The file whose lock is shared by who copies a kept shop, and had alone by who makes or drops it."""
        return self.shops / digest

    def _throw_away_what_may_be_spoilt(self) -> None:
        """The server's files, if the machine went down while the server was on."""
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            state = {"boot": _boot(), "clean": True}
        if state["boot"] != _boot() and not state["clean"] and not self.server.is_alive():
            shutil.rmtree(self._server_folder)

    def _write_state(self, *, clean: bool) -> None:
        write_whole(self._state, json.dumps({"boot": _boot(), "clean": clean}))

    def _sweep(self, databases: Databases) -> None:
        """Drop what lenders that are gone have left, and shops that nobody has wanted for long."""
        for lender in sorted({lender for name in databases.names() if (lender := lender_of(name))}):
            with unless_held(self._lenders / lender) as is_gone:
                if is_gone:
                    self._drop_those_of(databases, lender)
                    (self._lenders / lender).unlink(missing_ok=True)
        newest = sorted(self.shops.iterdir(), key=age_s)
        for number, lock in enumerate(newest):
            if number >= MOST_KEPT or age_s(lock) > _UNUSED_S:
                with unless_held(lock) as is_free:
                    if is_free:
                        databases.drop(KEPT + lock.name)
                        lock.unlink()

    def _drop_those_of(self, databases: Databases, lender: str) -> None:
        for name in databases.names():
            if lender_of(name) == lender:
                databases.drop(name)

    def _somebody_lends(self) -> bool:
        for lock in self._lenders.iterdir():
            with unless_held(lock) as is_gone:
                if not is_gone:
                    return True
            lock.unlink(missing_ok=True)
        return False


def _boot() -> str:
    return _BOOT.read_text(encoding="ascii").strip() if _BOOT.exists() else ""


def _never() -> threading.Event:
    return threading.Event()
