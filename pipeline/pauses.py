"""How long to wait before something that failed is tried again: ever longer, up to five seconds."""

from __future__ import annotations

FIRST_S, LONGEST_S = 0.5, 5.0


class Pauses:
    """Pauses that double from one attempt to the next, until something goes well."""

    def __init__(self) -> None:
        self._next_s = FIRST_S

    def begin_anew(self) -> None:
        """Something went well: the next pause is a short one."""
        self._next_s = FIRST_S

    def next_s(self) -> float:
        """How long the next one is."""
        pause_s, self._next_s = self._next_s, min(2 * self._next_s, LONGEST_S)
        return pause_s
