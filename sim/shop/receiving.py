"""Receiving: goods that are brought, and what customers send back, come in when somebody is there to take them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import DAY_US, HOUR_US, SECOND_US
from sim.shop.waking import WakingHours

if TYPE_CHECKING:
    from sim.scenario.warehouse import Stock
    from sim.shop.geography import LocalClock

_MONDAY = 1  # a local day's remainder by 7


class ReceivingHours:
    """The hours in which a warehouse takes goods in; what comes at any other time waits for them."""

    def __init__(self, stock: Stock) -> None:
        self._hours = WakingHours(stock.received_by_hour)
        self._days = stock.receiving_days_per_week
        self._closes_us = HOUR_US * max(hour + 1 for hour, weight in enumerate(stock.received_by_hour) if weight > 0.0)

    def after(self, clock: LocalClock, at_us: int) -> int:
        """Return when something is taken in that is on its way until then; never before.

        What comes spread over the day comes out as the hours are; what comes after closing, spread over the next day.
        """
        day, time_us = clock.local_day(at_us), clock.local_us(at_us) % DAY_US
        if time_us >= self._closes_us:
            day, late_us = day + 1, self._hours.quantile((time_us - self._closes_us) / (DAY_US - self._closes_us))
        else:
            late_us = max(time_us, self._hours.quantile(time_us / DAY_US))
            while not self._hours.is_awake(late_us):
                late_us += HOUR_US - late_us % HOUR_US
        day += self._closed_days(day)
        seconds, rest_us = divmod(late_us, SECOND_US)
        return max(at_us, clock.instant_of(day, seconds) + rest_us)

    def _closed_days(self, local_day: int) -> int:
        """Return how many days it is to the next one with receiving."""
        weekday = (local_day - _MONDAY) % 7
        return 7 - weekday if weekday >= self._days else 0
