"""The writer's connection: it has the lock, knows what it has made in the server's memory, and can be cut."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from io import BytesIO
from typing import Any

import psycopg2

from sim.journal.port import SinkError
from sim.postgres.connection import connect, open_connection, server_message
from sim.postgres.transient_errors import ends_session
from sim.postgres.writer_lock import backend_of, take_lock
from sim.postgres.writing.commit_counter import CommitCounter
from sim.postgres.writing.statements import Statement, Transaction


class Session:
    """A connection for the writer, at first in autocommit; `begin` makes it one for transactions."""

    def __init__(self, url: str, connection: psycopg2.extensions.connection) -> None:
        self.url = url
        self.connection = connection
        self.connection.autocommit = True
        self.backend = backend_of(connection)
        self.busy_since_s: float | None = None  # of the monotonic clock, while we wait for an answer
        self.commit_sent = False
        self._made: set[str] = set()
        # A second handle of the same socket, which other threads may shut down without asking libpq.
        self._wire = socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)

    @classmethod
    def reopened(cls, url: str) -> Session:
        """A new session after one was lost, without the lock. Raises psycopg2.Error."""
        connection = open_connection(url)
        try:
            return cls(url, connection)
        except psycopg2.Error:
            connection.close()
            raise

    def begin(self) -> None:
        """Leave autocommit: from now on there are transactions."""
        self.connection.autocommit = False

    def send(self, transaction: Transaction, counter: CommitCounter) -> None:
        """Write a transaction and commit it."""
        self.commit_sent = False
        made: set[str] = set()
        with self.connection.cursor() as cursor:
            for statement in transaction.statements:
                if statement.once and (statement.sql in self._made or statement.sql in made):
                    continue
                with nullcontext() if statement.takes_long else self.waiting():
                    _run(cursor, statement)
                made.update({statement.sql} if statement.once else ())
            with self.waiting():
                counter.count(cursor, transaction)
        self.commit_sent = True
        with self.waiting():
            self.connection.commit()
        self._made |= made

    def undo(self, error: Exception) -> bool:
        """Roll back after an error; False when the session is of no more use."""
        if self.connection.closed or ends_session(error):
            return False
        try:
            with self.waiting():
                self.connection.rollback()
        except psycopg2.Error:
            return False
        return True

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Say that an answer of the server is being waited for."""
        self.busy_since_s = time.monotonic()
        try:
            yield
        finally:
            self.busy_since_s = None

    def cut(self) -> None:
        """End the connection at once, from any thread: whoever waits for an answer gets an error."""
        with suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)

    def _leave_nothing_behind(self) -> None:
        """A pooler keeps the server process for others, and may have been told not to clean it."""
        with suppress(psycopg2.Error):
            self.connection.rollback()
            self.connection.autocommit = True
            with self.connection.cursor() as cursor:
                cursor.execute("DISCARD ALL")

    def close(self, *, lost: bool = False) -> None:
        """Disconnect; a `lost` connection is not said goodbye to, which might take long."""
        if lost:
            self.cut()
        elif self.backend.pid != self.connection.info.backend_pid:
            self._leave_nothing_behind()
        with suppress(psycopg2.Error):
            self.connection.close()
        self._wire.close()


def open_session(url: str) -> Session:
    """Connect as the one simulator that may write to this database. Raises SinkError: one line for people."""
    connection = connect(url)
    try:
        connection.autocommit = True
        holder = take_lock(connection)
        if holder is None:
            return Session(url, connection)
    except psycopg2.Error as error:
        connection.close()
        raise SinkError(server_message(error)) from error
    connection.close()
    raise SinkError(f"another simulator is running on it ({holder}); stop that one first, or use another database")


def _run(cursor: Any, statement: Statement) -> None:
    if statement.stream is not None:
        cursor.copy_expert(statement.sql, BytesIO(statement.stream), size=len(statement.stream))
        return
    cursor.execute(statement.sql)
    if statement.expected_rows is not None and cursor.rowcount != statement.expected_rows:
        raise SinkError(f"{statement.table}: {statement.expected_rows} rows to change, but {cursor.rowcount} found")
