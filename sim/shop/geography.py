"""Distances in a city, where its people live, and what its clocks show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import asin, cos, pi, radians, sin, sqrt
from typing import Protocol
from zoneinfo import ZoneInfo

from sim.clock.units import DAY_US, HALF_HOUR_US, HOUR_US, QUARTER_US, SECOND_US
from sim.markets.earth import DIAMETER_M, METRES_PER_DEGREE

_CROWDING = 0.7  # 0.5 spreads people evenly over the disc, 1.0 evenly over the radius; our choice: denser in the middle

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX_ORDINAL = _UNIX.toordinal()
_MONDAY_SHIFT_H = _UNIX.weekday() * 24
_MOST_CACHED = 8192


class Place(Protocol):
    """Anything with coordinates in degrees."""

    @property
    def latitude(self) -> float:
        """Degrees north."""
        ...

    @property
    def longitude(self) -> float:
        """Degrees east."""
        ...


def distance_m(latitude: float, longitude: float, to_latitude: float, to_longitude: float, detour: float = 1.0) -> int:
    """Return the great-circle distance in metres, times `detour` (streets are longer than the bird's line)."""
    phi, to_phi = radians(latitude), radians(to_latitude)
    rise = sin((to_phi - phi) / 2.0)
    run = sin(radians(to_longitude - longitude) / 2.0)
    chord = sqrt(rise * rise + cos(phi) * cos(to_phi) * run * run)
    return round(detour * DIAMETER_M * asin(min(1.0, chord)))


class Landmark:
    """A place that many distances are measured from: what depends on it alone is worked out once."""

    __slots__ = ("_cos_phi", "_longitude", "_phi")

    def __init__(self, latitude: float, longitude: float) -> None:
        self._phi = radians(latitude)
        self._cos_phi = cos(self._phi)
        self._longitude = longitude

    def distance_m(self, latitude: float, longitude: float, detour: float = 1.0) -> int:
        """Return the very metres that the function of this name returns."""
        phi = radians(latitude)
        rise = sin((phi - self._phi) / 2.0)
        run = sin(radians(longitude - self._longitude) / 2.0)
        chord = sqrt(rise * rise + cos(phi) * self._cos_phi * run * run)
        return round(detour * DIAMETER_M * asin(min(1.0, chord)))


def place_around(latitude: float, longitude: float, radius_km: float, u1: float, u2: float) -> tuple[float, float]:
    """Return a place at most `radius_km` away, more often near than far, in degrees rounded to six decimals."""
    away_degrees = 1000.0 * radius_km * u1**_CROWDING / METRES_PER_DEGREE
    bearing = 2.0 * pi * u2
    north = away_degrees * cos(bearing)
    east = away_degrees * sin(bearing) / cos(radians(latitude))
    return round(latitude + north, 6), round(longitude + east, 6)


class LocalClock:
    """What a city's clocks show. Instants are integer microseconds since the run's epoch, before it negative.

    Offsets from UTC change at whole quarters of an hour (UTC) everywhere, so one look-up a quarter is enough.
    """

    __slots__ = ("_epoch_us", "_offsets", "_zone")

    def __init__(self, timezone: str, epoch: datetime) -> None:
        self._zone = ZoneInfo(timezone)
        self._epoch_us = (epoch - _UNIX) // timedelta(microseconds=1)
        self._offsets: dict[int, int] = {}

    def local_us(self, us: int) -> int:
        """Return what the local clock shows at an instant, as microseconds since 1970-01-01 00:00 on that clock."""
        utc_us = us + self._epoch_us
        quarter = utc_us // QUARTER_US
        offset = self._offsets.get(quarter)
        return utc_us + (self._look_up(quarter) if offset is None else offset)

    def hour_of_week(self, us: int) -> int:
        """Return the local hour of the week, 0 (Monday 0 h) to 167."""
        return (self.local_us(us) // HOUR_US + _MONDAY_SHIFT_H) % 168

    def half_hour_of_week(self, us: int) -> int:
        """Return the local half hour of the week, 0 (Monday 0 h) to 335."""
        return (self.local_us(us) // HALF_HOUR_US + 2 * _MONDAY_SHIFT_H) % 336

    def hour(self, us: int) -> int:
        """Return the local hour of the day, 0 to 23."""
        return self.local_us(us) // HOUR_US % 24

    def local_day(self, us: int) -> int:
        """Return the local date as its proleptic ordinal (`date.toordinal`); day % 7 == 1 is a Monday."""
        return self.local_us(us) // DAY_US + _UNIX_ORDINAL

    def instant_of(self, local_day: int, seconds_of_day: int) -> int:
        """Return the first instant at which the local clock shows this time, or later, of this day.

        So a time that occurs twice means its first occurrence and one that is skipped means the instant of the skip:
        a later time never gives an earlier instant. Seconds beyond the day's end (or below 0) fall on the days around.
        """
        shown = (local_day - _UNIX_ORDINAL) * DAY_US + seconds_of_day * SECOND_US
        naive = shown - self._epoch_us
        offsets = self._offset(naive - DAY_US), self._offset(naive + DAY_US)
        earliest, latest = naive - max(offsets), naive - min(offsets)
        for us in (earliest, latest):
            if self.local_us(us) == shown:
                return us
        return self._after_skip(earliest, shown)

    def _after_skip(self, us: int, shown: int) -> int:
        while self.local_us(us) < shown:
            us += QUARTER_US - (us + self._epoch_us) % QUARTER_US
        return us

    def _offset(self, us: int) -> int:
        return self.local_us(us) - us - self._epoch_us

    def _look_up(self, quarter: int) -> int:
        if len(self._offsets) >= _MOST_CACHED:
            self._offsets.clear()
        instant = _UNIX + timedelta(microseconds=quarter * QUARTER_US)
        offset = instant.astimezone(self._zone).utcoffset() or timedelta()
        self._offsets[quarter] = offset_us = offset // timedelta(microseconds=1)
        return offset_us
