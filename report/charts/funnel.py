"""A funnel: steps as bars around a middle line, with their share of the first step and of the one before."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from analysis.theme import INK, MUTED, SKY
from report.charts.axes import LABEL_CHARACTER_PX, inline, records
from report.charts.spec import specification
from report.drawing import Chart, Drawing, Frame
from report.numbers import NumberFormat

if TYPE_CHECKING:
    from report.options.others import FunnelOptions

_OF_LARGEST, _OF_PREVIOUS, _RIGHT_END = 0.72, 1.07, 1.22
"""Where the two columns of percentages stand; the widest bar reaches from -0.5 to 0.5."""


def draw(options: FunnelOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """One bar a step, from the top."""
    steps = _steps(frame, options)
    order = list(steps["step"])
    room_px = max(map(len, order)) * LABEL_CHARACTER_PX
    y = alt.Y("step:N", sort=order, title=None, axis=alt.Axis(labelAlign="left", labelPadding=room_px, labelLimit=0))
    x = alt.Scale(domain=[-0.52, _RIGHT_END], nice=False)
    base = alt.Chart(records(steps)).encode(y=y)
    bars = base.mark_bar(
        color=SKY, height={"band": 0.8}, description=alt.ExprRef("datum.step + ': ' + datum.value_text")
    ).encode(
        x=alt.X("from:Q", scale=x, axis=None),
        x2="to:Q",
        tooltip=[
            alt.Tooltip("step:N", title=options.step_col.display_as),
            alt.Tooltip("value_text:N", title=options.value_col.display_as),
            alt.Tooltip("of_largest:N", title="of the largest"),
            alt.Tooltip("of_previous:N", title="of the step before"),
        ],
    )
    layers = [bars, base.mark_text(color=INK).encode(x=alt.datum(0.0), text="value_text:N")]
    for at, field, heading in (
        (_OF_LARGEST, "of_largest", ["% of", "max"]),
        (_OF_PREVIOUS, "of_previous", ["% of", "previous"]),
    ):
        layers.append(base.mark_text(color=MUTED).encode(x=alt.datum(at), text=f"{field}:N"))
        layers.append(_heading(at, heading))
    layers.append(_heading(0.0, options.value_col.display_as))
    return Chart(specification(alt.layer(*layers)), _described(steps, card), 400)


def _heading(at: float, words: str | list[str]) -> Any:
    above = -6 - 13 * (0 if isinstance(words, str) else len(words) - 1)
    one = alt.Chart(inline([{}]))
    return one.mark_text(color=MUTED, text=words, lineHeight=13, baseline="line-bottom").encode(
        x=alt.datum(at), y=alt.value(above)
    )


def _steps(frame: pd.DataFrame, options: FunnelOptions) -> pd.DataFrame:
    """In the options' order: step, value, the two percentages as text, and the bar's ends."""
    key = options.value_col.col_name if options.auto_sort else options.sort_key_col.col_name
    reverse = options.auto_sort or options.sort_key_col.reverse
    ordered = frame.sort_values(key, kind="stable") if key else frame
    if reverse:
        ordered = ordered.iloc[::-1]
    value = pd.to_numeric(ordered[options.value_col.col_name]).fillna(0.0).astype(float)
    steps = pd.DataFrame({"step": ordered[options.step_col.col_name].map(str), "value": value}).reset_index(drop=True)
    largest, previous = steps["value"].max() or 1.0, steps["value"].shift(1)
    of_previous = (100 * steps["value"] / previous).where(previous > 0).where(steps["value"] != previous, 100.0)
    of_previous.iloc[0] = 100.0
    number, percent = NumberFormat.parse(options.number_format), NumberFormat.parse(options.percent_format)
    steps["value_text"] = steps["value"].map(number.text)
    steps["of_largest"] = (100 * steps["value"] / largest).map(percent.text)
    steps["of_previous"] = ["-" if math.isnan(share) else percent.text(share) for share in of_previous]
    steps["from"], steps["to"] = -steps["value"] / largest / 2, steps["value"] / largest / 2
    return steps.head(options.items_limit)


def _described(steps: pd.DataFrame, card: Frame) -> str:
    told = "; ".join(f"{row.step}: {row.value_text} ({row.of_largest})" for row in steps.itertuples())
    return f"{card.title}, a funnel. {card.question} {told}."
