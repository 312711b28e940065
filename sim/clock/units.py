"""Spans of time in the simulation's unit, the microsecond."""

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
QUARTER_US = 15 * MINUTE_US
HALF_HOUR_US = 30 * MINUTE_US
HOUR_US = 2 * HALF_HOUR_US
DAY_US = 24 * HOUR_US
WEEK_US = 7 * DAY_US


def seconds_us(seconds: float) -> int:
    """Return a span of seconds in whole microseconds."""
    return round(seconds * SECOND_US)
