"""Box plots of raw values: quartiles, median, whiskers to 1.5 times the box, and what lies beyond as points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from analysis.theme import INK
from report.charts import axes
from report.charts.series import XKind, points_of
from report.charts.spec import described, specification
from report.drawing import Chart, Drawing, Frame, Nothing

if TYPE_CHECKING:
    import pandas as pd

    from report.options.chart import ChartOptions

_WHISKER = 1.5
"""How far whiskers may reach, in heights of the box."""


def draw(options: ChartOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """One box a category."""
    points = points_of(frame, options)
    rows = points.rows.dropna(subset=["y"])[["x", "y"]]
    if rows.empty:
        return Nothing()
    if points.x_kind is not XKind.CATEGORY:
        raise ValueError("boxes along time or numbers are not drawn: say xAxis: {type: category}")
    order = points.categories(options)
    color = points.series[0].color
    size = min(40, axes.NARROW_PX / len(order) / 2)
    chart = (
        alt.Chart(axes.records(rows))
        .mark_boxplot(
            extent=_WHISKER,
            color=color,
            size=size,
            median={"color": INK, "strokeWidth": 2},
            outliers={"size": 8, "opacity": 1, "fillOpacity": 0.6, "color": color} if _some_lie_beyond(rows) else False,
            rule={"color": color},
        )
        .encode(x=axes.categories(options, order, "x", card.width), y=axes.quantity(options.y_axis[0], "y"))
    )
    return Chart(specification(chart), described(card, "box plot", options), max(260, 60 + 26 * len(order)))


def _some_lie_beyond(rows: pd.DataFrame) -> bool:
    """Whether there are points to draw: Vega-Lite warns of the extent of an empty layer."""
    by_x = rows.groupby("x", sort=False)["y"]
    low, high = by_x.transform("quantile", 0.25), by_x.transform("quantile", 0.75)
    reach = _WHISKER * (high - low)
    return bool(((rows["y"] < low - reach) | (rows["y"] > high + reach)).any())
