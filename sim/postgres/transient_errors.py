"""Which troubles of a database pass by themselves, so that trying again is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import psycopg2

TRANSIENT: Final[Mapping[str, str]] = {
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

# Said on a session that is over, that only reads as long as it lives, or by a pooler that does not know what has
# become of the transaction: only a new session can tell.
_NEEDS_ANOTHER_SESSION: Final = ("08", "25006", "25P03", "25P04", "40003", "57P")

_NO_ANSWER: Final = (psycopg2.OperationalError, psycopg2.InterfaceError)


class TransientError(Exception):
    """A trouble without an SQLSTATE that will pass. The message is one line for people."""


class RetryPolicy(NamedTuple):
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


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later, perhaps on another connection."""
    if isinstance(error, psycopg2.Error):
        return is_transient_sqlstate(error.pgcode) if error.pgcode else says_nothing(error)
    return isinstance(error, TransientError)


def is_transient_sqlstate(sqlstate: str) -> bool:
    """Whether what the server says by this code may be otherwise later."""
    return sqlstate not in _FINAL and sqlstate.startswith(tuple(TRANSIENT))


def ends_session(error: BaseException) -> bool:
    """Whether nothing more is to be had of the session that the error came from."""
    if not isinstance(error, psycopg2.Error):
        return False
    return error.pgcode.startswith(_NEEDS_ANOTHER_SESSION) if error.pgcode else says_nothing(error)


def says_nothing(error: psycopg2.Error) -> bool:
    """Whether the error is libpq's own: there is no connection, or none any more. It has no SQLSTATE for these."""
    # A COPY whose connection ends raises the base class itself.
    return error.pgcode is None and (isinstance(error, _NO_ANSWER) or type(error) is psycopg2.DatabaseError)
