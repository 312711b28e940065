"""Whether a cluster's server runs: its postmaster.pid, held against the process that it names."""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PID_FILE = "postmaster.pid"
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A live server of a cluster, which may still be starting; its port on 127.0.0.1."""

    pid: int
    port: int


def find(cluster: Path) -> Postmaster | None:
    """The live server of this cluster, or None: also when postmaster.pid is left over from a killed one."""
    try:
        lines = (cluster / PID_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    pid, port = _number(lines, 0), _number(lines, 3)
    if pid is None or port is None or not is_postgres_of(pid, cluster):
        return None
    return Postmaster(pid, port)


def is_postgres_of(pid: int, cluster: Path) -> bool:
    """Whether the process lives and is a PostgreSQL server of this cluster; its number may have been given anew."""
    if not (_PROC / "self").exists():
        return _command_of(pid, cluster)
    process = _PROC / str(pid)
    try:
        # After the program's name in parentheses comes the state: Z is dead, and only not yet buried by its parent.
        if (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[0] in "ZX":
            return False
        if os.path.basename((process / "cmdline").read_bytes().split(b"\0")[0]) != b"postgres":  # noqa: PTH119
            return False
        with contextlib.suppress(PermissionError):
            return os.path.samefile(process / "cwd", cluster)  # noqa: PTH121  a server's folder is its cluster
    except (FileNotFoundError, ProcessLookupError):
        return False
    return str(cluster).encode() in (process / "cmdline").read_bytes()


def _command_of(pid: int, cluster: Path) -> bool:
    """The same without /proc (macOS)."""
    ps = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in ps.stdout and str(cluster) in ps.stdout


def _number(lines: list[str], index: int) -> int | None:
    return int(lines[index]) if len(lines) > index and lines[index].strip().isdigit() else None
