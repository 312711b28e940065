"""What cannot be drawn is told before anything is drawn, with file and line; nothing is lost in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from dashboards.dashboard_file import TYPES
from dashboards.files import load
from report.check import problems
from report.draw import KINDS, NotDrawn
from tests.report.drawn import drawing

QUERY = "-- title: Orders\n-- question: How many?\n-- grain: one row\nSELECT 1 AS n\n"


def told(folder: Path, kind: str, options: dict[str, Any]) -> list[str]:
    """The lines about one widget, which begins in line 4 of the file."""
    (folder / "queries").mkdir()
    (folder / "queries" / "orders.sql").write_text(QUERY)
    shown = {"key": "shown", "type": kind, "name": "Shown", "options": options}
    at = {"col": 0, "row": 0, "width": 6, "height": 8}
    board = {"title": "Shop", "order": 1, "widgets": [{"query": "orders", "visualization": shown, "at": at}]}
    (folder / "dashboards").mkdir()
    (folder / "dashboards" / "shop.yml").write_text(yaml.safe_dump(board, sort_keys=False))
    found = list(problems(load(folder).dashboards.values()))
    assert all(problem.path.name == "shop.yml" and problem.line >= 4 for problem in found)
    return [problem.message for problem in found]


def test_everything_on_the_dashboards_can_be_drawn():
    assert list(problems(load().dashboards.values())) == []


@pytest.mark.parametrize("kind", sorted(set(TYPES) - set(KINDS)))
def test_a_type_without_a_drawing_is_told(kind: str, tmp_path: Path):
    (line,) = told(tmp_path, kind, {})
    assert line.startswith(f"the report draws no {kind} (it draws CHART, COUNTER")


LINE = {"globalSeriesType": "line", "columnMapping": {"t": "x", "n": "y"}}
PIE = {"globalSeriesType": "pie", "columnMapping": {"t": "x", "n": "y"}}


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("CHART", LINE | {"barGap": 3}, "unknown key 'barGap'"),
        ("CHART", LINE | {"xAxis": {"rotate": 90}}, "unknown key 'rotate'"),
        ("CHART", LINE | {"globalSeriesType": "custom"}, "'globalSeriesType'"),
        ("CHART", LINE | {"columnMapping": {"t": "x", "n": "yError"}}, "'n'"),
        ("CHART", LINE | {"columnMapping": {"n": "y"}}, "needs one column as x"),
        ("CHART", LINE | {"columnMapping": {"t": "x"}}, "needs a column as y"),
        ("CHART", LINE | {"numberFormat": "0.0a"}, "number format '0.0a'"),
        ("CHART", LINE | {"swappedAxes": True}, "a line with swapped axes"),
        ("CHART", LINE | {"showDataLabels": True}, "showDataLabels"),
        ("CHART", LINE | {"alignYAxesAtZero": True}, "'alignYAxesAtZero'"),
        ("CHART", LINE | {"seriesOptions": {"n": {"color": "red"}}}, "the colour 'red'"),
        ("CHART", LINE | {"seriesOptions": {"n": {"type": "pie"}}}, "'type'"),
        ("CHART", LINE | {"series": {"stacking": "stack"}, "seriesOptions": {"n": {"yAxis": 1}}}, "second axis"),
        ("CHART", LINE | {"series": {"percentValues": True}}, "only where stacked"),
        ("CHART", PIE | {"columnMapping": {"t": "x", "n": "y", "m": "y"}}, "2 columns as y"),
        ("CHART", PIE | {"globalSeriesType": "heatmap"}, "zVal"),
        ("CHART", PIE | {"globalSeriesType": "bubble"}, "size"),
        ("CHART", PIE | {"globalSeriesType": "box", "seriesOptions": {"n": {"type": "line"}}}, "no types"),
        ("COUNTER", {"stringDecimals": 2}, "unknown key 'stringDecimals'"),
        ("FUNNEL", {"stepCol": {"colName": "n"}}, "'valueCol' is missing"),
        ("SANKEY", {"nodeWidth": 3}, "unknown key 'nodeWidth'"),
        ("COHORT", {"timeInterval": "yearly"}, "'timeInterval'"),
        ("PIVOT", {"rendererName": "Table Heatmap"}, "'rendererName'"),
        ("PIVOT", {"rows": ["a", "b"]}, "'rows'"),
        ("PIVOT", {"aggregatorName": "Median"}, "'aggregatorName'"),
        ("TABLE", {"columns": [{"name": "n", "displayAs": "image"}]}, "'displayAs'"),
        ("TABLE", {"columns": [{"name": "n", "dateTimeFormat": "wo"}]}, "date format 'wo'"),
        ("MAP", {"classify": 3}, "'classify'"),
    ],
)
def test_an_option_that_would_be_lost_is_told(kind: str, options: dict[str, Any], said: str, tmp_path: Path):
    (line,) = told(tmp_path, kind, options)
    assert line.startswith(f"the report can't draw this {kind}: ")
    assert said in line


def test_what_only_a_screen_of_redash_has_is_no_problem(tmp_path: Path):
    screen = {"enableLink": True, "linkFormat": "x", "color_scheme": "Viridis", "dateTimeFormat": "DD/MM/YY"}
    assert told(tmp_path, "CHART", LINE | screen) == []


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("CHART", LINE, "no column 't'"),
        ("COUNTER", {"counterColName": "gone"}, "no column 'gone'"),
        ("TABLE", {"columns": [{"name": "gone"}]}, "no column gone"),
        ("SANKEY", {}, "a column named value"),
        ("PIVOT", {"rows": ["n"], "aggregatorName": "Sum"}, "vals names no column"),
    ],
)
def test_a_result_of_another_form_is_told(kind: str, options: dict[str, Any], said: str):
    with pytest.raises(NotDrawn, match=said):
        drawing(kind, options, pd.DataFrame({"n": [1, 2]}))
