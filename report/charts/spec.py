"""From an Altair chart to what the page and the pictures take, and the words for those who cannot see it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from analysis.theme import bazaar
from report.charts.axes import ROOM

if TYPE_CHECKING:
    from report.charts.series import Points
    from report.drawing import Frame
    from report.options.chart import ChartOptions


LOOK: dict[str, Any] = dict(bazaar()["config"])
"""The theme, which is added where a chart is drawn and not to each of them."""


def sized(spec: dict[str, Any], width_px: int, height_px: int) -> dict[str, Any]:
    """The specification to be drawn in that much room, axes and legend included, in the look of the report."""
    fit = {"type": "fit", "contains": "padding"}
    room = {"params": [{"name": ROOM, "value": width_px}]} if ROOM in json.dumps(spec) else {}
    return spec | room | {"config": LOOK, "width": width_px, "height": height_px, "autosize": fit}


def specification(chart: Any) -> dict[str, Any]:
    """The Vega-Lite specification, checked by Altair; the theme is added once, where it is drawn."""
    spec: dict[str, Any] = chart.to_dict()
    spec.pop("config", None)
    return spec


def described(card: Frame, kind: str, options: ChartOptions, points: Points | None = None) -> str:
    """A sentence for a screen reader: what it is, of what, along what, in which series."""
    x, y = options.x_axis.title, options.y_axis[0].title
    said = f"{card.title}, a {kind}. {card.question}"
    if x:
        said += f" Along: {x}."
    if y:
        said += f" Shown: {y}."
    if points is not None and len(points.series) > 1:
        said += f" Series: {'; '.join(points.names)}."
    return said
