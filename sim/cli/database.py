"""The database that a command works on: the one named, or the embedded server's in ./.data."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.failure import INTERRUPTED, Failure, refusing
from sim.cli.urls import place

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import psycopg2.extensions
    from sqlalchemy import Connection

    from sim.embedded import EmbeddedServer

DATA_ROOT = Path(".data")
_CONNECT_TIMEOUT_S = 10


def connect(url: str) -> psycopg2.extensions.connection:
    """A connection, or a Failure in one line without a password."""
    import psycopg2

    from sim.postgres.connection import dial

    try:
        return dial(url, connect_timeout_s=_CONNECT_TIMEOUT_S)
    except psycopg2.Error as error:
        raise Failure(f"database: {place(url)} can't be used: {error}") from error


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """An SQLAlchemy connection for a short command; what the database refuses becomes a Failure."""
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    engine = create_engine("postgresql+psycopg2://", creator=lambda: connect(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise Failure(f"database: {error.orig}") from error


@contextmanager
def for_a_run(
    named: str | None, stop: threading.Event | None = None, say: Callable[[str | None], None] = lambda _: None
) -> Iterator[str]:
    """The URL of a database that lets us in. The embedded server is started, and stopped unless others still use it.

    Until then it is started again whenever it ends, which `say` is told; `stop` ends the waiting for the first start.
    """
    if named is not None:
        connect(named).close()
        yield named
        return
    from sim.embedded import Interrupted, Keeper

    server = _server()
    with ExitStack() as kept:
        with _embedded_troubles(), refusing(Interrupted, exit_code=INTERRUPTED):
            keeper = kept.enter_context(Keeper(server, stop, say))
        try:
            yield keeper.url
        finally:
            kept.close()
            with _embedded_troubles():
                server.stop(only_if_idle=True)


@contextmanager
def for_a_command(named: str | None) -> Iterator[str | None]:
    """The URL of a database to look at; None when nothing was ever made in ./.data.

    An embedded server that does not run is started and, once nobody else uses it, stopped again.
    """
    if named is not None:
        yield named
    elif not _was_made():
        yield None
    elif (running := url_if_running()) is not None:
        yield running
    else:
        with for_a_run(None) as url:
            yield url


def url_if_running() -> str | None:
    """The embedded database's URL when its server runs."""
    with _embedded_troubles():
        return _server().url()


def start_and_leave() -> str | None:
    """The embedded database's URL, its server started for good; None when nothing was ever made in ./.data."""
    with _embedded_troubles():
        return _server().start() if _was_made() else None


def reader_url(owner_url: str) -> str | None:
    """The embedded database's URL for reading only; None while its role is not there."""
    with _embedded_troubles():
        server = _server()
        return server.reader_url() if server.allow_reader(owner_url) else None


def analyst_url(owner_url: str) -> str | None:
    """The embedded database's URL for who makes schemas of his own; None while the role is not there."""
    with _embedded_troubles():
        server = _server()
        return server.analyst_url() if server.allow_analyst(owner_url) else None


def teacher_url(owner_url: str) -> str | None:
    """The embedded database's URL for who sees what no real shop does; None while the role is not there."""
    with _embedded_troubles():
        server = _server()
        return server.teacher_url() if server.allow_teacher(owner_url) else None


def _server() -> EmbeddedServer:
    from sim.embedded import EmbeddedServer

    return EmbeddedServer(DATA_ROOT)


def _was_made() -> bool:
    return (DATA_ROOT / "postgres").exists()


def _embedded_troubles() -> AbstractContextManager[None]:
    from sim.embedded import EmbeddedError

    return refusing(EmbeddedError, about="database: ")
