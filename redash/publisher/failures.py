"""What can go wrong with Redash: it does not do as asked, or is not to be reached."""

from __future__ import annotations


class Failure(Exception):
    """Redash, or the way to it, failed; told in one line. Exit code 1."""


class Refused(Failure):
    """Redash answered with an error, of this HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)
