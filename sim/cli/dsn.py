"""`dsn`: how to reach the database, for psql and any other client."""

from __future__ import annotations

import typer

from sim.cli.database import DATA_ROOT, reader_url, start_and_leave, url_if_running
from sim.cli.failure import Failure
from sim.cli.urls import sqlalchemy_url


def dsn_command(named: str | None, *, sqlalchemy: bool, reader: bool) -> None:
    """Print the URL; an embedded server is started and stays, for whoever asks wants to connect."""
    url = named or _embedded_url()
    if reader:
        url = _for_reading(url, named)
    typer.echo(sqlalchemy_url(url) if sqlalchemy else url)


def _embedded_url() -> str:
    if (running := url_if_running()) is not None:
        return running
    started = start_and_leave()
    if started is None:
        raise Failure(f"dsn: there is no database in {DATA_ROOT} yet; `python -m sim run` (make sim) makes it")
    typer.echo(
        f"bazaar: the embedded PostgreSQL in {DATA_ROOT} was started and stays on until the next run ends", err=True
    )
    return started


def _for_reading(owner_url: str, named: str | None) -> str:
    if named is not None:
        raise Failure("dsn: --reader is for the embedded server; in your own, give bazaar_reader LOGIN and a password")
    url = reader_url(owner_url)
    if url is None:
        raise Failure("dsn: the reading role is not there yet; `python -m sim run` (make sim) makes it")
    return url
