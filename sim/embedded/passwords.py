"""The cluster's two random passwords, in one file that only its owner can read: a line `role password` for each."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from common.files import write_whole
from sim.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from pathlib import Path

OWNER = "bazaar"
READER = "bazaar_reader"


def make(path: Path) -> None:
    """Write a new file of passwords, at once or not at all."""
    write_whole(path, "".join(f"{role} {secrets.token_urlsafe(24)}\n" for role in (OWNER, READER)), 0o600, durable=True)


def read(path: Path, role: str) -> str:
    """The password of a role."""
    try:
        words = dict(line.split(" ", 1) for line in path.read_text(encoding="ascii").splitlines())
        return words[role]
    except FileNotFoundError:
        message = f"{path} is gone, and with it the database's password: put it back or remove {path.parent}"
        raise EmbeddedError(message) from None
    except OSError as error:
        raise EmbeddedError(f"{path} can't be read: {error.strerror}") from error
    except (KeyError, ValueError) as error:
        raise EmbeddedError(f"{path} is damaged: put back a good copy or remove {path.parent}") from error
