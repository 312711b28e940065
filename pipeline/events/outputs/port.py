"""What every output can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Output(Protocol):
    """Takes events in order, and knows the last that it holds."""

    def last(self) -> bytes | None:
        """The last event's line; None when there is none yet."""

    def write(self, lines: Sequence[str]) -> None:
        """Add lines: all of them, or none when it raises OSError."""

    def close(self) -> None:
        """Nothing more will come."""


class NotOurs(Exception):
    """A file that cannot be gone on with: one line saying why."""
