"""Axes, colours and tooltips from options; times are UTC on a UTC scale, whatever the reader's own clock says."""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from report.charts.series import XKind
from report.numbers import NumberFormat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from report.charts.series import Points
    from report.options.chart import Axis, ChartOptions

LABEL_CHARACTER_PX = 6.6
"""Mean width of a character of an axis label, which is 11 px high."""
NARROW_PX = 300
"""What is left of a chart's width on a phone."""
ROOM = "room_px"
"""The parameter that holds a chart's whole width, where its legend needs it."""
_TIME_FORMAT = (
    {"year": "%-d %b %Y"}
    | dict.fromkeys(("quarter", "month", "week", "date", "day"), "%-d %b")
    | dict.fromkeys(("hours", "minutes"), "%H:%M")
)


def quantity(
    axis: Axis, channel: str, *, field: str = "y", right: bool = False, title_letters: int = 38, **more: Any
) -> Any:
    """The channel of a measured value: scale, range, ticks and title as the axis says."""
    logarithmic = axis.type == "logarithmic"
    scale = alt.Scale(
        type="log" if logarithmic else "linear",
        domainMin=_or_undefined(axis.range_min),
        domainMax=_or_undefined(axis.range_max),
        nice=True,
    )
    drawn = alt.Axis(
        title=folded_title(axis.title, title_letters) if channel == "x" else axis.title,
        labels=axis.labels.enabled,
        format=_or_undefined(axis.tick_format),
        values=_DECADES if logarithmic else alt.Undefined,
        # A tick between two whole numbers would be labelled as one of them.
        labelExpr="datum.value % 1 ? '' : datum.label" if (axis.tick_format or "").endswith(".0f") else alt.Undefined,
        orient="right" if right else alt.Undefined,
        grid=not right,
        **(_RIGHT if right else _BOTTOM if channel == "x" else {}),
    )
    return _channel(channel)(f"{field}:Q", scale=scale, axis=drawn, **more)


_DECADES = [10.0**power for power in range(-3, 10)]

# The theme writes the left axis' title above it, flush left; on the right it ends flush right.
_RIGHT: dict[str, Any] = {"titleAlign": "right", "titleX": 0, "titleY": -10}
_BOTTOM: dict[str, Any] = {"ticks": False, "domain": False, "tickCount": alt.ExprRef("ceil(width / 80)"),
                           "labelFlush": False, "labelOverlap": True, "labelSeparation": 6}  # fmt: skip


def categories(options: ChartOptions, order: Sequence[Any], channel: str, room_px: float, **more: Any) -> Any:
    """The channel of names or ordered steps, in that order: long names fold onto several lines, hours are thinned."""
    axis = options.x_axis
    lines = {"labelLimit": 220, "labelExpr": "split(datum.label, '\\n')"}
    labels = _folded(order, room_px) if channel == "x" else lines
    title = folded_title(axis.title) if channel == "x" else axis.title
    drawn = alt.Axis(title=title, labels=axis.labels.enabled, **labels)
    return _channel(channel)("x:O", sort=list(order), scale=alt.Scale(domain=list(order)), axis=drawn, **more)


def _folded(order: Sequence[Any], room_px: float) -> dict[str, Any]:
    """Labels under an axis that do not run into each other: on a narrow screen too as far as their words allow."""
    names = [str(value) for value in order]
    kept = {name: re.sub(r"(?<=\d) (?=\w{1,2}\b|%)", "\u00a0", name) for name in names}  # a unit stays with its number
    each_px = min(room_px, NARROW_PX) / max(len(names), 1)
    if all(name.replace(".", "").isdigit() for name in names):
        return {"labelAngle": 0, "labelOverlap": True, "labelSeparation": 4}
    letters = max(int(each_px / LABEL_CHARACTER_PX), 3)
    lines = {name: [part for line in kept[name].split("\n") for part in _wrapped(line, letters)] for name in names}
    if max(len(line) for folded in lines.values() for line in folded) * LABEL_CHARACTER_PX > room_px / len(names):
        return {"labelAngle": -40, "labelOverlap": False}
    return {
        "labelAngle": 0,
        "labelOverlap": False,
        "labelExpr": f"({json.dumps(lines, ensure_ascii=False)})[datum.label]",
    }


def _wrapped(line: str, letters: int) -> list[str]:
    return textwrap.wrap(line, letters, break_long_words=False) or [line]


def folded_title(title: str | None, letters: int = 38) -> str | list[str] | None:
    """A title under an axis, on lines that a narrow screen holds."""
    lines = textwrap.wrap(title or "", letters)
    return lines if len(lines) > 1 else title


def times(axis: Axis, **more: Any) -> Any:
    """The channel of instants."""
    drawn = alt.Axis(
        title=utc_title(axis.title),
        labels=axis.labels.enabled,
        format=_TIME_FORMAT,
        labelOverlap=True,
        labelFlush=False,
        labelSeparation=6,
        tickCount=alt.ExprRef("max(2, ceil(width / 70))"),
    )
    return alt.X("x:T", scale=alt.Scale(type="utc"), axis=drawn, **more)


def utc_title(title: str | None) -> str:
    """An axis of instants always says whose clock it is."""
    return title if title and "UTC" in title else f"{title or 'Time'} (UTC)"


def numbers_along(axis: Axis, **more: Any) -> Any:
    """The x channel of a number."""
    return quantity(axis, "x", field="x", **more)


def x_of(points: Points, options: ChartOptions, room_px: float, **more: Any) -> Any:
    """The x channel, by what the column holds."""
    if points.x_kind is XKind.TIME:
        return times(options.x_axis, **more)
    if points.x_kind is XKind.NUMBER:
        return numbers_along(options.x_axis, **more)
    return categories(options, points.categories(options), "x", room_px, **more)


def colors(points: Points, options: ChartOptions) -> alt.Color:
    """The colour of each series, and the legend."""
    shown = points.names
    scale = alt.Scale(domain=shown, range=[each.color for each in points.series])
    symbol = "stroke" if all(each.drawn == "line" for each in points.series) else "square"
    names = list(points.rows["x"]) if options.swapped_axes else []
    beside_px = max((len(line) for name in names for line in str(name).split("\n")), default=0) * LABEL_CHARACTER_PX
    return alt.Color("series:N", scale=scale, sort=shown, legend=legend(options, shown, symbol, beside_px))


def legend(options: ChartOptions, shown: Sequence[str], symbol: str, beside_px: float) -> alt.Legend | None:
    """In as many columns as there is room for: all of the chart's width (ROOM) but for the names beside the plot."""
    if not options.legend.enabled:
        return None
    widest_px = max((len(name) for name in shown), default=1) * LABEL_CHARACTER_PX + 32
    return alt.Legend(
        title=None,
        orient="bottom" if options.legend.placement == "below" else "top",
        offset=10 if options.legend.placement == "below" else alt.Undefined,
        columns=alt.ExprRef(f"max(1, floor(({ROOM} - {beside_px:.0f}) / {widest_px:.0f}))"),
        labelLimit=0,
        symbolType=symbol,
        symbolOpacity=1,
        values=list(shown)[::-1] if options.legend.traceorder == "reversed" else alt.Undefined,
    )


def records(rows: pd.DataFrame) -> alt.Data:
    """Rows inside the specification: instants as ISO in UTC, gaps as null."""
    plain = rows.copy()
    for column in plain.columns:
        if pd.api.types.is_datetime64_any_dtype(plain[column]):
            plain[column] = plain[column].map(instant)
    values = plain.astype(object).where(plain.notna(), None).to_dict("records")
    return inline(values)


def inline(rows: Sequence[Mapping[Any, Any]]) -> alt.Data:
    """Plain rows inside the specification."""
    return alt.Data(values=[dict(row) for row in rows])  # type: ignore[no-untyped-call]


def instant(at: pd.Timestamp) -> str:
    """As Vega reads it; a date is its midnight."""
    return (at if at.tzinfo is None else at.tz_convert("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def tooltip(points: Points, options: ChartOptions, *more: alt.Tooltip) -> list[alt.Tooltip]:
    """What a mark says under the pointer."""
    x = alt.Tooltip("when:N" if points.x_kind is XKind.TIME else "x:N", title=options.x_axis.title or "Of")
    one_axis = not any(each.right for each in points.series)
    title = (options.y_axis[0].title if one_axis else None) or "Value"
    value = alt.Tooltip("y:Q", title=title, format=NumberFormat.parse(options.number_format).d3)
    return [alt.Tooltip("series:N", title="Series"), x, value, *more]


def _channel(name: str) -> Any:
    return alt.X if name == "x" else alt.Y


def _or_undefined(value: Any) -> Any:
    return alt.Undefined if value is None else value
