"""What every output can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pipeline.events.envelope import Event


class Output(Protocol):
    """Takes events in order, and knows the last that it holds."""

    def last(self) -> bytes | None:
        """The last event's line; None when there is none yet. Raises Lost, NotOurs."""

    def write(self, events: Sequence[Event]) -> None:
        """Add events: all of them, or none when it raises OSError. Raises Lost: all or none, which `last` will tell."""

    def close(self) -> None:
        """Nothing more will come."""


class NotOurs(Exception):
    """What cannot be gone on with: one line saying why."""


class Lost(Exception):
    """What is held is not known for the moment: one line saying why. `last` asks for it anew."""
