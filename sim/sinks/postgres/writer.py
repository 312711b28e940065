"""The thread that talks to PostgreSQL: sends batches in order, one transaction each, and stops at the first failure.

It does nothing but send bytes, so it holds the interpreter lock only for moments while the simulation goes on.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import psycopg2
import psycopg2.extensions

from sim.sinks.port import SinkError
from sim.sinks.postgres.connection import one_line
from sim.sinks.postgres.steps import Step


@dataclass(frozen=True, slots=True)
class Transaction:
    """A batch ready to be sent: the steps of its rows, then the statement that moves the run's bookkeeping."""

    sim_now_us: int
    rows: int
    steps: list[Step]
    run_sql: str
    run_values: dict[str, object]


class Writer:
    """A bounded line of transactions and the thread that works it off.

    At most `max_pending` transactions are handed over and not committed; `submit` blocks while there are as many. The
    counters are of committed work.
    """

    def __init__(self, connection: psycopg2.extensions.connection, max_pending: int) -> None:
        self._connection = connection
        self._max_pending = max_pending
        self._line: deque[Transaction] = deque()
        self._changed = threading.Condition()
        self._failure: SinkError | None = None
        self._closing = False
        self.behind = 0
        self.batches = 0
        self.rows_written = 0
        self.committed_sim_now_us: int | None = None
        self._thread = threading.Thread(target=self._work, name="postgres-writer", daemon=True)
        self._thread.start()

    def submit(self, transaction: Transaction) -> None:
        """Put a transaction in the line, waiting for room in it."""
        self._wait(lambda: self.behind < self._max_pending)
        with self._changed:
            self._line.append(transaction)
            self.behind += 1
            self._changed.notify_all()

    def drain(self) -> None:
        """Wait until everything submitted is committed."""
        self._wait(lambda: self.behind == 0)

    def check(self) -> None:
        """Raise the failure that stopped the writer, if one did."""
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Let the thread finish its line and end, and close the connection."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._connection.close()

    def wait(self, ready: Callable[[], bool], timeout_s: float) -> bool:
        """Interim."""
        with self._changed:
            self._changed.wait_for(lambda: self._failure is not None or ready(), timeout_s)
        self.check()
        return ready()

    def _wait(self, ready: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._failure is not None or ready())
        self.check()

    def _work(self) -> None:
        while (transaction := self._next()) is not None:
            try:
                self._send(transaction)
            except Exception as error:  # noqa: BLE001 - whatever it is, the simulating thread must hear of it
                self._fail(error)
                return
            self._done(transaction)

    def _next(self) -> Transaction | None:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._line) or self._closing)
            return self._line.popleft() if self._line else None

    def _send(self, transaction: Transaction) -> None:
        with self._connection.cursor() as cursor:
            for step in transaction.steps:
                self._run(cursor, step)
            cursor.execute(transaction.run_sql, transaction.run_values)
            if cursor.rowcount != 1:
                raise SinkError(f"run {transaction.run_values['run_id']} is not in sim.runs")
        self._connection.commit()

    @staticmethod
    def _run(cursor: Any, step: Step) -> None:
        if step.stream is not None:
            cursor.copy_expert(step.sql, BytesIO(step.stream), size=len(step.stream))
            return
        cursor.execute(step.sql)
        if step.expected_rows is not None and cursor.rowcount != step.expected_rows:
            raise SinkError(f"{step.table}: {step.expected_rows} rows to change, but {cursor.rowcount} found")

    def _done(self, transaction: Transaction) -> None:
        with self._changed:
            self.behind -= 1
            self.batches += 1
            self.rows_written += transaction.rows
            self.committed_sim_now_us = transaction.sim_now_us
            self._changed.notify_all()

    def _fail(self, error: Exception) -> None:
        """Undo the batch, forget those behind it, and keep the reason for whoever comes next."""
        with suppress(psycopg2.Error):  # when the connection is gone the server rolls back by itself
            self._connection.rollback()
        failure = SinkError(f"batch {self.batches + 1} could not be written: {one_line(error)}")
        failure.__cause__ = error
        with self._changed:
            self._line.clear()
            self._failure = failure
            self._changed.notify_all()
