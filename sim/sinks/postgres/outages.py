"""Which troubles of a database pass by themselves, so that trying again is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import psycopg2

PASSING: Final[Mapping[str, str]] = {
    "08": "the connection broke",
    "25006": "read-only for now: an operator's choice, or a standby that is about to be promoted",
    "25P03": "the session was ended because it was idle",
    "25P04": "the session was ended because its transaction took too long",
    "40": "rolled back in favour of another transaction: a deadlock, or isolation levels",
    "53": "out of disk, memory or connections, until somebody makes room",
    "55P03": "somebody holds a lock for longer than lock_timeout",
    "57": "an operator stopped the statement, the session or the server, which is on its way up or down",
    "58": "the server's own disk does not answer",
}
"""SQLSTATEs, or the classes that they begin with, and why each may pass. What is not here is final."""

_FINAL: Final = frozenset({"57P04"})  # the database was dropped

_NO_ANSWER: Final = (psycopg2.OperationalError, psycopg2.InterfaceError)


class Passing(Exception):
    """A trouble without an SQLSTATE that will pass. The message is one line for people."""


class Patience(NamedTuple):
    """How long the writer waits for what, in real seconds."""

    first_s: float = 0.1  # between the first failure and the second try; each wait is twice the one before
    longest_s: float = 5.0  # between two tries
    silence_s: float = 5.0  # of a statement, before a second connection asks what becomes of it
    close_s: float = 30.0  # without a commit, before `close` gives up

    def waits_s(self) -> Iterator[float]:
        """The waits between tries, for ever."""
        wait_s = self.first_s
        while True:
            yield wait_s
            wait_s = min(2 * wait_s, self.longest_s)


def passes(error: BaseException) -> bool:
    """Whether the same work may succeed later, perhaps on another connection."""
    if isinstance(error, Passing):
        return True
    if not isinstance(error, psycopg2.Error):
        return False
    if code := error.pgcode:
        return code not in _FINAL and any(code.startswith(prefix) for prefix in PASSING)
    return says_nothing(error)


def says_nothing(error: psycopg2.Error) -> bool:
    """Whether the error is libpq's own: there is no connection, or none any more. It has no SQLSTATE for these."""
    # A COPY whose connection ends raises the base class itself.
    return error.pgcode is None and (isinstance(error, _NO_ANSWER) or type(error) is psycopg2.DatabaseError)
