"""Lines, areas, and what is drawn together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.report.drawn import chart

HOURS = pd.date_range("2026-01-05", periods=4, freq="h", tz="UTC")
GAP = pd.DataFrame({"hour": [8, 9, 10, 11], "minutes": [5.0, np.nan, 3.0, 4.0]})


def lines(mapping: dict[str, str], kind: str = "line", **more: Any) -> dict[str, Any]:
    return {"globalSeriesType": kind, "columnMapping": mapping} | more


def test_several_columns_are_a_series_each_in_the_order_of_the_result():
    frame = pd.DataFrame({"t": HOURS, "p95": [4, 5, 6, 7], "median": [1, 2, 1, 2]})
    named = {"median": {"name": "Median", "color": "#009E73"}}
    paper = chart(lines({"median": "y", "p95": "y", "t": "x"}, seriesOptions=named), frame)
    assert [name for name, _ in paper.legend] == ["p95", "Median"]
    drawn = paper.lines()
    assert all(low > high for (_, low), (_, high) in zip(drawn["Median"], drawn["p95"], strict=True))


def test_a_line_goes_from_left_to_right_whatever_the_order_of_the_rows():
    frame = pd.DataFrame({"t": HOURS[[2, 0, 3, 1]], "n": [3, 1, 4, 2]})
    (points,) = chart(lines({"t": "x", "n": "y"}), frame).lines().values()
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)


def test_what_is_missing_is_a_gap_or_zero_as_the_options_say():
    mapping = {"hour": "x", "minutes": "y"}
    (gap,) = chart(lines(mapping, missingValuesAsZero=False), GAP).lines().values()
    assert [math.isnan(y) for _, y in gap] == [False, True, False, False]
    paper = chart(lines(mapping), GAP)
    (zero,) = paper.lines().values()
    assert zero[1][1] == pytest.approx(paper.height)


def test_a_value_between_gaps_is_seen_as_a_point():
    paper = chart(lines({"hour": "x", "minutes": "y"}, missingValuesAsZero=False), GAP)
    (lone, *_) = [point for point in paper.marks("symbol") if point.get("opacity", 1) > 0]
    assert lone["x"] == paper.lines()["minutes"][0][0]
    whole = chart(lines({"hour": "x", "minutes": "y"}, missingValuesAsZero=False), GAP.dropna())
    assert not [point for point in whole.marks("symbol") if point.get("opacity", 1) > 0]


def test_areas_stand_on_one_another_also_where_a_series_has_no_row():
    frame = pd.DataFrame({"t": HOURS[[0, 0, 1, 2, 2]], "n": [1, 2, 4, 1, 2], "s": ["a", "b", "a", "a", "b"]})
    paper = chart(lines({"t": "x", "n": "y", "s": "series"}, "area", series={"stacking": "stack"}), frame)
    areas = {(item["description"], round(item["x"])): item for item in paper.marks("area")}
    places = sorted({x for _, x in areas})
    assert len(places) == 3
    for x in places:
        assert areas["a", x]["y2"] == pytest.approx(paper.height)
        assert areas["b", x]["y2"] == pytest.approx(areas["a", x]["y"])
    assert areas["b", places[1]]["y"] == pytest.approx(areas["b", places[1]]["y2"])


def test_stacked_lines_are_sums():
    frame = pd.DataFrame({"t": HOURS[:2], "a": [1, 1], "b": [1, 3]})
    drawn = chart(lines({"t": "x", "a": "y", "b": "y"}, series={"stacking": "stack"}), frame)
    a, b = drawn.lines()["a"], drawn.lines()["b"]
    height = drawn.height
    assert (height - b[1][1]) == pytest.approx(4 * (height - a[1][1]))


def test_instants_stand_on_a_scale_of_utc():
    frame = pd.DataFrame({"t": pd.to_datetime(["2026-01-05T23:30-05:00", "2026-01-06T06:30Z"], utc=True), "n": [1, 2]})
    paper = chart(lines({"t": "x", "n": "y"}, xAxis={"type": "datetime", "title": "Placed"}), frame)
    assert paper.made.spec["encoding"]["x"]["scale"]["type"] == "utc"
    assert [row["x"] for row in paper.made.spec["data"]["values"]] == ["2026-01-06T04:30:00Z", "2026-01-06T06:30:00Z"]
    assert paper.titles[0] == "Placed (UTC)"
    assert "05:00" in paper.labels


def test_an_axis_that_says_utc_does_not_say_it_twice():
    frame = pd.DataFrame({"t": HOURS, "n": 1})
    assert chart(lines({"t": "x", "n": "y"}, xAxis={"title": "Hour (UTC)"}), frame).titles[0] == "Hour (UTC)"


def test_the_range_and_the_format_of_an_axis_are_as_said():
    frame = pd.DataFrame({"t": HOURS, "n": [1500, 1600, 1700, 1800]})
    axis = {"rangeMin": 0, "rangeMax": 4000, "tickFormat": ",.0f", "title": "Orders"}
    paper = chart(lines({"t": "x", "n": "y"}, yAxis=[axis]), frame)
    assert "4,000" in paper.labels
    assert paper.lines()["n"][0][1] == pytest.approx(paper.height * (1 - 1500 / 4000))


def test_whole_numbers_are_not_labelled_with_parts():
    frame = pd.DataFrame({"t": HOURS, "n": [0, 1, 1, 2]})
    paper = chart(lines({"t": "x", "n": "y"}, yAxis=[{"tickFormat": ",.0f"}]), frame)
    numbers = [label for label in paper.labels if label.isdigit()]
    assert numbers == ["0", "1", "2"]


def test_a_logarithmic_axis_has_a_tick_a_decade():
    frame = pd.DataFrame({"t": [1, 2, 3], "n": [0.1, 10, 100]})
    paper = chart(lines({"t": "x", "n": "y"}, yAxis=[{"type": "logarithmic"}], xAxis={"type": "category"}), frame)
    heights = [y for _, y in paper.lines()["n"]]
    assert heights[0] - heights[1] == pytest.approx(2 * (heights[1] - heights[2]))
    assert {"0.1", "1", "10", "100"} <= set(paper.labels)


def combined() -> dict[str, Any]:
    right = {"type": "line", "yAxis": 1, "zIndex": 2, "name": "Used, % (right axis)", "color": "#0072B2"}
    return {
        "globalSeriesType": "column",
        "columnMapping": {"hour": "x", "there": "y", "out": "y", "used": "y"},
        "xAxis": {"type": "category"},
        "yAxis": [{"title": "Couriers", "rangeMin": 0}, {"title": "Used, %", "rangeMin": 0, "rangeMax": 100}],
        "seriesOptions": {"used": right},
        "missingValuesAsZero": False,
    }


def test_a_line_over_columns_has_the_right_axis_for_itself():
    frame = pd.DataFrame({"hour": [8, 9], "there": [4, 8], "out": [2, 4], "used": [50.0, 25.0]})
    paper = chart(combined(), frame)
    bars = paper.bars()
    assert {name for name, _ in bars} == {"there", "out"}
    assert bars["there", "8"].right <= bars["out", "8"].left
    (line,) = paper.lines().values()
    assert line[0][1] == pytest.approx(paper.height * 0.5)
    assert bars["there", "8"].height == pytest.approx(bars["there", "9"].height / 2)
    assert set(paper.titles) == {"Couriers", "Used, %"}
    assert ("Used, % (right axis)", "#0072B2") in paper.legend


def test_a_series_without_a_value_is_told_in_the_legend_only():
    frame = pd.DataFrame({"hour": [8, 9], "there": [4, 8], "out": [2, 4], "used": [np.nan, np.nan]})
    paper = chart(combined(), frame)
    assert paper.lines() == {}
    assert {name for name, _ in paper.bars()} == {"there", "out"}
    assert ("Used, % (right axis)", "#0072B2") in paper.legend


def test_the_line_is_drawn_over_the_columns():
    frame = pd.DataFrame({"hour": [8, 9], "there": [4, 8], "out": [2, 4], "used": [50.0, 25.0]})
    marks = [layer["mark"]["type"] for layer in chart(combined(), frame).made.spec["layer"]]
    assert marks == ["bar", "line"]


def test_what_it_is_is_said_for_those_who_cannot_see_it():
    frame = pd.DataFrame({"t": HOURS, "a": 1, "b": 2})
    axes: dict[str, Any] = {"xAxis": {"title": "Hour (UTC)"}, "yAxis": [{"title": "Orders"}]}
    said = chart(lines({"t": "x", "a": "y", "b": "y"}, **axes), frame).made.description
    assert said == "Orders, a line chart. How many? Along: Hour (UTC). Shown: Orders. Series: a; b."
