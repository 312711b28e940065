"""Sends one transaction after the other, each until it is committed, whatever becomes of the connection meanwhile."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

import psycopg2

from sim.journal.port import SinkError
from sim.postgres.connection import rows, server_message
from sim.postgres.transient_errors import RetryPolicy, TransientError, is_transient
from sim.postgres.writer_lock import take_lock_again
from sim.postgres.writing.commit_counter import CommitCounter
from sim.postgres.writing.session import Session
from sim.postgres.writing.statements import Transaction

_MAY_WRITE = "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean"


class Trouble(NamedTuple):
    """What is wrong, since when and when it is tried again, on the monotonic clock."""

    reason: str
    since_s: float
    again_s: float


class Sender:
    """Owns the session and its successors; used by one thread, but for `give_up` and what it shows."""

    def __init__(self, session: Session, run_id: int, retry_policy: RetryPolicy) -> None:
        """`session` has the lock. Raises SinkError when the run is not there, or the server has gone already."""
        try:
            self._counter = CommitCounter(session.connection, run_id)
        except psycopg2.Error as error:
            raise SinkError(server_message(error)) from error
        self._url = session.url
        self._retry_policy = retry_policy
        self._ready = True
        self._in_doubt = False  # the next batch may have been committed: COMMIT was sent, and no answer came
        self._ours = {session.backend}  # server processes of ours since the last commit
        self._given_up = threading.Event()
        self.session: Session | None = session
        self.trouble: Trouble | None = None
        session.begin()

    def send(self, transaction: Transaction) -> bool:
        """Try until it is committed; False when told to give up before. Raises the error that does not pass."""
        for wait_s in self._retry_policy.waits_s():
            if self._given_up.is_set():
                break
            try:
                self._try(transaction)
            except Exception as error:
                self._clear_up(error)
                if not is_transient(error):
                    raise
                self._note(error, wait_s)
                self._given_up.wait(wait_s)
            else:
                self._done()
                return True
        return False

    def give_up(self) -> None:
        """Stop trying, now: also a statement that is under way. For any thread."""
        self._given_up.set()
        if self.session is not None:
            self.session.cut()

    def close(self) -> None:
        """Disconnect, which sets the lock free."""
        if self.session is not None:
            self.session.close(lost=self._given_up.is_set())

    def _try(self, transaction: Transaction) -> None:
        if self.session is None:
            self.session = Session.reopened(self._url)
            if self._given_up.is_set():  # it was too early for `give_up` to cut it
                raise TransientError("given up")
        if not self._ready and self._make_ready(self.session):
            return
        self.session.send(transaction, self._counter)

    def _make_ready(self, session: Session) -> bool:
        """Be the only writer again, and tell whether the batch in doubt was committed."""
        self._ours.add(session.backend)
        with session.waiting():
            _refuse_readers_place(session)
            take_lock_again(session.connection, self._ours, lambda: self._counter.look(session.connection))
            written = self._counter.is_committed(session.connection, in_doubt=self._in_doubt)
        session.begin()
        self._ready = True
        return written

    def _clear_up(self, error: Exception) -> None:
        """Roll back, or drop the session when it is lost or not ready."""
        session = self.session
        if session is None or (self._ready and session.undo(error)):
            return
        self._in_doubt |= session.commit_sent
        self.session, self._ready = None, False
        session.close(lost=True)

    def _note(self, error: Exception, wait_s: float) -> None:
        now_s = time.monotonic()
        since_s = self.trouble.since_s if self.trouble else now_s
        self.trouble = Trouble(server_message(error), since_s, now_s + wait_s)

    def _done(self) -> None:
        self._counter.batches += 1
        self._in_doubt = False
        self.trouble = None
        if self.session is not None:
            self._ours = {self.session.backend}


def _refuse_readers_place(session: Session) -> None:
    """Until a standby is promoted it may not even know of our newest commits yet."""
    [(in_recovery, read_only)] = rows(session.connection, _MAY_WRITE)
    if in_recovery:
        raise TransientError("the server is a standby and only reads until it is promoted")
    if read_only:
        raise TransientError("the database is read-only")
