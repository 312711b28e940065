"""A map without tiles, which would come from the internet: points and names over lines of longitude and latitude."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from analysis.theme import INK, RULE
from report.charts.axes import LABEL_CHARACTER_PX, NARROW_PX, ROOM, inline
from report.charts.series import auto_colors
from report.charts.spec import specification
from report.charts.template import filled, mentioned, without_tags
from report.drawing import Chart, Drawing, Frame, Nothing

if TYPE_CHECKING:
    import pandas as pd

    from report.options.others import MapOptions

_SIDES: dict[str, dict[str, Any]] = {
    "above": {"dy": -13},
    "east": {"dx": 10, "align": "left"},
    "west": {"dx": -10, "align": "right"},
    "below": {"dy": 15},
}
_HALF_LINE_PX, _DOT_PX = 7, 7
_WORLD = 150
"""Points further apart than that (degrees of longitude) are shown on the whole globe."""
_STEPS = (1, 2, 5, 10, 15, 30)
"""How far apart lines may be, in degrees."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place (degrees), its class and name, and what its tooltip (else its popup) says."""

    lon: float
    lat: float
    kind: str
    name: str
    says: str


def draw(options: MapOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """A point a row, coloured by class, named by the first column that its tooltip mentions."""
    points = points_of(frame, options)
    if not points:
        return Nothing()
    step, (low, high) = lines_around(points)
    sides = sides_of(points, min(card.width, NARROW_PX) / (high[0] - low[0]))
    graticule = alt.Data(graticule={"step": [step, step], "stepMajor": [step, 360], "extent": [low, high]})  # type: ignore[no-untyped-call]
    rows = [asdict(point) | {"side": side} for point, side in zip(points, sides, strict=True)]
    base = alt.Chart(inline(rows)).encode(longitude="lon:Q", latitude="lat:Q")
    dots = base.mark_circle(size=130, opacity=1, stroke="white", description=alt.ExprRef("datum.says")).encode(
        color=_color(points, options), tooltip=[alt.Tooltip("says:N", title=card.title)]
    )
    names = [
        base.mark_text(color=INK, **place).encode(text="name:N").transform_filter(alt.datum.side == side)
        for side, place in _SIDES.items()
    ]
    lines = alt.Chart(graticule).mark_geoshape(fill=None, stroke=RULE)
    projection = alt.Projection(type="equalEarth" if step == _STEPS[-1] else "mercator")
    layers = alt.layer(lines, dots, *names).properties(projection=projection)
    words = f"{card.title}, a map. {card.question} {'; '.join(point.says for point in points)}."
    return Chart(specification(layers), words)


def points_of(frame: pd.DataFrame, options: MapOptions) -> list[Point]:
    """The rows that have a place."""
    template = options.tooltip.template if options.tooltip.enabled else ""
    template = template or (options.popup.template if options.popup.enabled else "")
    named = next((column for column in mentioned(template) if column in frame.columns), None)
    placed = frame.dropna(subset=[options.lat_col_name, options.lon_col_name])
    return [
        Point(
            lon=float(row[options.lon_col_name]),
            lat=float(row[options.lat_col_name]),
            kind=str(row[options.classify]) if options.classify else "All",
            name=str(row[named]) if named else "",
            says=without_tags(filled(template, {str(name): value for name, value in row.items()})),
        )
        for row in placed.to_dict("records")
    ]


def sides_of(points: list[Point], px_per_degree: float) -> list[str]:
    """On which side of its point each name stands: the first where it runs into no other name and no other point."""
    sides: list[str] = []
    taken: list[_Box] = []
    places = [(point.lon * px_per_degree, -point.lat * px_per_degree) for point in points]
    for number, (point, (x, y)) in enumerate(zip(points, places, strict=True)):
        others = taken + [_Box(at - _DOT_PX, to - _DOT_PX, at + _DOT_PX, to + _DOT_PX)
                          for n, (at, to) in enumerate(places) if n != number]  # fmt: skip
        width = len(point.name) * LABEL_CHARACTER_PX
        boxes = {
            "above": _Box(x - width / 2, y - 13 - _HALF_LINE_PX, x + width / 2, y - 13 + _HALF_LINE_PX),
            "east": _Box(x + 10, y - _HALF_LINE_PX, x + 10 + width, y + _HALF_LINE_PX),
            "west": _Box(x - 10 - width, y - _HALF_LINE_PX, x - 10, y + _HALF_LINE_PX),
            "below": _Box(x - width / 2, y + 15 - _HALF_LINE_PX, x + width / 2, y + 15 + _HALF_LINE_PX),
        }
        side = next((side for side, box in boxes.items() if not any(map(box.meets, others))), "above")
        sides.append(side)
        taken.append(boxes[side])
    return sides


@dataclass(frozen=True, slots=True)
class _Box:
    """Edges in px, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def lines_around(points: list[Point]) -> tuple[int, tuple[list[float], list[float]]]:
    """How far apart lines are, and from where to where, in degrees: all but the poles, or what holds all points."""
    lons, lats = [point.lon for point in points], [point.lat for point in points]
    if max(lons) - min(lons) > _WORLD:
        return _STEPS[-1], ([-180, -60], [180.01, 75.01])
    span = max(max(lons) - min(lons), max(lats) - min(lats))
    step = next((step for step in _STEPS if span / step <= 10), _STEPS[-2])
    low = [min(lons) // step * step - step / 2, max(min(lats) // step * step - step / 2, -80)]
    high = [max(lons) // step * step + step * 1.5, min(max(lats) // step * step + step * 1.5, 80)]
    return step, (low, [edge + 0.01 for edge in high])  # a line right on the edge is drawn


def _color(points: list[Point], options: MapOptions) -> alt.Color:
    """Every class that the options name, in their order, then others that are found."""
    found = list(dict.fromkeys(point.kind for point in points))
    kinds = [name for name in options.groups if name in found] + [name for name in found if name not in options.groups]
    said = [options.groups[name].color if name in options.groups else None for name in kinds]
    if options.classify is None:
        said = [options.background_color]
    widest_px = max(len(name) for name in kinds) * LABEL_CHARACTER_PX + 32
    columns = alt.ExprRef(f"max(1, floor({ROOM} / {widest_px:.0f}))")
    shown = alt.Legend(title=None, orient="bottom", labelLimit=0, columns=columns, symbolOpacity=1)
    scale = alt.Scale(domain=kinds, range=auto_colors(said))
    return alt.Color("kind:N", scale=scale, legend=shown if options.classify else None)
