"""Where in a city nobody lives: waters, parks, airports, what belongs to another city."""

from __future__ import annotations

from itertools import pairwise
from math import cos, radians
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from sim.markets.earth import METRES_PER_DEGREE
from sim.markets.part import Part, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

Degrees = Annotated[float, Field(ge=-180.0, le=180.0)]
Point = tuple[Degrees, Degrees]


class Uninhabited(Part):
    """An area by its outline, or with a width a line along its middle; points are (latitude, longitude), degrees."""

    name: Text
    points: Annotated[tuple[Point, ...], Field(min_length=2, max_length=200)]
    width_m: Annotated[
        float | None, Field(gt=0.0, le=10_000.0, description="of a line: a river, a canal, a motorway")
    ] = None

    @model_validator(mode="after")
    def _check(self) -> Uninhabited:
        if self.width_m is None and len(self.points) < 3:
            raise ValueError("an outline must have three points or more; a line has a width_m")
        return self


class Land:
    """What is left of a city to live on."""

    __slots__ = ("_areas", "_lines")

    def __init__(self, uninhabited: Sequence[Uninhabited]) -> None:
        self._areas = [_Area(one.points) for one in uninhabited if one.width_m is None]
        self._lines = [_Line(one.points, one.width_m / 2.0) for one in uninhabited if one.width_m is not None]

    def has(self, latitude: float, longitude: float) -> bool:
        """Return whether somebody may live there."""
        for area in self._areas:
            if area.has(latitude, longitude):
                return False
        return not any(line.has(latitude, longitude) for line in self._lines)


class _Area:
    __slots__ = ("_east", "_edges", "_north", "_south", "_west")

    def __init__(self, points: Sequence[Point]) -> None:
        self._edges = [(*one, *other) for one, other in zip(points, (*points[1:], points[0]), strict=True)]
        self._south, self._north = min(p[0] for p in points), max(p[0] for p in points)
        self._west, self._east = min(p[1] for p in points), max(p[1] for p in points)

    def has(self, latitude: float, longitude: float) -> bool:
        """Return whether a ray to the east crosses the outline an odd number of times."""
        if not (self._south <= latitude <= self._north and self._west <= longitude <= self._east):
            return False
        inside = False
        for lat, lon, to_lat, to_lon in self._edges:
            if (lat > latitude) != (to_lat > latitude) and longitude < lon + (latitude - lat) / (to_lat - lat) * (
                to_lon - lon
            ):
                inside = not inside
        return inside


class _Line:
    __slots__ = ("_box", "_per_longitude", "_reach_m", "_segments")

    def __init__(self, points: Sequence[Point], reach_m: float) -> None:
        self._reach_m = reach_m
        self._per_longitude = METRES_PER_DEGREE * cos(radians(points[0][0]))  # a city is small
        metres = [self._metres(*point) for point in points]
        self._segments = [(*one, *other) for one, other in pairwise(metres)]
        xs, ys = [x for x, _ in metres], [y for _, y in metres]
        self._box = min(xs) - reach_m, max(xs) + reach_m, min(ys) - reach_m, max(ys) + reach_m

    def _metres(self, latitude: float, longitude: float) -> tuple[float, float]:
        return longitude * self._per_longitude, latitude * METRES_PER_DEGREE

    def has(self, latitude: float, longitude: float) -> bool:
        """Return whether a place is nearer to a segment than half the width."""
        x, y = self._metres(latitude, longitude)
        west, east, south, north = self._box
        return west <= x <= east and south <= y <= north and any(self._near(x, y, *each) for each in self._segments)

    def _near(self, x: float, y: float, x1: float, y1: float, x2: float, y2: float) -> bool:
        along_x, along_y = x2 - x1, y2 - y1
        length2 = along_x * along_x + along_y * along_y
        at = min(1.0, max(0.0, ((x - x1) * along_x + (y - y1) * along_y) / length2)) if length2 else 0.0
        off_x, off_y = x - x1 - at * along_x, y - y1 - at * along_y
        return off_x * off_x + off_y * off_y < self._reach_m * self._reach_m
