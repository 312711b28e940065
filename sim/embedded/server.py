"""The embedded server of a data folder: start it, find it, stop it, from any process and after any crash."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from common.messages import one_line
from sim.embedded import clients, cluster, files, launch, lock, log, passwords, ports, postmaster, privileges, variables
from sim.embedded.binaries import program
from sim.embedded.errors import EmbeddedError
from sim.embedded.waiting import rest

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from sim.embedded.postmaster import Postmaster

DATABASE = "bazaar"
_MAINTENANCE = "postgres"  # the database that every cluster has
_START_S = 600  # a long recovery is no failure
_ORPHANS_S = 15  # processes of a killed server notice and leave within a second or so
_ENDED_ORPHANS_S = 5
_IDLE_S = 1.0
_LOOK_EVERY_S = 0.05
_PORTS_TO_TRY = 5


class EmbeddedServer:
    """A PostgreSQL on 127.0.0.1 with its cluster, passwords, log and lock in `data_root`.

    It outlives this process; the folder tells every other process of this machine how to reach it.
    """

    def __init__(self, data_root: Path, settings: Mapping[str, str] | None = None) -> None:
        """`settings` are PostgreSQL's, for the next start; they go over our defaults."""
        variables.forget()
        self.data_root = Path(os.path.abspath(data_root))  # noqa: PTH100  resolve() would follow links
        self._settings = dict(settings or {})
        self._cluster = self.data_root / "postgres"
        self._passwords = self.data_root / "postgres.password"
        self._log = self.data_root / "postgres.log"
        self._lock = self.data_root / "postgres.lock"

    def start(self, stop: threading.Event | None = None, port: int | None = None) -> str:
        """Make the cluster and the database where missing, start the server unless it runs; the owner's URL.

        On another port than its last one where that is taken by now; with `port` on that one only. Raises Interrupted
        when `stop` is set meanwhile.
        """
        with self._troubles_in_one_line():
            files.make_folder(self.data_root)
            with lock.exclusive(self._lock, stop):
                if self._cluster_exists():
                    cluster.check_version(self._cluster)
                    passwords.read(self._passwords, passwords.OWNER)  # lost: say so before anything starts
                else:
                    self._create_cluster(stop)
                running = self._wait_until_ready(stop) or self._launch(stop, port)
                clients.make_database(self._url(running, passwords.OWNER, _MAINTENANCE), DATABASE)
                return self._url(running, passwords.OWNER)

    def is_alive(self) -> bool:
        """Whether the server's first process lives, be it that it lets nobody in."""
        return postmaster.find(self._cluster) is not None

    def url(self) -> str | None:
        """The owner's URL when the server runs and lets us in, else None."""
        return self._url_if_running(passwords.OWNER)

    def reader_url(self) -> str | None:
        """The reading role's URL when the server runs, else None; needs `allow_reader` once before."""
        return self._url_if_running(passwords.READER)

    def analyst_url(self) -> str | None:
        """The same of the role that makes schemas of its own; needs `allow_analyst` once before."""
        return self._url_if_running(passwords.ANALYST)

    def teacher_url(self) -> str | None:
        """The same of the role that sees what no real shop does; needs `allow_teacher` once before."""
        return self._url_if_running(passwords.TEACHER)

    def allow_reader(self, target: Connection | str) -> bool:
        """Give role bazaar_reader its password and LOGIN; False when there is no such role.

        A URL means a connection of our own; in a connection given, the caller commits.
        """
        return self._allow(passwords.READER, target)

    def allow_analyst(self, target: Connection | str) -> bool:
        """The same for role bazaar_analyst."""
        return self._allow_newer(passwords.ANALYST, target)

    def allow_teacher(self, target: Connection | str) -> bool:
        """The same for role bazaar_teacher."""
        return self._allow_newer(passwords.TEACHER, target)

    def _allow_newer(self, role: str, target: Connection | str) -> bool:
        with self._troubles_in_one_line(), lock.exclusive(self._lock):
            passwords.complete(self._passwords, role)  # clusters from before have none
        return self._allow(role, target)

    def _allow(self, role: str, target: Connection | str) -> bool:
        with self._troubles_in_one_line():
            password = passwords.read(self._passwords, role)
            if not isinstance(target, str):
                return clients.allow_login(target, role, password)
            with clients.connect(target) as connection:
                return clients.allow_login(connection, role, password)

    def stop(self, only_if_idle: bool = True) -> bool:
        """Stop the server, fast but cleanly; False when it runs on because other clients are connected."""
        with self._troubles_in_one_line():
            if not self._cluster_exists():
                return True
            with lock.exclusive(self._lock):
                running = postmaster.find(self._cluster)
                if running is None:
                    return True
                if only_if_idle and self._is_busy(running):
                    return False
                if not launch.shut_down(running.pid, self._cluster):
                    raise EmbeddedError(f"PostgreSQL (process {running.pid}) is still not down; see {self._log}")
                return True

    def _is_busy(self, running: Postmaster) -> bool:
        return not clients.is_idle(self._url(running, passwords.OWNER, _MAINTENANCE), _IDLE_S)

    def _cluster_exists(self) -> bool:
        return self._cluster.exists() and any(self._cluster.iterdir())

    def _create_cluster(self, stop: threading.Event | None) -> None:
        if not self._passwords.exists():
            passwords.make(self._passwords)
        password = passwords.read(self._passwords, passwords.OWNER)
        account = privileges.choose(self.data_root, self._cluster, program("postgres"))
        with log.open_end(self._log) as output:
            begin = output.tell()
            sync = self._settings.get("fsync") != "off"
            made = cluster.create(self._cluster, password, account, output, stop, sync=sync)
        if not made:
            reason = log.in_one_line(log.since(self._log, begin))
            raise EmbeddedError(f"the PostgreSQL cluster can't be made: {reason} (log: {self._log})")

    def _wait_until_ready(self, stop: threading.Event | None) -> Postmaster | None:
        """The server if it runs; waits while it is still starting or recovering, or on its way down."""
        deadline = time.monotonic() + _START_S
        while (running := postmaster.find(self._cluster)) is not None:
            reason = clients.refusal(self._url(running, passwords.OWNER, _MAINTENANCE))
            if reason is None:
                return running
            if not clients.may_pass(reason) or time.monotonic() > deadline:
                raise EmbeddedError(f"the PostgreSQL running in {self._cluster} does not let us in: {reason}")
            rest(_LOOK_EVERY_S, stop)
        return None

    def _launch(self, stop: threading.Event | None, wanted: int | None) -> Postmaster:
        if not lock.wait_until_unused(self._log, _ORPHANS_S, stop):
            launch.end_orphans(self._cluster)
            if not lock.wait_until_unused(self._log, _ENDED_ORPHANS_S, stop):
                raise EmbeddedError(f"a PostgreSQL out of sight from here (in a container?) still uses {self._cluster}")
        (self._cluster / postmaster.PID_FILE).unlink(missing_ok=True)  # left by a killed server
        account = privileges.choose(self.data_root, self._cluster, program("postgres"))
        account.own(self._cluster)
        taken: set[int] = set()
        while True:
            port = ports.choose(wanted or cluster.last_port(self._cluster), taken)
            if wanted not in {None, port}:
                raise EmbeddedError(f"another program has taken its port {wanted} meanwhile")
            cluster.configure(self._cluster, port, self._settings)
            problem = self._run_server(account, stop)
            if problem is None and (running := self._wait_until_ready(stop)):
                return running
            problem = problem or "it went away again at once"
            taken.add(port)
            if "Address already in use" not in problem or len(taken) >= _PORTS_TO_TRY:
                raise EmbeddedError(f"PostgreSQL did not start: {log.in_one_line(problem)} (log: {self._log})")

    def _run_server(self, account: privileges.Account, stop: threading.Event | None) -> str | None:
        """Start the server and wait until it accepts connections; what the log says when it ends instead."""
        with log.open_end(self._log) as output:
            begin = output.tell()
            # The server inherits this open file as its output, and the mark with it: as long as any of its processes
            # lives, in whatever container, the log is in use. (A pipe instead would break when we end.)
            lock.mark_in_use(output.fileno())
            return None if launch.is_ready(self._cluster, account, output, stop) else log.since(self._log, begin)

    def _url_if_running(self, role: str) -> str | None:
        with self._troubles_in_one_line():
            running = postmaster.find(self._cluster)
            if running is None or clients.refusal(self._url(running, passwords.OWNER)) is not None:
                return None
            return self._url(running, role)

    def _url(self, running: Postmaster, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{passwords.read(self._passwords, role)}@127.0.0.1:{running.port}/{database}"

    @contextmanager
    def _troubles_in_one_line(self) -> Iterator[None]:
        try:
            yield
        except PermissionError as error:
            reason = f"{error} (was it made by another user?)"
        except OSError as error:
            reason = str(error)
        except DBAPIError as error:
            reason = one_line(error.orig)
        else:
            return
        raise EmbeddedError(f"the embedded PostgreSQL in {self.data_root}: {reason}")
