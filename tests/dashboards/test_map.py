"""Where Leaflet puts the cities on Redash's map: it fits them in exactly, so the outermost are near an edge."""

from __future__ import annotations

from itertools import product
from math import asinh, floor, log2, pi, radians, tan

import pytest

from dashboards.files import load
from sim.markets import load_market

TILE_PX, MARKER_PX = 256, 10
HEADER_PX, FOOTER_PX = 85, 45
ATTRIBUTION_PX, CONTROLS_PX = (195, 18), (46, 122)
"""Width and height: in the corner below on the right; in the one above on the left."""
BOXES = [
    (widget.at.width, widget.at.height)
    for file in load().dashboards.values()
    for widget in file.dashboard.widgets
    if widget.shown is not None and widget.shown.type == "MAP"
]


def world_px(latitude: float, longitude: float, zoom: int) -> tuple[float, float]:
    """From the world's upper left corner, in Mercator's projection."""
    size = TILE_PX * 2**zoom
    return (longitude + 180) / 360 * size, (1 - asinh(tan(radians(latitude))) / pi) / 2 * size


def on_the_map(places: list[tuple[float, float]], width: float, height: float) -> list[tuple[float, float]]:
    """Pixels from the map's upper left corner, at the largest whole zoom that shows all, in the middle."""
    flat = [world_px(*place, 0) for place in places]
    left, right = min(x for x, _ in flat), max(x for x, _ in flat)
    top, bottom = min(y for _, y in flat), max(y for _, y in flat)
    zoom = floor(log2(min(width / (right - left), height / (bottom - top))))
    scale = 2**zoom
    return [
        ((x - (left + right) / 2) * scale + width / 2, (y - (top + bottom) / 2) * scale + height / 2) for x, y in flat
    ]


@pytest.mark.parametrize(
    ("market", "screen_px"), list(product(["international", "russian"], [400, 1024, 1280, 1400, 1920]))
)
def test_no_city_is_under_the_maps_controls(market: str, screen_px: int):
    places = [(city.latitude, city.longitude) for city in load_market(market).cities]
    for columns, rows in BOXES:
        width = screen_px - 30 if screen_px < 800 else (screen_px - 110) * columns / 12
        height = rows * 50 - 15 - HEADER_PX - FOOTER_PX
        for x, y in on_the_map(places, width, height):
            right, below = width - x - MARKER_PX, height - y - MARKER_PX
            assert right > ATTRIBUTION_PX[0] or below > ATTRIBUTION_PX[1], (x, y, width, height)
            assert x - MARKER_PX > CONTROLS_PX[0] or y - MARKER_PX > CONTROLS_PX[1], (x, y, width, height)
    assert BOXES
