"""Under whose name PostgreSQL's programs run: they refuse root.

Root lends them to an ordinary user who gets the data folder, or, where such a user can't reach the folder or the
programs (a home with mode 0700), runs them as itself in a user namespace in which root bears another number.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sim.embedded import variables
from sim.embedded.errors import EmbeddedError
from sim.embedded.files import is_root
from sim.embedded.waiting import rest

if sys.platform != "win32":
    import pwd

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator

_LOOK_EVERY_S = 0.01
_ORDINARY_USERS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the programs: `uid` and `gid` own the files (None: we do), `prefix` is a command before theirs."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def begin(self, command: Iterable[str | Path], output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Begin a program, in a session of its own: a terminal's Ctrl-C passes it by."""
        lent = self.uid is not None and not self.prefix
        return subprocess.Popen(
            [*self.prefix, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=variables.without(os.environ) | {"LC_ALL": "C"},
            start_new_session=True,
            user=self.uid if lent else None,
            group=self.gid if lent else None,
            extra_groups=[] if lent else None,
        )

    def run(self, command: Iterable[str | Path], output: IO[bytes] | int, stop: threading.Event | None = None) -> int:
        """Run a program to its end, for its exit code. Raises Interrupted; it is ended then."""
        process = self.begin(command, output)
        try:
            while process.poll() is None:
                rest(_LOOK_EVERY_S, stop)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # what it has begun, too
            process.wait()
            raise
        return process.returncode

    def can_use(self, folder: Path, program: Path) -> bool:
        """Whether the programs run under this account and can enter the folder."""
        try:
            enter_and_run = 'cd -- "$1" && exec "$2" -V'
            return self.run(("/bin/sh", "-c", enter_and_run, "sh", folder, program), subprocess.DEVNULL) == 0
        except OSError:  # no such command, or not allowed to become that user
            return False

    def own(self, tree: Path) -> None:
        """Give the account a file or a folder and all in it, unless it has it already."""
        if self.uid is None or self.gid is None or tree.stat().st_uid == self.uid:
            return
        inside = (Path(folder, name) for folder, folders, files in os.walk(tree) for name in (*folders, *files))
        for path in (*inside, tree):  # the top last: it tells whether the work was finished
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose(data_root: Path, cluster: Path, program: Path) -> Account:
    """The account for a cluster in `data_root`, which may have to be made yet."""
    if not is_root():
        return Account()
    owner = cluster.stat().st_uid if cluster.exists() else None
    # Whoever has the cluster now comes first (False sorts before True): no need to change its owner.
    for account in sorted(candidates(data_root, owner), key=lambda account: account.uid != owner):
        if account.can_use(data_root, program):
            return account
    raise EmbeddedError(
        f"PostgreSQL refuses to run as root, and here neither an ordinary user ({', '.join(_ORDINARY_USERS)}) can use "
        f"{data_root} and {program} nor does `unshare --user` work: run as an ordinary user or set DATABASE_URL"
    )


def candidates(data_root: Path, cluster_owner: int | None) -> Iterator[Account]:
    """The accounts root may lend the programs to, best first."""
    if sys.platform == "win32":
        return
    by_number = {user.pw_uid: user for user in reversed(pwd.getpwall()) if user.pw_uid}
    by_name = {user.pw_name: user for user in by_number.values()}
    if cluster_owner:  # needs no name: only initdb insists on one
        gid = by_number[cluster_owner].pw_gid if cluster_owner in by_number else cluster_owner
        yield Account(cluster_owner, gid)
    folder_owners = (by_number.get(folder.stat().st_uid) for folder in (data_root, data_root.parent))
    for user in (*folder_owners, *map(by_name.get, _ORDINARY_USERS)):
        if user:
            yield Account(user.pw_uid, user.pw_gid)
    if by_number:
        alias = next(iter(by_number.values()))
        mapping = (f"--map-user={alias.pw_uid}", f"--map-group={alias.pw_gid}")
        yield Account(0, 0, ("unshare", "--user", *mapping, "--"))
