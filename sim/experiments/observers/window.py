"""The stretch of a replication that its figures are of, and sums of time within it."""

from __future__ import annotations

from array import array
from typing import NamedTuple

import numpy as np

from sim.clock.units import DAY_US

NAN = float("nan")


class Window(NamedTuple):
    """From the end of the warm-up to the end of the replication, both included, in µs since the epoch."""

    begins_us: int
    ends_us: int

    @property
    def days(self) -> float:
        """How long it is."""
        return (self.ends_us - self.begins_us) / DAY_US

    def overlap_us(self, from_us: int, to_us: int) -> int:
        """Return how much of a stretch lies within."""
        return max(0, min(to_us, self.ends_us) - max(from_us, self.begins_us))


class Stretches:
    """Time within the window of stretches that begin and end: shifts, trips, picks."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._open: dict[int, int] = {}
        self._closed_us = 0

    def begin(self, id_: int, at_us: int) -> None:
        """A stretch begins."""
        self._open[id_] = at_us

    def end(self, id_: int, at_us: int) -> None:
        """It ends."""
        self._closed_us += self._window.overlap_us(self._open.pop(id_), at_us)

    @property
    def total_us(self) -> int:
        """Their sum; what is still open counts up to the window's end."""
        return self._closed_us + sum(self._window.overlap_us(at, self._window.ends_us) for at in self._open.values())


class Spans:
    """Spans of time, kept whole: quantiles are exact. Eight bytes a span."""

    def __init__(self) -> None:
        self._spans_us = array("q")

    def add(self, span_us: int) -> None:
        """Take one more."""
        self._spans_us.append(span_us)

    def mean(self, unit_us: int) -> float:
        """Their mean, in a unit; NaN where there are none."""
        return sum(self._spans_us) / len(self._spans_us) / unit_us if self._spans_us else NAN

    def quantile(self, share: float, unit_us: int) -> float:
        """The quantile between neighbours as PostgreSQL's percentile_cont has it; NaN where there are none."""
        return float(np.quantile(self._spans_us, share)) / unit_us if self._spans_us else NAN


def percent(part: float, whole: float) -> float:
    """A share in per cent; NaN of nothing."""
    return 100.0 * part / whole if whole else NAN
