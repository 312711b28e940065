"""The look of every chart, in the notebooks and in the report: colours that the colour-blind can tell apart.

The palette is Okabe and Ito's (2008, jfly.uni-koeln.de/color); the dashboards use the same colours for the same things.
"""

from __future__ import annotations

from typing import Any

import altair as alt

BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, SKY, PINK, BROWN, GREY = "#E69F00", "#56B4E9", "#CC79A7", "#8C510A", "#999999"
CATEGORIES = [BLUE, ORANGE, GREEN, PINK, SKY, BROWN, GREY]
INK, MUTED, RULE = "#222222", "#555555", "#E5E5E5"
FONT = "'DejaVu Sans', 'Helvetica Neue', Arial, sans-serif"

ON_TIME, LATE = BLUE, VERMILION
"""A late delivery is vermilion everywhere and nothing else is."""
ORDERED, LEFT_BEHIND = BLUE, ORANGE
PICKER_WAIT, WAREHOUSE, DOCK, ROAD = SKY, BLUE, ORANGE, GREEN
"""Where the time goes: waiting for a picker, picked and packed, waiting for a courier, on the road."""


@alt.theme.register("bazaar", enable=True)
def bazaar() -> alt.theme.ThemeConfig:
    """Quiet axes, no frame, left-aligned titles; the data carry the colour."""
    axis: dict[str, Any] = {
        "domainColor": GREY,
        "gridColor": RULE,
        "labelColor": MUTED,
        "labelFontSize": 11,
        "tickColor": GREY,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return {
        "config": {
            "font": FONT,
            "background": "white",
            "axis": axis,
            "axisX": {"grid": False},
            "axisY": {"domain": False, "ticks": False, "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end",
                      "titleX": 0, "titleY": -10, "titleBaseline": "bottom"},
            "header": {"labelColor": INK, "labelFontSize": 12, "labelFontWeight": "bold", "title": None},
            "legend": {"labelColor": INK, "labelFontSize": 11, "offset": 24, "orient": "top",
                       "titleColor": MUTED, "titleFontWeight": "normal"},
            "line": {"strokeWidth": 2},
            "point": {"filled": True, "size": 45},
            "range": {"category": CATEGORIES, "heatmap": {"scheme": "blues"}, "ramp": {"scheme": "blues"}},
            "rule": {"color": MUTED},
            "text": {"color": INK, "fontSize": 11},
            "title": {"anchor": "start", "color": INK, "fontSize": 14, "fontWeight": "bold", "offset": 18,
                      "subtitleColor": MUTED, "subtitleFontSize": 12, "subtitlePadding": 6},
            "view": {"continuousWidth": 640, "continuousHeight": 260, "stroke": None},
        }
    }  # fmt: skip
