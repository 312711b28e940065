"""How a command ends when it can't do what it was asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from common.called import as_called
from common.messages import one_line

REFUSED = 2  # bad input, or nothing there to work on: nothing was changed
FAILED = 1
INTERRUPTED = 130  # by Ctrl-C, as shells say it
NOTHING_DONE = "nothing was done"


class Failure(Exception):
    """Ends the command with one line on stderr and an exit code."""

    def __init__(self, message: str, exit_code: int = REFUSED) -> None:
        super().__init__(as_called(printable(message)))
        self.exit_code = exit_code


@contextmanager
def refusing(*kinds: type[Exception], about: str = "", exit_code: int = REFUSED) -> Iterator[None]:
    """Turn errors whose text is one line for people into a Failure; `about` is put before it."""
    try:
        yield
    except kinds as error:
        raise Failure(f"{about}{error}", exit_code) from error


def interrupted() -> int:
    """Say that Ctrl-C came before anything was done; the exit code."""
    if sys.stderr is not None:
        sys.stderr.write(f"bazaar: {NOTHING_DONE}\n")
    return INTERRUPTED


def printable(text: str) -> str:
    """The text in one line, without line breaks and control characters, which could also steer a terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in one_line(text))
