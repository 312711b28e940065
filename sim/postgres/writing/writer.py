"""A bounded line of transactions and the thread that works it off.

The thread does nothing but send bytes, so it holds the interpreter lock only for moments while the simulation goes on.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from sim.journal.port import SinkError
from sim.postgres.connection import server_message
from sim.postgres.transient_errors import RetryPolicy
from sim.postgres.writing.sender import Sender
from sim.postgres.writing.session import Session
from sim.postgres.writing.statements import Transaction
from sim.postgres.writing.watchdog import Watchdog

_MOMENT_S = 1.0


class Bound(NamedTuple):
    """What may be handed over and not committed: another batch is taken while there is less than both."""

    rows: int = 60_000
    batches: int = 600


class Writer:
    """Hands transactions in order to a `Sender`, in a thread of its own. The counters are of committed work."""

    def __init__(self, session: Session, run_id: int, bound: Bound, retry_policy: RetryPolicy) -> None:
        """Raises SinkError when the run is not there; the session is the writer's otherwise."""
        self._sender = Sender(session, run_id, retry_policy)
        self._bound = bound
        self._retry_policy = retry_policy
        self._line: deque[Transaction] = deque()
        self._changed = threading.Condition()
        self._failure: SinkError | None = None
        self._closing = self._given_up = False
        self._rows_behind = 0
        self.behind = 0
        self.batches = 0
        self.rows_written = 0
        self.committed_sim_now_us: int | None = None
        self._watchdog = Watchdog(session.url, lambda: self._sender.session, retry_policy.silence_s)
        self._thread = threading.Thread(target=self._work, name="postgres-writer", daemon=True)
        self._thread.start()

    def submit(self, transaction: Transaction) -> None:
        """Put a transaction in the line, waiting for room in it."""
        self.wait(self.has_room)
        with self._changed:
            self._line.append(transaction)
            self.behind += 1
            self._rows_behind += transaction.rows
            self._changed.notify_all()

    def has_room(self) -> bool:
        """Whether another transaction may join the line."""
        return self.behind < self._bound.batches and self._rows_behind < self._bound.rows

    def is_idle(self) -> bool:
        """Whether everything submitted is committed."""
        return self.behind == 0

    def wait(self, ready: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Wait until it is so, at most so long, and tell whether it is. Raises the failure that stopped the writer."""
        with self._changed:
            self._changed.wait_for(lambda: self._failure is not None or ready(), timeout_s)
            self.check()
            return ready()

    def check(self) -> None:
        """Raise the failure that stopped the writer, if one did."""
        if self._failure is not None:
            raise self._failure

    @property
    def trouble(self) -> str | None:
        """What is wrong and what is done about it; None while all is well."""
        trouble = self._sender.trouble
        if trouble is None:
            silence = self._watchdog.remark()
            return silence and f"{silence}; {self._kept}"
        now_s = time.monotonic()
        wait_s = trouble.again_s - now_s
        again = f"trying again in {wait_s:.0f} s" if wait_s >= 0.5 else "trying again"
        return f"{trouble.reason}, for {now_s - trouble.since_s:.0f} s; {again}, {self._kept}"

    @property
    def _kept(self) -> str:
        return f"{self.behind} {'batch' if self.behind == 1 else 'batches'} kept"

    def give_up(self) -> int:
        """Forget what is not committed, and return how many transactions that were."""
        with self._changed:
            forgotten = self.behind
            self._line.clear()
            self._given_up = self._closing = True
            self._failure = self._failure or SinkError("no more is written: it was given up")
            self._changed.notify_all()
        self._sender.give_up()
        return forgotten

    def stop(self) -> None:
        """Let the thread finish its line, disconnect and end; give up when it has committed nothing for long.

        A thread that is still asking for a connection is left to itself: it ends when it gets an answer.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        committed = -1
        while self._thread.is_alive() and not self._given_up and self.batches > committed:
            committed = self.batches
            self._thread.join(self._retry_policy.close_s)
        if self._thread.is_alive() and not self._given_up:
            why = self.trouble or "the database does not answer"
            self._failure = SinkError(f"{self.give_up()} batches could not be written: {why}")
        self._thread.join(_MOMENT_S)
        self._watchdog.close()

    def _work(self) -> None:
        try:
            while (transaction := self._next()) is not None and self._sender.send(transaction):
                self._done(transaction)
        except Exception as error:  # noqa: BLE001 - whatever it is, the simulating thread must hear of it
            self._fail(error)
        finally:
            self._sender.close()

    def _next(self) -> Transaction | None:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._line) or self._closing)
            return self._line.popleft() if self._line else None

    def _done(self, transaction: Transaction) -> None:
        with self._changed:
            self.behind -= 1
            self._rows_behind -= transaction.rows
            self.batches += 1
            self.rows_written += transaction.rows
            self.committed_sim_now_us = transaction.sim_now_us
            self._changed.notify_all()

    def _fail(self, error: Exception) -> None:
        """Forget the batch and those behind it, and keep the reason for whoever comes next."""
        failure = SinkError(f"batch {self.batches + 1} could not be written: {server_message(error)}")
        failure.__cause__ = error
        with self._changed:
            self._line.clear()
            self._failure = failure
            self._changed.notify_all()
