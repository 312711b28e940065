"""Which visualization is read and drawn by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.messages import one_line
from report.charts import box, cohort, counter, funnel, heatmap, pie, pivot, sankey, scatter, table, xy
from report.charts import map as places
from report.drawing import Drawing, Frame, Nothing
from report.options import others
from report.options.chart import ChartOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from dashboards.dashboard_file import Visualization
    from report.options.base import Options

    Draw = Callable[[Any, pd.DataFrame, Frame], Drawing]

_CHARTS: dict[str, Draw] = {
    "line": xy.draw,
    "area": xy.draw,
    "column": xy.draw,
    "pie": pie.draw,
    "scatter": scatter.draw,
    "bubble": scatter.draw,
    "heatmap": heatmap.draw,
    "box": box.draw,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of visualization: what its options may say, and what draws it."""

    options: type[Options]
    draw: Draw


def _chart(options: ChartOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    return _CHARTS[options.global_series_type](options, frame, card)


KINDS: dict[str, Kind] = {
    "CHART": Kind(ChartOptions, _chart),
    "COUNTER": Kind(others.CounterOptions, counter.draw),
    "FUNNEL": Kind(others.FunnelOptions, funnel.draw),
    "SANKEY": Kind(others.SankeyOptions, sankey.draw),
    "COHORT": Kind(others.CohortOptions, cohort.draw),
    "MAP": Kind(others.MapOptions, places.draw),
    "PIVOT": Kind(others.PivotOptions, pivot.draw),
    "TABLE": Kind(others.TableOptions, table.draw),
    "DETAILS": Kind(others.DetailsOptions, table.draw_details),
}


class NotDrawn(Exception):
    """The result is not one that the options describe."""


def draw(shown: Visualization, frame: pd.DataFrame, card: Frame) -> Drawing:
    """The result as the visualization shows it. Its options must have been checked. Raises NotDrawn."""
    kind = KINDS[shown.type]
    if frame.empty and shown.type != "COUNTER":  # which may count rows
        return Nothing()
    try:
        return kind.draw(kind.options.model_validate(shown.options), frame, card)
    except KeyError as missing:
        raise NotDrawn(f"the result has no column {missing}") from missing
    except (ValueError, TypeError) as error:
        raise NotDrawn(one_line(error)) from error
