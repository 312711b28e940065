"""How far and how fast a run is to go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from sim.clock.pacer import Speed

_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Plan:
    """What a start asks for."""

    epoch: datetime
    speed: Speed
    catch_up: bool
    until_us: int | None  # the end, counted from the epoch; None to go on for ever
    keep: timedelta | None = None  # how much of the past stays in the database; None for all of it

    @property
    def end_us(self) -> int:
        """The end, or an instant that never comes."""
        return _NEVER if self.until_us is None else self.until_us

    def is_over(self, sim_now: datetime) -> bool:
        """Whether a run that has come to `sim_now` has nothing left to do."""
        return (sim_now - self.epoch) // timedelta(microseconds=1) >= self.end_us
