"""Results as pictures, in the theme of the notebooks and the report."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from analysis import theme
from common.files import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.experiments.comparison import Comparison
    from sim.experiments.metrics import Metric
    from sim.experiments.planner import Goal
    from sim.experiments.statistics import Estimate

_PANELS_A_ROW = 3
_BETTER, _WORSE, _NEUTRAL, _UNDECIDED = "better", "worse", "different", "the interval holds 0"


def picture_of_differences(comparison: Comparison, metrics: Sequence[Metric], currency: str, subtitle: str) -> Any:
    """A panel a metric, with its own axis: differences from the first scenario with their intervals."""
    panels = [_differences_panel(comparison, metric, currency) for metric in metrics]
    return _grid(panels, f"Difference from {comparison.reference}", subtitle, _PANELS_A_ROW)


def _differences_panel(comparison: Comparison, metric: Metric, currency: str) -> Any:
    rows = []
    for label in comparison.others:
        found = comparison.difference(label, metric)
        rows.append({"scenario": label, "says": _verdict(found.estimate, metric), **_bounds(found.estimate)})
    colour = alt.Color(
        "says:N",
        title=None,
        scale=alt.Scale(
            domain=[_BETTER, _WORSE, _NEUTRAL, _UNDECIDED],
            range=[theme.BLUE, theme.VERMILION, theme.INK, theme.GREY],
        ),
    )
    y = alt.Y("scenario:N", title=None, sort=comparison.others, axis=alt.Axis(labelLimit=160, labelPadding=8))
    x_axis = alt.Axis(tickCount=4, grid=True, title=None)
    base = alt.Chart(pd.DataFrame(rows))
    zero = alt.Chart(pd.DataFrame([{"zero": 0}])).mark_rule(color=theme.MUTED, strokeDash=[3, 3]).encode(x="zero:Q")
    interval = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", axis=x_axis, scale=alt.Scale(padding=4)),
        x2="high:Q",
        y=y,
        color=colour,
        tooltip=_tooltip("scenario:N"),
    )
    point = base.mark_point(size=60, opacity=1).encode(x=alt.X("mean:Q", axis=x_axis), y=y, color=colour)
    return (zero + interval + point).properties(
        width=190, height=alt.Step(22), title=_panel_title(f"{metric.title}, {metric.unit_in(currency)}")
    )


def _verdict(found: Estimate, metric: Metric) -> str:
    if not (found.low > 0.0 or found.high < 0.0):
        return _UNDECIDED
    if not metric.better:
        return _NEUTRAL
    return _BETTER if (found.mean > 0.0) == (metric.better > 0) else _WORSE


def picture_of_sweep(
    comparison: Comparison, parameter: str, metrics: Sequence[Metric], currency: str, subtitle: str, goal: Goal | None
) -> Any:
    """The trade-off: a panel a metric, its mean and interval against the parameter's value."""
    shown = [metric for metric in metrics if _varies(comparison, metric)] or metrics
    panels = [_sweep_panel(comparison, parameter, metric, currency, goal) for metric in shown]
    return _grid(panels, f"What {parameter} does", subtitle, _PANELS_A_ROW)


def _sweep_panel(comparison: Comparison, parameter: str, metric: Metric, currency: str, goal: Goal | None) -> Any:
    rows = [
        {"value": comparison.of(label)[0].value, **_bounds(comparison.mean(label, metric))}
        for label in comparison.labels
    ]
    colour = theme.LATE if metric.name == "late_pct" else theme.BLUE
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X(
            "value:Q", title=parameter, scale=alt.Scale(zero=False, nice=False, padding=8), axis=alt.Axis(tickCount=6)
        )
    )
    y = alt.Y("mean:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5, minExtent=44))
    band = base.mark_area(opacity=0.2, color=colour).encode(y=alt.Y("low:Q", title=None), y2="high:Q")
    line = base.mark_line(color=colour, point=alt.OverlayMarkDef(color=colour, size=40)).encode(
        y=y, tooltip=_tooltip("value:Q")
    )
    layers: list[Any] = [band, line]
    if goal is not None and goal.metric == metric:
        limit = alt.Chart(pd.DataFrame([{"limit": goal.limit}]))
        layers.append(limit.mark_rule(color=theme.INK, strokeDash=[4, 3]).encode(y="limit:Q"))
    return alt.layer(*layers).properties(
        width=220, height=170, title=_panel_title(f"{metric.title}, {metric.unit_in(currency)}")
    )


def _varies(comparison: Comparison, metric: Metric) -> bool:
    means = {comparison.mean(label, metric).mean for label in comparison.labels}
    return len({mean for mean in means if isfinite(mean)}) > 1


def _bounds(found: Estimate) -> dict[str, float | None]:
    return {name: value if isfinite(value) else None for name, value in found._asdict().items() if name != "n"}


def _tooltip(of: str) -> list[Any]:
    numbers = [alt.Tooltip(f"{name}:Q", format=",.4~g") for name in ("mean", "low", "high")]
    return [alt.Tooltip(of), *numbers]


def _panel_title(text: str) -> alt.TitleParams:
    return alt.TitleParams(text, fontSize=12, fontWeight="normal", offset=6)


def _grid(panels: list[Any], title: str, subtitle: str, columns: int) -> Any:
    grid = alt.concat(*panels, columns=columns, spacing={"row": 24, "column": 36}).resolve_scale(color="shared")
    return grid.properties(title=alt.TitleParams(title, subtitle=subtitle))


def save(chart: Any, path: Path) -> None:
    """Write a picture, whole or not at all: PNG, SVG, or a page that needs no network."""
    with replacing(path) as unfinished:
        if path.suffix == ".html":
            chart.save(unfinished, format="html", inline=True)
        elif path.suffix == ".svg":
            chart.save(unfinished, format="svg")
        else:
            chart.save(unfinished, format="png", scale_factor=2)
