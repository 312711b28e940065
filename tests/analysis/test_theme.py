"""The look of every chart: instants in UTC, and drawn by what JupyterLab has."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from analysis import theme


def test_instants_are_drawn_in_utc_whoever_looks():
    berlin = pd.Series(pd.to_datetime(["2026-01-05 01:00"])).dt.tz_localize("Europe/Berlin")
    (values,) = alt.Chart(pd.DataFrame({"at": berlin})).mark_point().to_dict()["datasets"].values()
    assert values == [{"at": "2026-01-05T00:00:00"}]


def test_a_chart_shows_as_vega_that_jupyterlab_has():
    chart = alt.Chart(pd.DataFrame({"n": [1]}), title="A line").mark_line().encode(alt.X("n:Q"))
    with alt.renderers.enable("bazaar"):
        shown: Any = chart._repr_mimebundle_()
    assert shown["application/vnd.vega.v5+json"]["marks"]
    assert shown["application/vnd.vega.v5+json"]["$schema"].endswith("/vega/v5.json")
    assert shown["application/vnd.vegalite.v6+json"]["mark"] == {"type": "line"}


def test_late_is_vermilion_and_nothing_else_is():
    colours = {name: value for name, value in vars(theme).items() if isinstance(value, str) and value.startswith("#")}
    assert {name for name, value in colours.items() if value == theme.LATE} == {"LATE", "VERMILION"}
    assert theme.LATE not in theme.CATEGORIES
