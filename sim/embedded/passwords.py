"""The cluster's random passwords, in one file that only its owner can read: a line `role password` for each."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from common.files import write_whole
from sim.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from pathlib import Path

OWNER = "bazaar"
READER = "bazaar_reader"
ANALYST = "bazaar_analyst"
TEACHER = "bazaar_teacher"


def make(path: Path) -> None:
    """Write a new file of passwords, at once or not at all."""
    write_whole(path, "".join(map(_line, (OWNER, READER, ANALYST, TEACHER))), 0o600, durable=True)


def complete(path: Path, role: str) -> None:
    """Add a password for a role that had none when the file was made."""
    if role not in _read(path):
        write_whole(path, path.read_text(encoding="ascii") + _line(role), 0o600, durable=True)


def read(path: Path, role: str) -> str:
    """The password of a role."""
    words = _read(path)
    if role not in words:
        raise EmbeddedError(_damaged(path))
    return words[role]


def _line(role: str) -> str:
    return f"{role} {secrets.token_urlsafe(24)}\n"


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(line.split(" ", 1) for line in path.read_text(encoding="ascii").splitlines())
    except FileNotFoundError:
        message = f"{path} is gone, and with it the database's password: put it back or remove {path.parent}"
        raise EmbeddedError(message) from None
    except OSError as error:
        raise EmbeddedError(f"{path} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise EmbeddedError(_damaged(path)) from error


def _damaged(path: Path) -> str:
    return f"{path} is damaged: put back a good copy or remove {path.parent}"
