"""Every query, with every choice a reader has, on a shop that has traded, one just opened and one not opened yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection

from dashboards.dashboard_file import Visualization
from db.apply import apply_schema
from tests.dashboards.asking import FILES, Answer, ask, new_database, reading, trade, traded_shop

PERIODS = ["Today", "Last 24 hours", "Last 7 days", "Last 28 days", "Everything"]
VISUALIZATIONS = [
    (file.key, widget.query, widget.shown)
    for file in FILES.dashboards.values()
    for widget in file.dashboard.widgets
    if widget.query and widget.shown
]
FEW = {"late_by_hour_and_weekday"}  # a hundred parcels make no share of an hour of the week
COUNTED = sorted({query for _, query, shown in VISUALIZATIONS if shown.type == "COUNTER"})


@pytest.fixture(scope="module")
def traded(postgres_url: str) -> Iterator[Connection]:
    """Tuesday, 12:00 UTC, after a day and a half."""
    with traded_shop(postgres_url) as connection:
        yield connection


@pytest.fixture(scope="module")
def opened(postgres_url: str) -> Iterator[Connection]:
    """A shop that opened a second ago: customers and stock, but nothing has happened."""
    with new_database(postgres_url) as engine:
        trade(engine.url, timedelta(seconds=1), 0.03)
        with reading(engine) as connection:
            yield connection


@pytest.fixture(scope="module")
def unopened(postgres_url: str) -> Iterator[Connection]:
    """Tables without a row: no city, no run and so no simulated time."""
    with new_database(postgres_url) as engine:
        with engine.connect() as connection:
            apply_schema(connection)
            connection.commit()
        with reading(engine) as connection:
            yield connection


def answers(connection: Connection, key: str, cities: tuple[str, ...]) -> Iterator[Answer]:
    parameters = FILES.queries[key].parameters
    for city, period in product(cities if "city" in parameters else cities[:1], PERIODS):
        if "period" in parameters or period == PERIODS[0]:
            yield ask(connection, key, city, period)


NUMBERS = ["counterColName", "targetColName", "totalColumn", "valueColumn", "stageColumn", "latColName", "lonColName"]


def mapped_columns(shown: Visualization) -> Iterator[tuple[str, bool]]:
    """The columns that a visualization names, and whether they must be numbers."""
    options: dict[str, Any] = shown.options
    measured = {"zVal"} if options.get("globalSeriesType") == "heatmap" else {"y", "size"}
    yield from ((column, role in measured) for column, role in options.get("columnMapping", {}).items())
    yield from ((options[name], not options[name].endswith("_shown")) for name in NUMBERS if name in options)
    yield from ((options[name], False) for name in ("dateColumn", "classify") if options.get(name))
    yield from ((options[name]["colName"], name == "valueCol") for name in ("stepCol", "valueCol") if name in options)
    yield from ((column, False) for column in [*options.get("rows", []), *options.get("cols", [])])
    yield from ((column, True) for column in options.get("vals", []))
    yield from ((each["name"], each.get("displayAs") == "number") for each in options.get("columns", []))
    if shown.type == "SANKEY":
        yield from (("stage1", False), ("stage2", False), ("value", True))


@pytest.mark.parametrize("key", FILES.queries)
def test_runs_on_a_shop_that_has_traded(key: str, traded: Connection):
    found = list(answers(traded, key, ("All cities", "São Paulo")))
    assert found[-1].rows or found[0].rows or key in FEW, "nothing to show after a day and a half"
    assert all((answer.columns, answer.numeric) == (found[0].columns, found[0].numeric) for answer in found)


@pytest.mark.parametrize("key", FILES.queries)
def test_runs_on_a_shop_just_opened(key: str, opened: Connection):
    assert list(answers(opened, key, ("All cities", "Berlin")))


@pytest.mark.parametrize("key", FILES.queries)
def test_runs_before_the_shop_is_opened(key: str, unopened: Connection):
    assert list(answers(unopened, key, ("All cities",)))


@pytest.mark.parametrize("key", COUNTED)
@pytest.mark.parametrize("shop", ["traded", "opened", "unopened"])
def test_counters_always_have_a_number(key: str, shop: str, request: pytest.FixtureRequest):
    shown = [shown.options["counterColName"] for _, query, shown in VISUALIZATIONS if query == key]
    for answer in answers(request.getfixturevalue(shop), key, ("All cities", "London", "Atlantis")):
        assert None not in [answer.only[column] for column in shown]


@pytest.mark.parametrize("key", COUNTED)
def test_nothing_has_missed_its_target_before_the_shop_is_opened(key: str, unopened: Connection):
    targets = [shown.options.get("targetColName") or "" for _, query, shown in VISUALIZATIONS if query == key]
    compared = [column for column in targets if column and not column.endswith("_shown")]  # a text is only read
    assert {ask(unopened, key).only[column] for column in compared} <= {None}


@pytest.mark.parametrize(
    ("dashboard", "query", "shown"), VISUALIZATIONS, ids=lambda value: getattr(value, "key", value)
)
def test_visualizations_find_their_columns(dashboard: str, query: str, shown: Visualization, traded: Connection):
    answer = ask(traded, query)
    mapped = list(mapped_columns(shown))
    assert mapped or shown.options == {}, dashboard
    assert {column for column, _ in mapped} <= set(answer.columns)
    assert {column for column, numeric in mapped if numeric} <= answer.numeric


def test_sankey_has_nothing_but_stages_and_a_value(traded: Connection):
    for _, query, shown in VISUALIZATIONS:
        if shown.type == "SANKEY":
            stages = [f"stage{n}" for n in range(1, 6)]
            assert set(ask(traded, query).columns) - {"value"} <= set(stages)


@pytest.mark.parametrize("key", [key for key, query in FILES.queries.items() if "period_steps" in query.sql])
def test_steps_that_are_not_over_are_left_out(key: str, traded: Connection):
    for period in PERIODS:
        since, now, width = traded.exec_driver_sql(
            "SELECT period_start(%s), sim_now(), period_step(%s)", (period, period)
        ).one()
        for step in ask(traded, key, period=period).column("step_utc"):
            assert since <= step <= now - width


def test_the_reader_chooses_from_every_city(traded: Connection):
    choices = ask(traded, "cities")
    assert choices.columns == ["name", "value"]
    assert choices.column("value") == ["All cities", "New York", "São Paulo", "London", "Berlin", "Sydney"]
