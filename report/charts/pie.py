"""A pie, drawn as a ring as Redash does; each slice is told in the legend, where labels cannot run into each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from report.charts import axes
from report.charts.series import NO_OPTIONS, auto_colors
from report.charts.spec import described, specification
from report.charts.template import filled
from report.drawing import Chart, Drawing, Frame, Nothing
from report.numbers import NumberFormat

if TYPE_CHECKING:
    from report.options.chart import ChartOptions

_HOLE = alt.ExprRef("min(width, height) * 0.2")
_TEXT_FORMAT = "{{ @@yPercent }} ({{ @@y }})"


def draw(options: ChartOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """Slices from the top: by size unless told to leave the result's order."""
    slices = _slices(frame, options)
    if slices["y"].sum() == 0:
        return Nothing()
    color = alt.Color(
        "label:N",
        scale=alt.Scale(domain=list(slices["label"]), range=list(slices["color"])),
        sort=list(slices["label"]),
        legend=alt.Legend(title=None, orient="bottom", columns=1, labelLimit=0, symbolType="square")
        if options.legend.enabled
        else None,
    )
    chart = (
        alt.Chart(axes.records(slices))
        .mark_arc(innerRadius=_HOLE, stroke="white", strokeWidth=1, description=alt.ExprRef("datum.label"))
        .encode(
            # Vega goes clockwise; the other way round is a scale from the full turn back to nothing.
            theta=alt.Theta("y:Q", stack=True, scale=alt.Scale(range=_turn(options))),
            order=alt.Order("rank:Q", sort="ascending"),
            color=color,
            tooltip=[alt.Tooltip("x:N", title=card.title), alt.Tooltip("text:N", title=_y_title(options))],
        )
    )
    words = described(card, "pie", options) + " " + "; ".join(slices["label"]) + "."
    return Chart(specification(chart), words)


def _turn(options: ChartOptions) -> list[alt.ExprRef | float]:
    return [0.0, alt.ExprRef("2 * PI")] if options.direction.type == "clockwise" else [0.0, alt.ExprRef("-2 * PI")]


def _y_title(options: ChartOptions) -> str:
    y = options.columns("y")[0]
    return options.series_options.get(y, NO_OPTIONS).name or y


def _slices(frame: pd.DataFrame, options: ChartOptions) -> pd.DataFrame:
    """Columns x, y, rank, color, text and label; numbers for the same x are added up."""
    x, y = options.columns("x")[0], options.columns("y")[0]
    long = pd.DataFrame({"x": frame[x].map(str), "y": pd.to_numeric(frame[y]).fillna(0.0).abs()})
    slices = long.groupby("x", sort=False)["y"].sum().reset_index()
    said = [each.color if (each := options.values_options.get(name)) else None for name in slices["x"]]
    slices["color"] = auto_colors(said)
    if options.piesort:
        slices = slices.sort_values("y", ascending=False, kind="stable")
    number, percent = NumberFormat.parse(options.number_format), NumberFormat.parse(options.percent_format)
    total = slices["y"].sum() or 1.0
    slices["text"] = [
        filled(
            options.text_format or _TEXT_FORMAT,
            {"@@name": name, "@@x": name, "@@y": number.text(value), "@@yPercent": percent.text(100 * value / total)},
        )
        for name, value in zip(slices["x"], slices["y"], strict=True)
    ]
    slices["label"] = slices["x"] + (":  " + slices["text"] if options.labels_shown else "")
    slices["rank"] = range(len(slices))
    return slices
