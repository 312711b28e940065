"""Columns: what stands on what, beside what, in which order and colour."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest

from tests.report.drawn import chart

LATE = pd.DataFrame(
    {
        "hour": ["09", "09", "10", "10"],
        "punctuality": ["Late", "On time", "Late", "On time"],
        "parcels": [1, 3, 2, 6],
    }
)
BY_PUNCTUALITY = {"hour": "x", "parcels": "y", "punctuality": "series"}


def columns(**more: Any) -> dict[str, Any]:
    return {"globalSeriesType": "column", "columnMapping": BY_PUNCTUALITY, "xAxis": {"type": "category"}} | more


def test_series_stand_on_one_another_in_the_order_of_their_z_index():
    order = {"Late": {"zIndex": 1}, "On time": {"zIndex": 0}}
    paper = chart(columns(series={"stacking": "stack"}, seriesOptions=order), LATE)
    bars = paper.bars()
    for hour in ("09", "10"):
        assert bars["On time", hour].bottom == pytest.approx(paper.height)
        assert bars["Late", hour].bottom == pytest.approx(bars["On time", hour].top)
    assert bars["On time", "10"].height == pytest.approx(2 * bars["On time", "09"].height)


def test_without_a_z_index_the_series_met_first_is_at_the_bottom():
    bars = chart(columns(series={"stacking": "stack"}), LATE).bars()
    assert bars["Late", "09"].bottom > bars["On time", "09"].bottom


def test_series_that_are_not_stacked_stand_side_by_side():
    paper = chart(columns(), LATE)
    bars = paper.bars()
    assert {round(bar.bottom, 3) for bar in bars.values()} == {paper.height}
    assert bars["Late", "09"].right <= bars["On time", "09"].left
    assert bars["On time", "09"].right < bars["Late", "10"].left


def test_shares_fill_the_whole_height():
    stacked = {"stacking": "stack", "percentValues": True}
    paper = chart(columns(series=stacked, yAxis=[{"title": "Share, %", "rangeMax": 100}]), LATE)
    bars = paper.bars()
    assert bars["Late", "09"].height == pytest.approx(paper.height / 4)
    assert bars["On time", "09"].top == pytest.approx(0, abs=0.01)
    assert "100" in paper.labels


def test_colours_and_names_are_those_of_the_options():
    named = {"Late": {"color": "#D55E00", "name": "Too late"}, "On time": {"color": "#0072B2"}}
    paper = chart(columns(seriesOptions=named), LATE)
    assert paper.legend == [("Too late", "#D55E00"), ("On time", "#0072B2")]
    assert paper.bars()["Too late", "09"].color == "#D55E00"


def test_a_colour_that_is_not_said_is_none_of_those_that_are():
    paper = chart(columns(seriesOptions={"On time": {"color": "#0072B2"}}), LATE)
    assert len({color for _, color in paper.legend}) == 2


def test_the_legend_can_be_off():
    assert chart(columns(legend={"enabled": False}), LATE).legend == []


def test_the_legend_can_be_turned_round():
    assert [name for name, _ in chart(columns(legend={"traceorder": "reversed"}), LATE).legend] == ["On time", "Late"]


@pytest.mark.parametrize(
    ("order", "labels"),
    [
        ({"sortX": False}, ["b 10", "a 2", "c 1"]),
        ({"sortX": True}, ["a 2", "b 10", "c 1"]),
        ({"sortX": True, "reverseX": True}, ["c 1", "b 10", "a 2"]),
    ],
)
def test_categories_are_in_the_order_of_the_result_or_sorted(order: dict[str, bool], labels: list[str]):
    frame = pd.DataFrame({"name": ["b 10", "a 2", "c 1"], "n": [1, 2, 3]})
    paper = chart(columns(columnMapping={"name": "x", "n": "y"}, **order), frame)
    assert paper.labels[:3] == labels


def test_hours_are_sorted_as_numbers():
    frame = pd.DataFrame({"hour": [10, 9, 0], "n": [1, 2, 3]})
    assert chart(columns(columnMapping={"hour": "x", "n": "y"}), frame).labels[:3] == ["0", "9", "10"]


def test_lying_columns_begin_at_the_bottom_as_in_redash():
    frame = pd.DataFrame({"step": ["Payment", "Checkout", "Cart"], "carts": [1, 2, 3]})
    mapping = {"step": "x", "carts": "y"}
    paper = chart(columns(columnMapping=mapping, swappedAxes=True, sortX=False, yAxis=[{"title": "Carts"}]), frame)
    bars = paper.bars()
    assert bars["carts", "Payment"].top > bars["carts", "Checkout"].top > bars["carts", "Cart"].top
    assert bars["carts", "Cart"].width == pytest.approx(3 * bars["carts", "Payment"].width)
    assert {bar.left for bar in bars.values()} == {0}
    assert paper.titles == ["Carts"]


def test_lying_stacks_grow_to_the_right_and_losses_to_the_left():
    frame = pd.DataFrame({"reason": ["late", "early"], "won": [0, 5], "lost": [-3, 0]})
    mapping = {"reason": "x", "won": "y", "lost": "y"}
    bars = chart(columns(columnMapping=mapping, swappedAxes=True, series={"stacking": "stack"}), frame).bars()
    zero = bars["won", "early"].left
    assert bars["lost", "late"].right == pytest.approx(zero)
    assert bars["won", "early"].width == pytest.approx(5 / 3 * bars["lost", "late"].width)


def test_lying_columns_beside_each_other_begin_at_the_bottom_too():
    bars = chart(columns(swappedAxes=True), LATE).bars()
    assert bars["Late", "09"].top >= bars["On time", "09"].bottom
    assert bars["On time", "10"].bottom < bars["Late", "10"].top + 0.01 < bars["On time", "09"].top


def test_numbers_for_one_x_are_added_up():
    frame = pd.DataFrame({"day": ["Mon", "Mon", "Tue"], "n": [1, 2, 3]})
    bars = chart(columns(columnMapping={"day": "x", "n": "y"}), frame).bars()
    assert bars["n", "Mon"].height == pytest.approx(bars["n", "Tue"].height)


def test_over_time_a_column_begins_with_its_step_and_ends_before_the_next():
    steps = pd.date_range("2026-01-05", periods=4, freq="6h", tz="UTC")
    frame = pd.DataFrame({"step": steps, "n": [1, 2, 3, 4]})
    paper = chart(columns(columnMapping={"step": "x", "n": "y"}, xAxis={"type": "datetime", "title": "Time"}), frame)
    bars = list(paper.bars().values())
    assert [bar.left for bar in bars] == sorted(bar.left for bar in bars)
    assert all(one.right < other.left for one, other in itertools.pairwise(bars))
    assert all(bar.bottom == pytest.approx(paper.height) for bar in bars)
    assert list(paper.bars())[1] == ("n", "Mon 5 Jan 2026, 06:00 UTC")


def test_over_time_series_share_their_step():
    steps = pd.to_datetime(["2026-01-05T00:00Z", "2026-01-05T01:00Z"])
    frame = pd.DataFrame({"step": steps, "a": [1, 2], "b": [2, 1]})
    mapping = {"step": "x", "a": "y", "b": "y"}
    bars = chart(columns(columnMapping=mapping, xAxis={"type": "datetime"}), frame).bars()
    first, second = "Mon 5 Jan 2026, 00:00 UTC", "Mon 5 Jan 2026, 01:00 UTC"
    assert bars["a", first].right == pytest.approx(bars["b", first].left)
    assert bars["b", first].right < bars["a", second].left


def test_names_that_would_run_into_each_other_are_folded_or_turned():
    long = pd.DataFrame({"w": ["Bargain hunter", "Impulsive", "Loyal", "Window shopper"], "n": [1, 2, 3, 4]})
    paper = chart(columns(columnMapping={"w": "x", "n": "y"}), long)
    assert next(item["text"] for item in paper.marks("text", "axis-label")) == ["Bargain", "hunter"]
    many = pd.DataFrame({"w": [f"Warehouse{n}" for n in range(12)], "n": 1})
    turned = chart(columns(columnMapping={"w": "x", "n": "y"}), many).marks("text", "axis-label")
    assert turned[0]["angle"] % 360 == 320
    assert turned[0]["text"] == "Warehouse0"


STEPS = pd.to_datetime(["2026-01-05T00:00Z", "2026-01-05T01:00Z", "2026-01-05T02:00Z"])
MARKED = pd.DataFrame(
    {
        "step_utc": [*STEPS, STEPS[1]],
        "kind": ["Late", "Late", "Late", "Incident"],
        "parcels": [1, 3, 2, 3],
        "incident": ["", "", "", "Courier strike, London"],
    }
)


def marked(**more: Any) -> dict[str, Any]:
    mapping = {"step_utc": "x", "parcels": "y", "kind": "series"}
    options = columns(columnMapping=mapping, series={"stacking": "stack"}, textFormat="{{ @@y }} {{ incident }}")
    return options | {"xAxis": {"type": "datetime"}, "seriesOptions": {"Incident": {"type": "scatter"}}} | more


def test_a_mark_stands_over_the_middle_of_its_column_and_says_what_it_marks():
    paper = chart(marked(), MARKED)
    [mark] = paper.marks("symbol")
    bar = next(bar for (_, x), bar in paper.bars().items() if "01:00" in x)
    assert mark["x"] == pytest.approx((bar.left + bar.right) / 2)
    assert mark["y"] == pytest.approx(bar.top)  # as high as it says, and not on the stack
    assert mark["description"].endswith("Courier strike, London")


def test_a_mark_that_is_not_there_is_not_at_zero():
    assert len(chart(marked(), MARKED).marks("symbol")) == 1
    assert chart(marked(), MARKED[MARKED["kind"] == "Late"]).marks("symbol") == []


def test_a_name_with_a_line_break_stands_on_two_lines():
    frame = pd.DataFrame({"step": ["Paid<br>3 · 50 %", "Visited<br>6 · 100 %"], "sessions": [3, 6]})
    options = columns(columnMapping={"step": "x", "sessions": "y"}, sortX=False)
    for swapped in (False, True):
        labels = chart(options | {"swappedAxes": swapped}, frame).labels
        assert "Paid 3 · 50 %" in [label.replace("\u00a0", " ") for label in labels]
