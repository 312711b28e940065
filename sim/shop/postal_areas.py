"""Postal codes as areas: neighbours share one, and what is far away has another."""

from __future__ import annotations

from math import cos, isqrt, radians
from typing import TYPE_CHECKING

from sim.markets.earth import METRES_PER_DEGREE

if TYPE_CHECKING:
    from sim.markets import City

_MOST_ROWS = 17  # about a kilometre each in a city of usual size
_BRITISH = "ABDEFGHJLNPQRSTUWXYZ"  # the letters of the last two places


class PostalAreas:
    """A city's codes, after its patterns: # is a digit, ? a letter.

    The city is cut into cells in rows from north to south, which take the patterns in their order, and numbers within
    each. What a pattern has beyond that (more digits than there are cells, letters) is the street's.
    """

    __slots__ = ("_cells_a_pattern", "_high", "_north", "_patterns", "_rows", "_west", "_wide")

    def __init__(self, city: City) -> None:
        self._patterns = city.postal_codes
        numbers = min(10 ** pattern.count("#") for pattern in self._patterns)
        self._rows = rows = max(1, min(_MOST_ROWS, isqrt(numbers * len(self._patterns))))
        self._cells_a_pattern = -(-rows * rows // len(self._patterns))  # the last pattern may have fewer
        places = [(w.latitude, w.longitude) for w in city.warehouses]
        reach = 1000.0 * city.radius_km / METRES_PER_DEGREE
        reach_east = reach / cos(radians(places[0][0]))
        south, self._north = min(p[0] for p in places) - reach, max(p[0] for p in places) + reach
        self._west, east = min(p[1] for p in places) - reach_east, max(p[1] for p in places) + reach_east
        self._high, self._wide = (self._north - south) / rows, (east - self._west) / rows

    def code(self, latitude: float, longitude: float, u: float) -> str:
        """Return the code of a place; the uniform is the street's, for what the area leaves open."""
        most = self._rows - 1
        row = min(most, max(0, int((self._north - latitude) / self._high)))
        column = min(most, max(0, int((longitude - self._west) / self._wide)))
        if row % 2:  # as one ploughs: cells with numbers one apart are neighbours at the ends of rows too
            column = most - column
        which, cell = divmod(row * self._rows + column, self._cells_a_pattern)
        pattern = self._patterns[which]
        a_cell = 10 ** pattern.count("#") // self._cells_a_pattern
        number, rest = divmod(int(u * 2**40), 2**40 // max(1, a_cell))
        digits = f"{cell * a_cell + min(number, a_cell - 1):0{pattern.count('#')}}" if "#" in pattern else ""
        return _filled(pattern, digits, rest)


def _filled(pattern: str, digits: str, rest: int) -> str:
    code, left = "", iter(digits)
    for sign in pattern:
        if sign == "#":
            code += next(left)
        elif sign == "?":
            rest, letter = divmod(rest, len(_BRITISH))
            code += _BRITISH[letter]
        else:
            code += sign
    return code
