"""Pace: how far the simulated clock should be at this moment of the wall clock.

The environment is run in short slices up to an anchored target, rather than event by event as SimPy's real-time
environment does: catching up and pacing are then one loop, the end of a slice is a consistent cut to commit, and a
slice of 20 ms costs a quarter of the CPU of waiting for each event at high rates. See docs/decisions.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING

from sim.clock.units import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable

_SPEED = re.compile(r"(\d+(?:\.\d+)?|\.\d+)x?")
FASTEST = 1e9


@dataclass(frozen=True, slots=True)
class Speed:
    """Simulated seconds per real second; infinite means as fast as the machine can."""

    factor: float

    @classmethod
    def parse(cls, text: str) -> Speed:
        """Read '10x', '0.5x', '10' or 'max'; raises ValueError with one line for anything else."""
        if text == "max":
            return cls(inf)
        match = _SPEED.fullmatch(text.strip())
        factor = float(match[1]) if match else 0.0
        if not 0.0 < factor <= FASTEST:
            raise ValueError(
                f"speed: {text!r} is not a speed; allowed are 'max' and a number above 0 such as 10x or 0.5x"
            )
        return cls(factor)

    @property
    def paced(self) -> bool:
        """Whether this speed keeps pace with the wall clock at all."""
        return self.factor != inf

    def __str__(self) -> str:
        """Write it as it is given: 10x, 0.5x, max."""
        return f"{self.factor:.9f}".rstrip("0").rstrip(".") + "x" if self.paced else "max"


def _steady_seconds() -> float:
    """Seconds of a clock that never jumps and, where the system has one, also counts while it is suspended."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(boottime) if boottime is not None else time.monotonic()


@dataclass(frozen=True, slots=True)
class WallClock:
    """The two clocks of the outside world: the steady one for pace, the calendar for catching up."""

    steady_s: Callable[[], float] = _steady_seconds
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def since_us(self, epoch: datetime) -> int:
        """Return the wall clock's distance from the epoch in microseconds."""
        return (self.utc_now() - epoch) // timedelta(microseconds=1)


class Pacer:
    """An anchor (real instant, simulated instant, speed): the target moves on from it steadily, so nothing drifts.

    After a stall the target is simply further on and the simulation catches up.
    """

    def __init__(self, speed: Speed, sim_now_us: int, wall: WallClock) -> None:
        if not speed.paced:
            raise ValueError("a pacer needs a finite speed")
        self._wall = wall
        self.speed = speed
        self._anchor_s = wall.steady_s()
        self._anchor_us = sim_now_us

    @property
    def anchor(self) -> tuple[float, int]:
        """The steady clock's reading and the simulated instant that belong together."""
        return self._anchor_s, self._anchor_us

    def target_us(self) -> int:
        """Return the simulated instant that true pace has reached by now."""
        elapsed_s = self._wall.steady_s() - self._anchor_s
        return self._anchor_us + round(elapsed_s * self.speed.factor * SECOND_US)
