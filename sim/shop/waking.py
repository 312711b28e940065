"""Waking hours: what somebody would write at some time of the day is written when people sit down to write."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from sim.clock.units import DAY_US, HOUR_US, SECOND_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.shop.geography import LocalClock


class WakingHours:
    """The hours of a day by how many people write in them; who thinks of it at any time waits for their own."""

    def __init__(self, by_hour: Sequence[float]) -> None:
        self._by_hour = tuple(by_hour)
        self._below = [0.0, *accumulate(by_hour)]

    def after(self, clock: LocalClock, at_us: int) -> int:
        """Return when on that local day it is written, or on the next one; never before the instant given.

        Instants spread evenly over a day come out as the hours are, in the same order: the part of the day that is
        over becomes the same part of the day's writing.
        """
        day, time_us = clock.local_day(at_us), clock.local_us(at_us) % DAY_US
        if (late := _instant(clock, day, self.quantile(time_us / DAY_US))) > at_us:
            return late
        if self.is_awake(time_us):
            return at_us
        return _instant(clock, day + 1, self.quantile(0.0))

    def is_awake(self, time_us: int) -> bool:
        """Whether anybody writes at this time of the day."""
        return self._by_hour[time_us // HOUR_US] > 0.0

    def quantile(self, part: float) -> int:
        """Return the time of day, in µs, at which this part of a day's texts has been written."""
        target = part * self._below[-1]
        hour = bisect_right(self._below, target) - 1
        return round((hour + (target - self._below[hour]) / self._by_hour[hour]) * HOUR_US)


def _instant(clock: LocalClock, local_day: int, time_us: int) -> int:
    seconds, rest_us = divmod(time_us, SECOND_US)
    return clock.instant_of(local_day, seconds) + rest_us
