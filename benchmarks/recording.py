"""What a run sends to PostgreSQL, transaction by transaction: when each was committed, and its bytes if wanted."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from benchmarks.processor import Family
from sim.postgres.writing.commit_counter import CommitCounter
from sim.postgres.writing.session import Session
from sim.postgres.writing.statements import Statement, Transaction

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sent:
    """The statements and COPY streams of one transaction; none of those that build keys is kept."""

    rows: int
    statements: list[Statement]


@contextmanager
def commits(url: str, record: Path | None = None) -> Iterator[Window]:
    """Watch what this process commits to a shop meanwhile; `record` keeps in that file what was sent."""
    send, window = Session.send, Window(url)
    with ExitStack() as stack:
        file = stack.enter_context(record.open("wb")) if record else None

        def send_and_note(session: Session, transaction: Transaction, counter: CommitCounter) -> None:
            window.open()
            send(session, transaction, counter)
            window.note(transaction.rows)
            if file and not any(statement.takes_long for statement in transaction.statements):
                pickle.dump(Sent(transaction.rows, transaction.statements), file)

        stack.enter_context(patch.object(Session, "send", send_and_note))
        yield window


class Window:
    """From the first byte sent to the last commit: what a run writes once it has begun to, whatever beginning took."""

    def __init__(self, url: str) -> None:
        self._families = {"cpu_s": Family(os.getpid()), "server_cpu_s": Family.of_server(url)}
        self._before: dict[str, float | None] = {}
        self._began_s = self._ended_s = 0.0
        self._rows = self._first_rows = 0
        self._first_s = 0.0

    def open(self) -> None:
        """Begin, unless it has begun."""
        if not self._before:
            self._before = {name: family.seconds() for name, family in self._families.items()}
            self._began_s = time.perf_counter()

    def note(self, rows: int) -> None:
        """Take note of a commit."""
        self._ended_s = time.perf_counter()
        self._rows += rows
        if not self._first_s:
            self._first_s, self._first_rows = self._ended_s, rows

    def figures(self) -> Figures:
        """Return rows, seconds, and processor seconds of the client with its children and of the server."""
        wall_s = self._ended_s - self._began_s
        used = {name: family.since(self._before.get(name)) for name, family in self._families.items()}
        return {
            "rows": float(self._rows),
            "wall_s": wall_s,
            "rows_per_s": self._rows / wall_s,
            "rows_per_s_after_first": (self._rows - self._first_rows) / max(self._ended_s - self._first_s, 1e-9),
            **{name: seconds for name, seconds in used.items() if seconds is not None},
        }


def recorded(path: Path) -> Iterator[Sent]:
    """Give back what was kept, in order."""
    with path.open("rb") as file:
        while True:
            try:
                sent: Sent = pickle.load(file)
            except EOFError:
                return
            yield sent
