"""Counters, tables, cross tables and cohorts: the numbers, and what stands where."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from report.charts.colours import between_hues, ink_on
from report.drawing import Nothing, Table
from tests.report.drawn import drawing, table, tile

SALES = pd.DataFrame({"revenue": [1234.567, 10.0, -3.0], "usual": [1000.0, 20.0, None]})


def counter(**more: Any) -> dict[str, Any]:
    return {"counterColName": "revenue", "counterLabel": "so far", "stringDecimal": 1, **more}


def test_a_counter_is_written_as_redash_writes_it():
    said = tile(counter(stringPrefix="€ ", stringSuffix=" net"), SALES)
    assert (said.value, said.label, said.target, said.reached) == ("€ 1,234.6 net", "so far", None, None)
    assert tile(counter(stringThouSep=" ", stringDecChar=","), SALES).value == "1 234,6"


@pytest.mark.parametrize(
    ("row", "value"), [(1, "1,234.6"), (2, "10.0"), (-1, "-3.0"), (0, "1,234.6"), (4, "1,234.6"), (-4, "-3.0")]
)
def test_rows_count_from_either_end_and_round(row: int, value: str):
    assert tile(counter(rowNumber=row), SALES).value == value


def test_a_counter_can_count_rows():
    assert tile(counter(countRow=True, stringDecimal=0), SALES).value == "3"
    assert tile(counter(countRow=True, stringDecimal=0), SALES.head(0)).value == "0"


@pytest.mark.parametrize(("row", "target", "reached"), [(1, "1,000.0", True), (2, "20.0", False), (3, None, None)])
def test_a_target_is_reached_or_not_or_not_known(row: int, target: str | None, reached: bool | None):
    options = counter(rowNumber=row, targetColName="usual", targetRowNumber=row, formatTargetValue=True)
    said = tile(options, SALES)
    assert (said.target, said.reached) == (target, reached)


def test_just_the_target_is_enough():
    frame = pd.DataFrame({"revenue": [90.0], "usual": [90.0]})
    assert tile(counter(targetColName="usual"), frame).reached is True


def test_a_target_is_plain_unless_its_format_is_asked_for():
    assert tile(counter(targetColName="usual", stringSuffix=" %"), SALES).target == "1000"


def test_a_counter_without_label_says_its_title():
    assert tile({"counterColName": "revenue"}, SALES).label == "Orders"


COURIERS = pd.DataFrame(
    {
        "courier": ["Ada", "Bo"],
        "trips": [1200, 7],
        "late": [12.34, None],
        "due": [pd.Timestamp("2026-01-05T07:30Z"), pd.NaT],
        "own": [True, False],
    }
)


def texts(made: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in made.rows]


def test_a_table_without_options_shows_every_column_by_what_it_holds():
    made = table("TABLE", {}, COURIERS)
    assert [cell.text for cell in made.head] == list(COURIERS)
    assert texts(made) == [["Ada", "1,200", "12.34", "2026-01-05 07:30", "true"], ["Bo", "7", "-", "-", "false"]]
    assert [cell.align for cell in made.rows[0]] == ["left", "right", "right", "right", "right"]


def test_columns_have_the_titles_formats_and_sides_of_the_options():
    columns = [
        {"name": "courier", "title": "Courier", "alignContent": "center"},
        {"name": "late", "displayAs": "number", "numberFormat": "0.0"},
        {"name": "due", "displayAs": "datetime", "dateTimeFormat": "D MMM HH:mm"},
        {"name": "own", "displayAs": "boolean", "booleanValues": ["no", "yes"]},
        {"name": "trips", "visible": False},
    ]
    made = table("TABLE", {"columns": [columns[0], columns[4], *columns[1:4]]}, COURIERS)
    assert [cell.text for cell in made.head] == ["Courier", "late", "due", "own"]
    assert texts(made)[0] == ["Ada", "12.3", "5 Jan 07:30", "yes"]
    assert made.rows[0][0].align == "center"


def test_columns_keep_the_order_of_the_result_unless_the_options_tell_another():
    in_order = table("TABLE", {"columns": [{"name": "courier"}, {"name": "late"}]}, COURIERS)
    assert [cell.text for cell in in_order.head] == list(COURIERS)
    another = table("TABLE", {"columns": [{"name": "late"}, {"name": "courier"}]}, COURIERS)
    assert [cell.text for cell in another.head] == ["late", "courier", "trips", "due", "own"]


def test_a_page_of_a_table_is_what_is_shown_at_once():
    assert table("TABLE", {"itemsPerPage": 1}, COURIERS).first == 1


def test_details_are_the_first_row():
    made = table("DETAILS", {"columns": [{"name": "courier", "title": "Courier"}]}, COURIERS)
    assert texts(made)[:2] == [["Courier", "Ada"], ["trips", "1,200"]]
    assert len(made.rows) == 5


CARTS = pd.DataFrame(
    {
        "channel": ["b", "a", "a", "b", "a"],
        "device": ["phone", "phone", "desk", "phone", "desk"],
        "carts": [1, 2, 4, 3, 8],
    }
)


def pivot(**more: Any) -> dict[str, Any]:
    return {"rows": ["channel"], "cols": ["device"], "vals": ["carts"], "aggregatorName": "Integer Sum"} | more


def test_a_cross_table_with_its_totals():
    made = table("PIVOT", pivot(), CARTS)
    assert [cell.text for cell in made.head] == ["channel / device", "desk", "phone", "Totals"]
    assert texts(made) == [["a", "12", "2", "14"], ["b", "", "4", "4"], ["Totals", "12", "6", "18"]]


def test_a_total_of_means_is_the_mean_of_the_rows():
    assert texts(table("PIVOT", pivot(aggregatorName="Average"), CARTS))[-1] == ["Totals", "6.00", "2.00", "3.60"]


def test_a_count_needs_no_value():
    assert texts(table("PIVOT", pivot(aggregatorName="Count", vals=[]), CARTS))[0] == ["a", "2", "1", "3"]


def test_totals_can_be_left_out():
    options = pivot(rendererOptions={"table": {"colTotals": False, "rowTotals": False}})
    assert texts(table("PIVOT", options, CARTS)) == [["a", "12", "2"], ["b", "", "4"]]


COHORTS = pd.DataFrame(
    {
        "week": pd.to_datetime(["2026-01-05", "2026-01-05", "2026-01-05", "2026-01-19"]),
        "n": [1, 2, 3, 1],
        "people": [200, 200, 200, 50],
        "back": [200, 100, 0, 50],
    }
)


def cohort(**more: Any) -> dict[str, Any]:
    columns = {"dateColumn": "week", "stageColumn": "n", "totalColumn": "people", "valueColumn": "back"}
    words = {"timeColumnTitle": "First order", "peopleColumnTitle": "Customers", "stageColumnTitle": "Week {{ @ }}"}
    colors = {"colors": {"min": "#FFFFFF", "max": "#0072B2", "steps": 2}}
    return {"timeInterval": "weekly", "mode": "simple", "percentFormat": "0.0%"} | columns | words | colors | more


def test_a_cohort_table_has_shares_and_a_row_for_a_week_in_which_none_began():
    made = table("COHORT", cohort(), COHORTS)
    assert [cell.text for cell in made.head] == ["First order", "Customers", "Week 1", "Week 2", "Week 3"]
    assert texts(made) == [
        ["Week of Jan 5, 2026", "200", "100.0%", "50.0%", "0.0%"],
        ["Week of Jan 12, 2026", "0", "-", "-", "-"],
        ["Week of Jan 19, 2026", "50", "100.0%", "-", "-"],
    ]


@pytest.mark.parametrize(
    ("low", "high", "part", "mixed"),
    [
        ("#FFFFFF", "#0000FF", 0.0, "#FFFFFF"),
        ("#FFFFFF", "#0000FF", 0.5, "#8080FF"),  # of full saturation, and a lightness of three quarters
        ("#FFFFFF", "#0000FF", 1.0, "#0000FF"),
        ("#FF0000", "#FF00FF", 0.25, "#FF0040"),  # by way of rose, not of green
    ],
)
def test_shades_of_cohorts_keep_their_hue(low: str, high: str, part: float, mixed: str):
    assert between_hues(low, high, part) == mixed


def test_the_shade_of_a_cohort_is_its_share_in_steps():
    full, half, none = table("COHORT", cohort(), COHORTS).rows[0][2:]
    assert (full.fill, half.fill, none.fill) == ("#0072B2", "#0072B2", "#FFFFFF")
    assert full.ink == ink_on("#0072B2")


def test_a_cohort_table_can_show_numbers():
    assert texts(table("COHORT", cohort(percentValues=False), COHORTS))[0][2:] == ["200", "100", "0"]


def test_a_diagonal_cohort_table_counts_what_is_missing_as_none():
    rows = texts(table("COHORT", cohort(mode="diagonal"), COHORTS.drop(index=1)))
    assert rows[0][2:] == ["100.0%", "0.0%", "0.0%"]
    assert rows[2][2:] == ["100.0%", "-", "-"]


def test_cohorts_by_month_and_day():
    monthly = table("COHORT", cohort(timeInterval="monthly"), COHORTS)
    assert [row[0].text for row in monthly.rows] == ["January 2026"]
    daily = table("COHORT", cohort(timeInterval="daily"), COHORTS)
    assert [row[0].text for row in daily.rows][:2] == ["January 5, 2026", "January 6, 2026"]
    assert len(daily.rows) == 15


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("COUNTER", counter()),
        ("TABLE", {}),
        ("DETAILS", {}),
        ("PIVOT", pivot()),
        ("COHORT", cohort()),
        ("FUNNEL", {"stepCol": {"colName": "step"}, "valueCol": {"colName": "n"}}),
        ("MAP", {}),
        ("CHART", {"globalSeriesType": "line", "columnMapping": {"t": "x", "n": "y"}}),
        ("CHART", {"globalSeriesType": "pie", "columnMapping": {"t": "x", "n": "y"}}),
        ("CHART", {"globalSeriesType": "box", "columnMapping": {"t": "x", "n": "y"}}),
        ("CHART", {"globalSeriesType": "scatter", "columnMapping": {"t": "x", "n": "y"}}),
        ("CHART", {"globalSeriesType": "heatmap", "columnMapping": {"t": "x", "n": "y", "z": "zVal"}}),
        ("SANKEY", {}),
    ],
)
def test_an_empty_result_is_told(kind: str, options: dict[str, Any]):
    columns = ["revenue", "step", "n", "t", "z", "lat", "lon", "value"]
    assert isinstance(drawing(kind, options, pd.DataFrame(columns=columns)), Nothing)
