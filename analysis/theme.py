"""The look of every chart, in the notebooks and in the report: colours that the colour-blind can tell apart.

The palette is Okabe and Ito's (2008, jfly.uni-koeln.de/color); the dashboards use the same colours for the same things.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import vl_convert

BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, SKY, PINK, BROWN, GREY = "#E69F00", "#56B4E9", "#CC79A7", "#8C510A", "#999999"
CATEGORIES = [BLUE, ORANGE, GREEN, PINK, SKY, BROWN, GREY]
INK, MUTED, RULE = "#222222", "#555555", "#E5E5E5"
FONT = "'DejaVu Sans', 'Helvetica Neue', Arial, sans-serif"

ON_TIME, LATE = BLUE, VERMILION
"""A late delivery is vermilion everywhere and nothing else is."""
ORDERED, LEFT_BEHIND = BLUE, ORANGE
PICKER_WAIT, WAREHOUSE, DOCK, ROAD = ORANGE, GREEN, PINK, SKY
"""Where the time goes: waiting for a picker, picked and packed, waiting for a courier, on the road."""


@alt.theme.register("bazaar", enable=True)
def bazaar() -> alt.theme.ThemeConfig:
    """Quiet axes, no frame, left-aligned titles; the data carry the colour."""
    axis = {
        "domainColor": GREY,
        "gridColor": RULE,
        "labelColor": MUTED,
        "labelFontSize": 11,
        "tickColor": GREY,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    config: Any = {
        "font": FONT,
        "background": "white",
        "axis": axis,
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False, "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end",
                  "titleX": 0, "titleY": -10, "titleBaseline": "bottom"},
        "header": {"labelColor": INK, "labelFontSize": 12, "labelFontWeight": "bold", "title": None},
        "legend": {"labelColor": INK, "labelFontSize": 11, "offset": 30, "orient": "top",
                   "titleColor": MUTED, "titleFontWeight": "normal"},
        "line": {"strokeWidth": 2},
        "mark": {"color": BLUE},
        "point": {"filled": True, "size": 45},
        "range": {"category": CATEGORIES, "heatmap": {"scheme": "blues"}, "ramp": {"scheme": "blues"}},
        "rule": {"color": MUTED},
        "text": {"color": INK, "fontSize": 11},
        "title": {"anchor": "start", "color": INK, "fontSize": 14, "fontWeight": "bold", "offset": 18,
                  "subtitleColor": MUTED, "subtitleFontSize": 12, "subtitlePadding": 6},
        "view": {"continuousWidth": 640, "continuousHeight": 260, "stroke": None},
    }  # fmt: skip
    return {"config": config}


def _compiled(spec: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A chart as what JupyterLab draws by itself: interactive, and without the internet.

    Altair speaks Vega-Lite 6, which JupyterLab 4 does not know; but it has Vega, into which Vega-Lite compiles.
    The chart as Altair said it comes along for tools (`make notebooks` makes pictures of it).
    """
    vega = vl_convert.vegalite_to_vega(spec) | {"$schema": "https://vega.github.io/schema/vega/v5.json"}
    return {
        "application/vnd.vega.v5+json": vega,
        "application/vnd.vegalite.v6+json": spec,
        "text/plain": "a chart, for a reader that draws Vega",
    }


def _in_utc(frame: Any, max_rows: int = 5000) -> Any:
    """A chart's rows, instants as UTC: a browser would show those with a zone in the zone of whoever looks."""
    if isinstance(frame, pd.DataFrame):
        for name, instants in frame.select_dtypes("datetimetz").items():
            frame = frame.assign(**{str(name): instants.dt.tz_convert("UTC").dt.tz_localize(None)})
    return alt.default_data_transformer(frame, max_rows=max_rows)


alt.data_transformers.register("bazaar", _in_utc)
alt.data_transformers.enable("bazaar")
alt.renderers.register("bazaar", _compiled)
alt.renderers.enable("bazaar")
