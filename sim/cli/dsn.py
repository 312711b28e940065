"""`dsn` and `psql`: how to reach the database, for any client and for the one of PostgreSQL."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, NamedTuple

import typer

from sim.cli.database import DATA_ROOT, analyst_url, reader_url, start_and_leave, teacher_url, url_if_running
from sim.cli.failure import Failure
from sim.cli.urls import sqlalchemy_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class _Role(NamedTuple):
    """A role other than the owner's: its option, its name in the database, how people call it, and its URL."""

    option: str
    name: str
    called: str
    url: Callable[[str], str | None]


_READER = _Role("--reader", "bazaar_reader", "the reading", reader_url)
_ANALYST = _Role("--analyst", "bazaar_analyst", "the analysts'", analyst_url)
_TEACHER = _Role("--teacher", "bazaar_teacher", "the teachers'", teacher_url)


def dsn_command(
    named: str | None, *, sqlalchemy: bool, reader: bool, analyst: bool = False, teacher: bool = False
) -> None:
    """Print the URL; an embedded server is started and stays, for whoever asks wants to connect."""
    from sim.embedded import variables

    roles = {_READER: reader, _ANALYST: analyst, _TEACHER: teacher}
    asked = [role for role, is_asked in roles.items() if is_asked]
    if len(asked) > 1:
        raise Failure(f"dsn: {asked[0].option} and {asked[1].option} are two roles; give one of them")
    around = dict(os.environ)  # the embedded server has this process forget some of it
    url = named or _embedded_url("dsn")
    for role in asked:
        url = _for_role(role, url, named)
    if named is None:
        url += variables.overruling(around)
        if variables.NOT_FOR_URLS in around:
            name = variables.NOT_FOR_URLS
            typer.echo(f"bazaar: {name} is set, which goes over any URL: unset it for who connects there", err=True)
    typer.echo(sqlalchemy_url(url) if sqlalchemy else url)


def psql_command(named: str | None, arguments: Sequence[str]) -> None:
    """Become psql, the one on the PATH or else the package's."""
    from sim.embedded import EmbeddedError, binaries, variables

    around = dict(os.environ)
    url = named or _embedded_url("psql")
    try:
        program = shutil.which("psql") or str(binaries.program("psql"))
    except EmbeddedError as error:
        raise Failure(f"psql: there is none on the PATH, and {error}") from error
    os.execve(program, [program, url, *arguments], around if named else variables.for_psql(around))


def _embedded_url(command: str) -> str:
    if (running := url_if_running()) is not None:
        return running
    started = start_and_leave()
    if started is None:
        raise Failure(f"{command}: there is no database in {DATA_ROOT} yet; `python -m sim run` (make sim) makes it")
    typer.echo(
        f"bazaar: the embedded PostgreSQL in {DATA_ROOT} was started and stays on until the next run ends", err=True
    )
    return started


def _for_role(role: _Role, owner_url: str, named: str | None) -> str:
    if named is not None:
        raise Failure(
            f"dsn: {role.option} is for the embedded server; in your own, give {role.name} LOGIN and a password"
        )
    url = role.url(owner_url)
    if url is None:
        raise Failure(f"dsn: {role.called} role is not there yet; `python -m sim run` (make sim) makes it")
    return url
