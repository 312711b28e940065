"""What people ask of a running shop: another speed, a pause. Left by one thread, taken by the run's own."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.clock.pacer import Speed


@dataclass(frozen=True, slots=True)
class Wish:
    """How the clock shall go from now on."""

    speed: Speed
    paused: bool


class Wishes:
    """The newest wish; older ones that nobody has taken yet are forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: Wish | None = None

    def leave(self, wish: Wish) -> None:
        """Ask for this from now on."""
        with self._lock:
            self._newest = wish

    @property
    def waiting(self) -> bool:
        """Whether there is one that nobody has taken."""
        return self._newest is not None

    def take(self) -> Wish | None:
        """The newest wish, once."""
        with self._lock:
            newest, self._newest = self._newest, None
        return newest
