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
    """A live server of a cluster; its port on 127.0.0.1, and whether it says that it lets clients in."""

    pid: int
    port: int
    is_ready: bool


def find(cluster: Path) -> Postmaster | None:
    """The live server of this cluster, or None: also when postmaster.pid is left over from a killed one."""
    try:
        lines = (cluster / PID_FILE).read_text(encoding="utf-8", errors="replace").split("\n")
    except (FileNotFoundError, NotADirectoryError):
        return None
    # The second line is the cluster's path, which may have several itself; PostgreSQL counts the last from the top.
    pid, port = _number(lines, 0), _number(lines, 3 + str(cluster).count("\n"))
    if pid is None or port is None or not is_postgres_of(pid, cluster):
        return None
    return Postmaster(pid, port, "".join(lines[7:8]).strip() == "ready")


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


def processes_of(cluster: Path) -> list[int]:
    """All living processes of the cluster's server, its first one and those it began; none without /proc (macOS)."""
    numbers = [int(folder.name) for folder in _PROC.iterdir() if folder.name.isdigit()] if _PROC.exists() else []
    return [pid for pid in numbers if is_postgres_of(pid, cluster) or _is_begun_by_one_of(pid, cluster)]


def orphans_of(cluster: Path) -> list[int]:
    """Those among them that have outlived the first process.

    They look for its death while they wait. One whose every step fails never comes to wait: the writer does not when
    the disk is full.
    """
    processes = processes_of(cluster)
    first = {pid for pid in processes if is_postgres_of(pid, cluster)}
    return [pid for pid in processes if pid not in first and _parent_of(pid) not in first]


def _is_begun_by_one_of(pid: int, cluster: Path) -> bool:
    """Whether it is one of a server's further processes, which call themselves `postgres: what they do`."""
    process = _PROC / str(pid)
    try:
        is_one = (process / "cmdline").read_bytes().startswith(b"postgres: ")
        return is_one and os.path.samefile(process / "cwd", cluster)  # noqa: PTH121  as above
    except OSError:  # gone meanwhile, or another user's
        return False


def _parent_of(pid: int) -> int | None:
    try:
        return int((_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _command_of(pid: int, cluster: Path) -> bool:
    """The same without /proc (macOS)."""
    ps = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in ps.stdout and str(cluster) in ps.stdout


def _number(lines: list[str], index: int) -> int | None:
    return int(lines[index]) if len(lines) > index and lines[index].strip().isdigit() else None
