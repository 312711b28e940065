"""Lines, areas and columns: grouped, stacked, as shares, lying on their side, or together with a second axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from report.charts import axes
from report.charts.series import Points, XKind, notes_of, points_of
from report.charts.spec import described, specification
from report.dates import for_people
from report.drawing import Chart, Drawing, Frame, Nothing
from report.numbers import NumberFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.options.chart import ChartOptions, Drawn

_SHAPES: dict[str, Any] = {
    "linear": "linear",
    "spline": "monotone",
    "hv": "step-after",
    "vh": "step-before",
    "hvh": "step",
}
_DRAWN_FIRST: list[Drawn] = ["area", "column", "line", "scatter"]
_BAR_OF_STEP = 0.86
"""How much of its step of time a column fills."""
_MARK_PX2 = 30


def draw(options: ChartOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """A chart of points over x; layers where series are drawn in different ways."""
    points = points_of(frame, options)
    if options.series.percent_values:
        points = _shares(points, options)
    if points.rows["y"].notna().sum() == 0:
        return Nothing()
    if points.x_kind is XKind.TIME:
        points.rows["when"] = points.rows["x"].map(for_people)
    if notes := notes_of(frame, options):
        points.rows["note"] = points.rows["x"].map(notes).fillna("")
    layers = layers_of(points, options)
    drawn = [_drawn(layer, points, options, card) for layer in layers]
    chart = drawn[0] if len(drawn) == 1 else alt.layer(*drawn)
    if len({layer.right for layer in layers}) > 1:
        chart = chart.resolve_scale(y="independent")
    kind = f"{'stacked ' if options.series.stacking else ''}{options.global_series_type} chart"
    words = described(card, kind, options, points)
    return Chart(specification(chart), words, _least_width(points, options))


@dataclass(frozen=True, slots=True)
class Layer:
    """Series that are drawn alike, on the same axis."""

    drawn: Drawn
    right: bool
    names: list[str]
    stacked: bool

    @property
    def beside(self) -> list[str]:
        """Series that share the place of a category or step, side by side."""
        return self.names if self.drawn == "column" and not self.stacked and len(self.names) > 1 else []


def layers_of(points: Points, options: ChartOptions) -> list[Layer]:
    """Lines over columns, points over both; a series without a value has no layer, only its place in the legend."""
    there = set(points.rows.loc[points.rows["y"].notna(), "series"])
    cumulated = {"line", "area"} if options.global_series_type in {"line", "area"} else {"area"}
    layers = []
    for right, drawn in product((False, True), _DRAWN_FIRST):
        alike = [each.shown for each in points.series if (each.drawn, each.right) == (drawn, right)]
        stacked = options.series.stacking is not None and drawn in {"column", *cumulated}
        if there & set(alike):
            layers.append(Layer(drawn, right, alike, stacked))
    return layers


def _drawn(layer: Layer, points: Points, options: ChartOptions, card: Frame) -> Any:
    rows = points.rows[points.rows["series"].isin(layer.names)]
    if layer.drawn == "scatter":
        return _marks(rows, layer, points, options, card)
    shares = [alt.Tooltip("share:N", title="Share")] if "share" in rows else []
    encoded: dict[str, Any] = {
        "color": axes.colors(points, options),
        "tooltip": axes.tooltip(points, options, *shares),
    }
    if layer.stacked:
        encoded["order"] = alt.Order("rank:Q", sort="ascending")
    if options.swapped_axes:
        encoded |= _lying(layer, points, options, card)
    elif layer.drawn == "column" and points.x_kind is not XKind.CATEGORY:
        rows = _with_width(rows, points, layer.beside)
        encoded |= _upright(layer, points, options, card) | {"x2": alt.X2("until")}
    else:
        encoded |= _upright(layer, points, options, card)
        encoded |= {"xOffset": alt.XOffset("series:N", sort=layer.beside)} if layer.beside else {}
    return _marked(alt.Chart(axes.records(rows)), layer.drawn, rows, options).encode(**encoded)


def _marks(rows: pd.DataFrame, layer: Layer, points: Points, options: ChartOptions, card: Frame) -> Any:
    """Points that mark a step, which say what the text adds: over a column they stand in the middle of it."""
    rows = rows.dropna(subset=["y"])
    if points.x_kind is XKind.TIME and any(each.drawn == "column" for each in points.series):
        rows = rows.assign(x=rows["x"] + _step(points) * _BAR_OF_STEP / 2)
    said = "datum.series + ', ' + (datum.when || datum.x)"
    note = [alt.Tooltip("note:N", title="What")] if "note" in rows else []
    says = alt.ExprRef(f"{said} + ': ' + datum.note" if note else said)
    chart = alt.Chart(axes.records(rows)).mark_circle(size=_MARK_PX2, opacity=1, description=says)
    return chart.encode(
        **_upright(layer, points, options, card),
        color=axes.colors(points, options),
        tooltip=[*axes.tooltip(points, options)[:2], *note],
    )


def _upright(layer: Layer, points: Points, options: ChartOptions, card: Frame) -> dict[str, Any]:
    axis = options.y_axis[1 if layer.right else 0]
    stack: Any = "zero" if layer.stacked else None
    return {
        "x": axes.x_of(points, options, card.width),
        "y": axes.quantity(axis, "y", right=layer.right, stack=stack),
    }


def _lying(layer: Layer, points: Points, options: ChartOptions, card: Frame) -> dict[str, Any]:
    """Redash draws lying columns from the bottom up, categories and series alike."""
    stack: Any = "zero" if layer.stacked else None
    channels = {
        "y": axes.categories(options, points.categories(options)[::-1], "y", card.height),
        "x": axes.quantity(options.y_axis[0], "x", stack=stack, title_letters=30),  # there are names beside the plot
    }
    return channels | ({"yOffset": alt.YOffset("series:N", sort=layer.beside[::-1])} if layer.beside else {})


def _marked(chart: alt.Chart, drawn: Drawn, rows: pd.DataFrame, options: ChartOptions) -> Any:
    shape = _SHAPES[options.line_shape]
    if drawn == "column":
        number = NumberFormat.parse(options.number_format).d3
        says = alt.ExprRef(f"datum.series + ', ' + (datum.when || datum.x) + ': ' + format(datum.y, '{number}')")
        return chart.mark_bar(orient="horizontal" if options.swapped_axes else "vertical", description=says)
    whole = alt.ExprRef("datum.series")  # one mark is a whole series
    if drawn == "area":
        over_each_other = options.series.stacking is None and rows["series"].nunique() > 1
        solid = 0.4 if over_each_other else 1
        return chart.mark_area(interpolate=shape, opacity=1, fillOpacity=solid, line=over_each_other, description=whole)
    # A value between two gaps has no line to either side: then points show where values are.
    point: Any = alt.OverlayMarkDef(size=18) if _has_lone_values(rows) else "transparent"
    return chart.mark_line(interpolate=shape, point=point, strokeJoin="round", description=whole)


def _has_lone_values(rows: pd.DataFrame) -> bool:
    for _, series in rows.groupby("series", sort=False):
        there = series["y"].notna()
        if (there & ~there.shift(1, fill_value=False) & ~there.shift(-1, fill_value=False)).any():
            return True
    return False


def _with_width(rows: pd.DataFrame, points: Points, beside: Sequence[str]) -> pd.DataFrame:
    """Columns over time or numbers: from where a step begins almost to its end, or side by side within it.

    An instant begins its step; a number is the middle of it.
    """
    rows = rows.copy()
    step = _step(points)
    if points.x_kind is XKind.NUMBER:
        rows["x"] = rows["x"] - step / 2 * _BAR_OF_STEP
    width = step * _BAR_OF_STEP
    if beside:
        width = width / len(beside)
        rows["x"] = rows["x"] + rows["series"].map({name: number * width for number, name in enumerate(beside)})
    rows["until"] = rows["x"] + width
    return rows


def _step(points: Points) -> Any:
    """How far apart instants or numbers are."""
    steps = np.diff(np.sort(points.rows["x"].unique()))
    return steps.min() if len(steps) else (pd.Timedelta(hours=1) if points.x_kind is XKind.TIME else 1)


def _shares(points: Points, options: ChartOptions) -> Points:
    """Points whose y is in percent of the sum at its x."""
    rows = points.rows.copy()
    total = rows["y"].abs().groupby(rows["x"]).transform("sum")
    rows["y"] = 100 * rows["y"] / total.where(total > 0)
    form = NumberFormat.parse(options.percent_format)
    rows["share"] = ["" if math.isnan(share) else form.text(share) for share in rows["y"]]
    return Points(rows, points.series, points.x_kind)


def _least_width(points: Points, options: ChartOptions) -> int:
    """Narrower than this, columns of categories could not be told apart."""
    if options.swapped_axes or points.x_kind is not XKind.CATEGORY:
        return 260
    beside = 1 if options.series.stacking else sum(each.drawn == "column" for each in points.series)
    return max(260, 70 + points.rows["x"].nunique() * max(beside, 1) * 6)
