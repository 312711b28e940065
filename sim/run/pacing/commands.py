"""What people ask of a running shop: another speed, a pause, incidents. Posted by one thread, taken by another."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.clock.pacer import Speed
    from sim.snapshot import IncidentRequest


@dataclass(frozen=True, slots=True)
class ClockCommand:
    """How the clock shall go from now on."""

    speed: Speed
    paused: bool


class Commands:
    """The newest command for the clock, older ones that nobody has taken yet being forgotten, and every request."""

    def __init__(self, requests: Iterable[IncidentRequest] = ()) -> None:
        self._lock = threading.Lock()
        self._newest: ClockCommand | None = None
        self._requests = list(requests)

    def post(self, command: ClockCommand) -> None:
        """Ask for this from now on."""
        with self._lock:
            self._newest = command

    def request(self, request: IncidentRequest) -> None:
        """Ask for an incident to begin or to end."""
        with self._lock:
            self._requests.append(request)

    @property
    def waiting(self) -> bool:
        """Whether there is anything that nobody has taken."""
        return self._newest is not None or bool(self._requests)

    def differ_from(self, command: ClockCommand) -> bool:
        """Whether there is anything that nobody has taken, and that is not so already."""
        newest = self._newest
        return (newest is not None and newest != command) or bool(self._requests)

    def take_clock_command(self) -> ClockCommand | None:
        """The newest command, once."""
        with self._lock:
            newest, self._newest = self._newest, None
        return newest

    def take_incident_requests(self) -> list[IncidentRequest]:
        """Every request, in the order of asking, once."""
        with self._lock:
            requests, self._requests = self._requests, []
        return requests
