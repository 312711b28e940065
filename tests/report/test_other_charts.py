"""Heat maps, pies, scatter and box plots, funnels, Sankey diagrams and maps."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from analysis.theme import INK
from report.charts.colours import between, ink_on
from report.charts.map import lines_around, points_of, sides_of
from report.drawing import Nothing
from report.options.others import MapOptions
from tests.report.drawn import chart, drawing

WEEK = pd.DataFrame({"hour": ["00", "01", "00"], "day": ["Sun", "Sun", "Mon"], "late": [10.0, 0.0, 40.0]})


def heat(**more: Any) -> dict[str, Any]:
    mapping = {"hour": "x", "day": "y", "late": "zVal"}
    custom = {"colorScheme": "Custom...", "heatMinColor": "#FFFFFF", "heatMaxColor": "#D55E00"}
    return (
        {"globalSeriesType": "heatmap", "columnMapping": mapping, "sortX": False, "numberFormat": "0"} | custom | more
    )


def test_a_heat_map_goes_from_one_colour_to_the_other_and_what_is_missing_is_zero():
    cells = {item["description"]: item for item in chart(heat(), WEEK).marks("rect")}
    assert set(cells) == {"Sun, 00: 10", "Sun, 01: 0", "Mon, 00: 40", "Mon, 01: 0"}
    assert cells["Mon, 00: 40"]["fill"] == "rgb(213, 94, 0)"
    assert cells["Mon, 01: 0"]["fill"] == cells["Sun, 01: 0"]["fill"] == "rgb(255, 255, 255)"
    assert cells["Sun, 00: 10"]["fill"] == "rgb(245, 215, 191)"  # a quarter of the way


def test_what_is_no_number_leaves_its_cell_blank_and_takes_no_colour():
    blank = WEEK.assign(late=pd.Series([10.0, " ", 40.0], dtype=object))
    cells = {item["description"]: item for item in chart(heat(), blank).marks("rect")}
    assert set(cells) == {"Sun, 00: 10", "Mon, 00: 40", "Mon, 01: 0"}
    assert set(chart(heat(showDataLabels=True), blank).texts()) == {"10", "", "40", "0"}
    assert isinstance(drawing("CHART", heat(), blank.head(2).assign(late=" ")), Nothing)


@pytest.mark.parametrize(
    ("order", "days"),
    [({}, ["Mon", "Sun"]), ({"sortY": True}, ["Sun", "Mon"]), ({"sortY": True, "reverseY": True}, ["Mon", "Sun"])],
)
def test_a_heat_map_is_drawn_from_the_bottom_up(order: dict[str, bool], days: list[str]):
    cells = {item["description"].split(",")[0]: item["y"] for item in chart(heat(**order), WEEK).marks("rect")}
    assert sorted(cells, key=cells.__getitem__) == days


def test_numbers_in_cells_are_those_asked_for_in_ink_that_can_be_read():
    dark = heat(heatMaxColor="#000000", showDataLabels=True)
    written = {item["text"]: item["fill"] for item in chart(dark, WEEK).marks("text")}
    assert written == {"10": INK, "0": INK, "40": "#FFFFFF"}
    assert chart(heat(), WEEK).texts() == []


def test_without_numbers_the_colours_are_explained():
    assert chart(heat(legend={"enabled": False}), WEEK).texts("legend-label")
    assert not chart(heat(legend={"enabled": False}, showDataLabels=True), WEEK).texts("legend-label")


def test_shades():
    assert between("#000000", "#FFFFFF", 0.5) == "#808080"
    assert (ink_on("#FFFFFF"), ink_on("#0072B2"), ink_on("#F0E442")) == (INK, "#FFFFFF", INK)


def pie(**more: Any) -> dict[str, Any]:
    forms = {"numberFormat": "0,0", "percentFormat": "0.0%"}
    return {"globalSeriesType": "pie", "columnMapping": {"tier": "x", "n": "y"}} | forms | more


TIERS = pd.DataFrame({"tier": ["Gold", "Bronze", "Gold"], "n": [500, 3000, 500]})


def test_a_pie_tells_each_slice_in_its_legend():
    colors = {"Gold": {"color": "#E69F00"}, "Bronze": {"color": "#8C510A"}}
    paper = chart(pie(piesort=False, valuesOptions=colors), TIERS)
    assert paper.legend == [("Gold:  25.0% (1,000)", "#E69F00"), ("Bronze:  75.0% (3,000)", "#8C510A")]
    slices = {item["fill"]: abs(item["endAngle"] - item["startAngle"]) for item in paper.marks("arc")}
    assert slices["#8C510A"] == pytest.approx(3 * slices["#E69F00"])
    assert sum(slices.values()) == pytest.approx(2 * 3.14159265)


def test_a_pie_is_sorted_unless_told_not_to_be():
    assert [name.split(":")[0] for name, _ in chart(pie(), TIERS).legend] == ["Bronze", "Gold"]


@pytest.mark.parametrize(("direction", "sign"), [("clockwise", 1), ("counterclockwise", -1)])
def test_a_pie_goes_the_way_round_that_is_said(direction: str, sign: int):
    (first, *_) = chart(pie(direction={"type": direction}), TIERS).marks("arc")
    assert sign * (first["startAngle"] + first["endAngle"]) > 0


def test_a_text_format_may_name_what_it_likes():
    said = chart(pie(textFormat="{{ @@y }} of tier {{ @@x }}"), TIERS).legend[0][0]
    assert said == "Bronze:  3,000 of tier Bronze"


@pytest.mark.parametrize("sort", [True, False])
def test_in_a_scatter_plot_the_series_with_the_higher_z_index_is_on_top(sort: bool):
    frame = pd.DataFrame({"km": [1, 2, 3], "min": [10, 20, 30], "late": ["Late", "On time", "Late"]})
    options = {
        "globalSeriesType": "scatter",
        "columnMapping": {"km": "x", "min": "y", "late": "series"},
        "sortX": sort,
        "seriesOptions": {"Late": {"color": "#D55E00", "zIndex": 1}, "On time": {"color": "#0072B2"}},
        "yAxis": [{"rangeMin": 0}],
    }
    points = chart(options, frame).marks("symbol")
    assert [point["fill"] for point in points] == ["#0072B2", "#D55E00", "#D55E00"]


@pytest.mark.parametrize(("mode", "sizes"), [("diameter", [36, 144]), ("area", [6, 12])])
def test_bubbles_are_as_large_as_said(mode: str, sizes: list[float]):
    frame = pd.DataFrame({"km": [1, 2], "min": [10, 20], "n": [3, 6]})
    mapping = {"km": "x", "min": "y", "n": "size"}
    options = {"globalSeriesType": "bubble", "columnMapping": mapping, "coefficient": 2, "sizemode": mode}
    assert [point["size"] for point in chart(options, frame).marks("symbol")] == sizes  # Vega's size is an area


def test_a_box_reaches_from_quartile_to_quartile_and_leaves_out_what_is_far_off():
    frame = pd.DataFrame({"band": ["near"] * 10, "min": [1, 2, 3, 4, 5, 6, 7, 8, 9, 100]})
    axis = {"rangeMin": 0, "rangeMax": 100}
    options = {"globalSeriesType": "box", "columnMapping": {"band": "x", "min": "y"}, "yAxis": [axis]}
    paper = chart(options, frame)
    boxes = sorted(paper.marks("rect"), key=lambda item: -item["height"])
    box = boxes[0]
    assert box["y"] == pytest.approx(paper.height * (1 - 7.75 / 100))  # the third quartile
    assert box["y"] + box["height"] == pytest.approx(paper.height * (1 - 3.25 / 100))
    (outlier,) = paper.marks("symbol")
    assert outlier["y"] == pytest.approx(0)


STEPS = pd.DataFrame({"step": ["2 Cart", "1 Visit", "3 Paid"], "people": [50, 200, 10]})


def funnel(**more: Any) -> dict[str, Any]:
    columns = {"stepCol": {"colName": "step", "displayAs": "Step"}, "valueCol": {"colName": "people"}}
    return columns | {"numberFormat": "0,0", "percentFormat": "0.0%"} | more


def test_a_funnel_has_its_steps_from_the_top_with_their_shares():
    options = funnel(autoSort=False, sortKeyCol={"colName": "step", "reverse": False})
    paper = chart(options, STEPS, "FUNNEL")
    assert paper.labels == ["1 Visit", "2 Cart", "3 Paid"]
    assert {"200", "50", "10", "100.0%", "25.0%", "5.0%", "20.0%"} <= set(paper.texts())
    widths = [item["width"] for item in sorted(paper.marks("rect"), key=lambda item: item["y"])]
    assert [width / widths[0] for width in widths] == pytest.approx([1, 0.25, 0.05])


def test_a_funnel_sorts_by_value_unless_told_how():
    assert chart(funnel(), STEPS.iloc[[2, 0, 1]], "FUNNEL").labels == ["1 Visit", "2 Cart", "3 Paid"]


PATHS = pd.DataFrame(
    {
        "stage1": ["search", "search", "direct"],
        "value": [6, 2, 4],
        "stage2": ["cart", "left", "cart"],
        "stage3": ["paid", None, "paid"],
    }
)


def test_a_sankey_diagram_has_nodes_as_high_as_what_flows_through_them():
    paper = chart({}, PATHS, "SANKEY")
    nodes = {item["description"]: item for item in paper.marks("rect")}
    assert set(nodes) == {"search 8", "direct 4", "cart 10", "left 2", "paid 10"}
    one = nodes["direct 4"]["height"] / 4
    assert nodes["search 8"]["height"] == pytest.approx(8 * one)
    assert nodes["paid 10"]["height"] == pytest.approx(10 * one)
    assert nodes["search 8"]["x"] < nodes["cart 10"]["x"] < nodes["paid 10"]["x"]
    assert nodes["search 8"]["y"] < nodes["direct 4"]["y"], "the largest is on top"


@pytest.mark.parametrize(
    ("node", "edge", "flows"),
    [
        ("cart 10", 0.0, {"search → cart 6", "direct → cart 4"}),
        ("search 8", 1.0, {"search → cart 6", "search → left 2"}),
    ],
)
def test_the_flows_of_a_sankey_diagram_fill_their_nodes(node: str, edge: float, flows: set[str]):
    """Into a node at its left edge (0), out of it at its right edge (1): one under the other, without a gap."""
    paper = chart({}, PATHS, "SANKEY")
    bar = next(item for item in paper.marks("rect") if item["description"] == node)
    x = bar["x"] + edge * bar["width"]
    ends = [item for item in paper.marks("area") if item["x"] == pytest.approx(x, abs=0.1)]
    ends = sorted((item for item in ends if item["description"] in flows), key=lambda item: item["y"])
    assert {item["description"] for item in ends} == flows
    assert ends[0]["y"] == pytest.approx(bar["y"], abs=0.1)
    assert ends[1]["y"] == pytest.approx(ends[0]["y2"], abs=0.1)
    assert ends[1]["y2"] == pytest.approx(bar["y"] + bar["height"], abs=0.1)


CITIES = pd.DataFrame(
    {
        "city": ["London", "Berlin", "Sydney"],
        "lat": [51.5, 52.5, -33.9],
        "lon": [-0.1, 13.4, 151.2],
        "state": ["late", "fine", "fine"],
    }
)
MAP = {
    "classify": "state",
    "groups": {"fine": {"color": "#0072B2"}, "late": {"color": "#D55E00"}, "unknown": {"color": "#999999"}},
    "tooltip": {"enabled": True, "template": "<b>{{ city }}</b>: {{ state }}"},
}


def test_a_map_has_north_above_and_east_to_the_right():
    paper = chart(MAP, CITIES, "MAP")
    dots = {item["description"]: item for item in paper.marks("symbol")}
    assert dots["London: late"]["x"] < dots["Berlin: fine"]["x"] < dots["Sydney: fine"]["x"]
    assert dots["Sydney: fine"]["y"] > dots["London: late"]["y"]
    assert dots["London: late"]["fill"] == "#D55E00"
    assert paper.legend == [("fine", "#0072B2"), ("late", "#D55E00")]
    assert sorted(paper.texts()) == ["Berlin", "London", "Sydney"]


def test_names_on_a_map_do_not_run_into_each_other():
    points = points_of(CITIES, MapOptions.model_validate(MAP))
    assert sides_of(points, px_per_degree=300 / 360) != ["above"] * 3
    assert sides_of(points, px_per_degree=300) == ["above"] * 3


@pytest.mark.parametrize("lons", [[37.6, 131.9], [13.4, 13.4], [-179.9, 179.9]])
def test_lines_of_a_map_go_round_all_points(lons: list[float]):
    frame = CITIES.head(2).assign(lon=lons)
    _, (low, high) = lines_around(points_of(frame, MapOptions.model_validate(MAP)))
    assert low[0] <= min(lons) <= max(lons) <= high[0]
    assert low[1] <= 51.5
    assert high[1] >= 52.5


def test_a_row_without_a_place_is_not_on_the_map():
    assert len(points_of(CITIES.assign(lat=[math.nan, 52.5, -33.9]), MapOptions.model_validate(MAP))) == 2
