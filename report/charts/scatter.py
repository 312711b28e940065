"""Points by two numbers; in a bubble chart a third is their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from report.charts import axes
from report.charts.series import XKind, points_of
from report.charts.spec import described, specification
from report.dates import for_people
from report.drawing import Chart, Drawing, Frame, Nothing

if TYPE_CHECKING:
    import pandas as pd

    from report.options.chart import ChartOptions

_SMALL_PX2 = 14


def draw(options: ChartOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """A point a row; series with a higher zIndex over the others."""
    points = points_of(frame, options)
    rows = points.rows.dropna(subset=["x", "y"]).sort_values("rank", kind="stable")
    if rows.empty:
        return Nothing()
    if points.x_kind is XKind.TIME:
        rows["when"] = rows["x"].map(for_people)
    chart = (
        alt.Chart(axes.records(rows.drop(columns=["name", "rank"])))
        .mark_circle(
            size=_SMALL_PX2, opacity=1, fillOpacity=0.55, aria=False
        )  # an opacity would be a group of its own, in a PDF
        .encode(
            x=axes.x_of(points, options, card.width),
            y=axes.quantity(options.y_axis[0], "y"),
            color=axes.colors(points, options),
            tooltip=axes.tooltip(points, options),
        )
    )
    if options.global_series_type == "bubble":
        # What is asked for is px: Vega's size is an area, px².
        power = 2 if options.sizemode == "diameter" else 1
        rows["size"] = (rows["size"].clip(lower=0) * options.coefficient) ** power
        chart.data = axes.records(rows.drop(columns=["name", "rank"]))
        chart = chart.encode(size=alt.Size("size:Q", scale=None, legend=None))
    kind = "bubble chart" if options.global_series_type == "bubble" else "scatter plot"
    return Chart(specification(chart), described(card, kind, options, points))
