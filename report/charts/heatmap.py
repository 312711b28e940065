"""A heat map: two categories and a number as colour, with the numbers in the cells when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from analysis.theme import INK
from report.charts import axes
from report.charts.colours import PAPER, between, ink_on
from report.charts.series import in_order
from report.charts.spec import described, specification
from report.drawing import Chart, Drawing, Frame, Nothing
from report.numbers import NumberFormat

if TYPE_CHECKING:
    from report.options.chart import ChartOptions

_CELL_PX = 27
"""Narrower than this a cell cannot hold its number."""


def draw(options: ChartOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """Cells from the lowest value in one colour to the highest in the other; what is missing counts as zero.

    What is no number is left blank, as in Redash.
    """
    cells = _cells(frame, options)
    if cells["z"].isna().all():
        return Nothing()
    across = in_order(cells["x"], sort=options.sort_x, reverse=options.reverse_x)
    upwards = in_order(cells["y"], sort=options.sort_y, reverse=options.reverse_y)  # Redash counts from the bottom
    y_axis = alt.Axis(title=options.y_axis[0].title, domain=False, ticks=False)
    chart = alt.Chart(axes.records(cells)).encode(
        x=axes.categories(options, across, "x", card.width),
        y=alt.Y("y:O", sort=upwards[::-1], scale=alt.Scale(domain=upwards[::-1]), axis=y_axis),
        tooltip=[
            alt.Tooltip("x:N", title=options.x_axis.title or options.columns("x")[0]),
            alt.Tooltip("y:N", title=options.y_axis[0].title or options.columns("y")[0]),
            alt.Tooltip("text:N", title=card.title),
        ],
    )
    says = alt.ExprRef("datum.y + ', ' + datum.x + ': ' + datum.text")
    there = chart.transform_filter("isValid(datum.z)")
    colored = there.mark_rect(description=says).encode(color=_color(options, cells))
    layers: list[Any] = [colored]
    if options.labels_shown:
        ink = alt.condition(f"datum.ink === '{INK}'", alt.value(INK), alt.value(PAPER))
        layers.append(chart.mark_text(fontSize=10, aria=False).encode(text="text:N", color=ink))
    words = described(card, "heat map", options)
    return Chart(specification(alt.layer(*layers)), words, 110 + _CELL_PX * len(across))


def _cells(frame: pd.DataFrame, options: ChartOptions) -> pd.DataFrame:
    """Every x with every y, its number as text, and the ink to write it in."""
    x, y, z = (options.columns(role)[0] for role in ("x", "y", "zVal"))
    measured = pd.to_numeric(frame[z].fillna(0.0), errors="coerce").astype(float)
    found = frame.assign(x=frame[x].map(str), y=frame[y].map(str), z=measured)
    grid = pd.MultiIndex.from_product([found["x"].unique(), found["y"].unique()], names=["x", "y"])
    cells = found.drop_duplicates(["x", "y"]).set_index(["x", "y"])["z"].reindex(grid, fill_value=0.0).reset_index()
    low, high = cells["z"].min(), cells["z"].max()
    part = ((cells["z"] - low) / (high - low) if high > low else cells["z"] * 0).fillna(0.0)
    ground = part.map(lambda each: between(options.heat_min_color, options.heat_max_color, each))
    form = NumberFormat.parse(options.number_format)
    text = [form.text(value) if pd.notna(value) else "" for value in cells["z"]]
    return cells.assign(text=text, ink=ground.map(ink_on))


def _color(options: ChartOptions, cells: pd.DataFrame) -> alt.Color:
    scale = alt.Scale(
        domain=[cells["z"].min(), cells["z"].max()],
        range=[options.heat_min_color, options.heat_max_color],
        interpolate="rgb",
    )
    shown = options.legend.enabled or not options.labels_shown  # without numbers the colours must be explained
    return alt.Color("z:Q", scale=scale, legend=alt.Legend(title=None, orient="right") if shown else None)
