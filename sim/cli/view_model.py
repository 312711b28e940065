"""What there is to show of a run at a moment: its latest statuses and whatever must be said besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.clock.pacer import Speed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.run.status import Status

_KEPT_ENOUGH = 0.95
_PATIENCE_S = 3.0
_SILENCE_S = 3.0
_SILENT = ("opening", "stopped", "finished")  # nothing is heard in these


@dataclass(frozen=True, slots=True)
class Title:
    """Which run it is, as its database records it."""

    scenario: str
    market: str
    seed: int
    scale: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A status and when it came, in seconds of a steady clock."""

    at_s: float
    status: Status


@dataclass(frozen=True, slots=True)
class ViewModel:
    """Everything that a frame or a log line is made from; `now_s` is of the same clock as `seen`."""

    seen: Sequence[Seen]  # of the last minute, oldest first
    now_s: float
    title: Title | None = None  # None until it is known
    notice: str = ""  # what must be said now, instead of the hint
    hint: str = ""  # how to connect
    outcome: str = ""  # ended or failed, when it is over

    @property
    def status(self) -> Status | None:
        """The newest status."""
        return self.seen[-1].status if self.seen else None

    @property
    def silent_s(self) -> float:
        """For how long nothing was heard, in seconds; 0 when that is not worth a word."""
        if not self.seen or self.seen[-1].status.phase in _SILENT:
            return 0.0
        silence = self.now_s - self.seen[-1].at_s
        return silence if silence >= _SILENCE_S else 0.0

    @property
    def progress(self) -> float | None:
        """How much of the way from the epoch to the target is done, 0 to 1; None without a target."""
        status = self.status
        if status is None or status.target is None:
            return None
        way = (status.target - status.epoch).total_seconds()
        return min(1.0, (status.sim_now - status.epoch).total_seconds() / way) if way > 0 else 1.0

    @property
    def seconds_left(self) -> float | None:
        """Real seconds until the target at the present speed; None when nobody knows."""
        status = self.status
        if status is None or status.target is None or not status.speed_kept:
            return None
        return max(0.0, (status.target - status.sim_now).total_seconds() / status.speed_kept)

    @property
    def falls_short(self) -> bool:
        """Whether the speed kept has for a while been below what was asked."""
        lately = [seen.status for seen in self.seen if seen.at_s >= self.seen[-1].at_s - _PATIENCE_S]
        long_enough = bool(self.seen) and self.seen[-1].at_s - self.seen[0].at_s >= _PATIENCE_S
        return long_enough and all(_is_slow(status) for status in lately)


def _is_slow(status: Status) -> bool:
    asked = Speed.parse(status.speed_asked)
    if status.phase != "pacing" or status.speed_kept is None or not asked.paced:
        return False
    return status.speed_kept < _KEPT_ENOUGH * asked.factor
