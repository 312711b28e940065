"""The query and dashboard files themselves: headers, colours, and whether anything is unused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.dashboard_file import Visualization
from tests.dashboards.asking import FILES

SHOWN: list[tuple[str, Visualization]] = [
    (str(widget.query), widget.shown)
    for file in FILES.dashboards.values()
    for widget in file.dashboard.widgets
    if widget.shown
]
CHARTS = [(query, shown) for query, shown in SHOWN if shown.type == "CHART"]
LATE = "#D55E00"


def names(value: object) -> str | None:
    return value.key if isinstance(value, Visualization) else None


@pytest.mark.parametrize("key", FILES.queries)
def test_a_header_says_what_is_asked(key: str):
    query = FILES.queries[key]
    first, second, third, *_ = query.path.read_text(encoding="utf-8").split("\n")
    assert [line.split(":")[0] for line in (first, second, third)] == ["-- title", "-- question", "-- grain"]
    assert "?" in query.question
    assert query.grain.startswith("one row")


@pytest.mark.parametrize("key", FILES.queries)
def test_sql_reads_the_simulated_clock_and_ends_without_a_semicolon(key: str):
    sql = FILES.queries[key].sql
    assert not re.search(r"\bnow\(\)|current_(date|time)|localtime", sql.replace("sim_now()", ""), re.IGNORECASE)
    assert not sql.endswith(";")
    assert max(map(len, sql.split("\n"))) <= 120


def test_titles_are_told_apart():
    titles = [query.title for query in FILES.queries.values()]
    assert sorted(titles) == sorted(set(titles))


def test_every_query_is_shown_somewhere():
    assert set(FILES.queries) == {query for query, _ in SHOWN} | FILES.dropdowns()


def test_the_five_dashboards_show_things_in_many_ways():
    kinds = {
        (shown.type, shown.options.get("globalSeriesType"), shown.options.get("swappedAxes")) for _, shown in SHOWN
    }
    assert [file.dashboard.title for file in FILES.dashboards.values()] == [
        "Shop today",
        "Funnel and carts",
        "Delivery",
        "Warehouse and stock",
        "Customers",
    ]
    assert len(SHOWN) >= 28
    assert len(kinds) >= 10


@pytest.mark.parametrize("key", FILES.dashboards)
def test_dashboards_say_first_how_to_read_them_and_in_whose_time(key: str):
    first, *rest = (widget.text for widget in FILES.dashboards[key].dashboard.widgets if widget.at.row == 0)
    assert first
    assert first.startswith("**")
    words = " ".join([first, *map(str, rest)])
    assert "UTC" in words
    assert re.search(r"\blocal\b", words)


@pytest.mark.parametrize("key", FILES.dashboards)
def test_texts_fill_their_boxes_on_a_wide_screen_and_on_a_narrow_one(key: str):
    """A third of a wide screen is as wide as a telephone: the same five lines of 48 letters there and here."""
    for widget in FILES.dashboards[key].dashboard.widgets:
        if widget.text is not None:
            shown = re.sub(r"\]\([^)]*\)|[*\[]", "", widget.text)
            assert (widget.at.width, widget.at.height) == (4, 3)
            assert 120 <= len(shown) <= 5 * 48


@pytest.mark.parametrize("key", FILES.dashboards)
def test_tables_are_not_wider_than_a_telephone(key: str):
    for widget in FILES.dashboards[key].dashboard.widgets:
        if widget.shown is not None and widget.shown.type == "TABLE":
            shown_columns = [each for each in widget.shown.options["columns"] if each.get("visible", True)]
            assert len(shown_columns) <= 4


COUNTERS = [(query, shown) for query, shown in SHOWN if shown.type == "COUNTER"]


@pytest.mark.parametrize(("query", "shown"), COUNTERS, ids=names)
def test_a_counters_words_stay_in_one_line(query: str, shown: Visualization):
    """A counter of two lines is drawn half as large."""
    for option in ("counterLabel", "stringPrefix", "stringSuffix"):
        assert " " not in shown.options.get(option, "")


@pytest.mark.parametrize(("query", "shown"), CHARTS, ids=names)
def test_axes_have_titles_and_say_whose_time_they_show(query: str, shown: Visualization):
    options = shown.options
    if options["globalSeriesType"] == "pie":
        return
    axes = [options["xAxis"], *options["yAxis"]]
    assert any(axis.get("title") for axis in axes)
    for column, role in options["columnMapping"].items():
        if role == "x" and column.endswith("_utc"):
            assert "UTC" in options["xAxis"]["title"]
        if role == "x" and column == "local_hour":
            assert "local" in options["xAxis"]["title"]


@pytest.mark.parametrize(("query", "shown"), CHARTS, ids=names)
def test_colours_are_chosen_for_every_series(query: str, shown: Visualization):
    options = shown.options
    mapping = options["columnMapping"]
    if options["globalSeriesType"] == "heatmap":
        assert {"heatMinColor", "heatMaxColor"} <= set(options)
    elif options["globalSeriesType"] == "pie":
        assert options["valuesOptions"]
    elif "series" in mapping.values():
        assert all(series["color"] for series in options["seriesOptions"].values())
    else:
        drawn = {column for column, role in mapping.items() if role == "y"}
        assert {name for name, series in options["seriesOptions"].items() if series["color"]} == drawn


def colours(options: Any) -> Iterator[tuple[str, str]]:
    """Every name that is given a colour, anywhere in the options."""
    if isinstance(options, dict):
        for name, value in options.items():
            if isinstance(value, dict) and "color" in value:
                yield str(value.get("name", name)), value["color"]
            yield from colours(value)


def test_the_same_meaning_has_the_same_colour_everywhere():
    said: dict[str, set[str]] = {}
    for _, shown in SHOWN:
        for name, colour in colours(shown.options):
            said.setdefault(name, set()).add(colour)
    assert {name: given for name, given in said.items() if len(given) > 1} == {}
    assert said["Late"] == said["Below 90 % on time"] == {LATE}
