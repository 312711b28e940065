"""`backup`: a shop as one file, by the pg_dump that fits its server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sim.cli.database import connect, for_a_command
from sim.cli.failure import FAILED, Failure, refusing
from sim.cli.urls import place

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNFINISHED = ".part"


def backup_command(named: str | None, file: Path, arguments: Sequence[str]) -> None:
    """Write the database into a new file, in one snapshot, while the shop goes on."""
    around = dict(os.environ)  # the embedded server has this process forget some of it
    if file.exists():
        raise Failure(f"backup: {file} is there already, and stays as it is")
    with for_a_command(named) as url:
        if url is None:
            raise Failure("backup: there is no shop here yet; `python -m sim run` (make sim) begins one")
        program = _fitting(_server_major(url))
        _dump(program, url, file, arguments, around if named else _without_libpqs(around))
    typer.echo(f"bazaar: the shop in {place(url)} is in {file} ({file.stat().st_size / 1e6:.1f} MB)", err=True)


def _without_libpqs(around: dict[str, str]) -> dict[str, str]:
    from sim.embedded import variables

    return variables.without(around)


def _server_major(url: str) -> int:
    connection = connect(url)
    try:
        return int(connection.server_version) // 10_000
    finally:
        connection.close()


def _fitting(server: int) -> str:
    """The pg_dump of the server's own version, else the oldest newer one: none can read a server newer than itself."""
    found = {major: program for program in _programs() if (major := _major_of(program)) >= server}
    if not found:
        raise Failure(
            f"backup: the server is PostgreSQL {server}, and no pg_dump that is here is as new: install its own"
        )
    return found[min(found)]


def _programs() -> list[str]:
    """The package's pg_dump and the one on the PATH, where they are."""
    from sim.embedded import EmbeddedError, binaries

    on_path = shutil.which("pg_dump")
    try:
        return [str(binaries.program("pg_dump")), *([on_path] if on_path else [])]
    except EmbeddedError:
        return [on_path] if on_path else []


def _major_of(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\) (\d+)", said)
    return int(number[1]) if number else 0


def _dump(program: str, url: str, file: Path, arguments: Sequence[str], around: dict[str, str]) -> None:
    from psycopg2.extensions import make_dsn, parse_dsn

    where = parse_dsn(url)
    if "password" in where:  # arguments are for everybody to see
        around["PGPASSWORD"] = where.pop("password")
    draft = file.with_name(file.name + _UNFINISHED)
    with refusing(OSError, about=f"backup: {file}: "):
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        command = [program, "--format=custom", f"--file={draft}", f"--dbname={make_dsn(**where)}", *arguments]
        done = subprocess.run(command, env=around, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
            raise Failure(f"backup: nothing was written; {said[0]}", FAILED)
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
