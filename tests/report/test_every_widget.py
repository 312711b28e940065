"""Every widget of every dashboard, drawn from a shop that has traded, and from one in which nothing has happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine

from dashboards.dashboard_file import DashboardFile
from dashboards.files import load
from report.choices import choose
from report.drawing import Card, Chart, Nothing, Section
from report.queries import reading
from report.sections import section_of
from tests.dashboards.asking import new_database, trade
from tests.report.drawn import Paper

FILES = load()
BOARDS = pytest.mark.parametrize("file", FILES.dashboards.values(), ids=FILES.dashboards)
YOUNG = {"late_by_hour_and_weekday"}  # a hundred parcels make no share of an hour of the week
MARKS = ("rect", "line", "area", "symbol", "arc", "shape", "rule")


def drawn(engine: Engine, file: DashboardFile, **given: str) -> Section:
    with reading(engine) as asker:
        return section_of(file, FILES, choose(FILES, given), asker)


def cards(section: Section) -> Iterator[Card]:
    yield from (placed.item for placed in section.placed if isinstance(placed.item, Card))


@BOARDS
def test_all_widgets_have_a_picture_in_the_order_of_the_page(file: DashboardFile, traded: Engine):
    section = drawn(traded, file)
    assert len(section.placed) == len(file.dashboard.widgets)
    assert [(placed.row, placed.col) for placed in section.placed] == sorted(
        (placed.row, placed.col) for placed in section.placed
    )
    empty = [card.key for card in cards(section) if isinstance(card.drawing, Nothing)]
    assert [key for key in empty if not any(query in key for query in YOUNG)] == []
    assert len({card.key for card in cards(section)}) == sum(w.query is not None for w in file.dashboard.widgets)


@BOARDS
def test_every_chart_has_marks_and_says_what_it_is(file: DashboardFile, traded: Engine):
    for card in cards(drawn(traded, file, period="Everything")):
        if isinstance(card.drawing, Chart):
            paper = Paper.of(card.drawing)
            assert any(paper.marks(kind) for kind in MARKS), card.key
            assert card.question in card.drawing.description
            assert paper.width > 100, card.key
            assert paper.height > 60, card.key


@BOARDS
def test_one_city_and_another_period_can_be_drawn(file: DashboardFile, traded: Engine):
    section = drawn(traded, file, city="Berlin", period="Today")
    assert section.asked.startswith("City: Berlin")
    sql = " ".join(card.sql for card in cards(section))
    assert "cities_named('Berlin')" in sql
    assert "{{" not in sql


@BOARDS
def test_axes_of_time_say_utc(file: DashboardFile, traded: Engine):
    said = 0
    for card in cards(drawn(traded, file)):
        if isinstance(card.drawing, Chart) and '"type": "temporal"' in str(card.drawing.spec).replace("'", '"'):
            assert any(title.endswith("(UTC)") for title in Paper.of(card.drawing).titles), card.key
            said += 1
    assert said or file.key not in {"shop_today", "delivery", "funnel_and_carts"}


@pytest.fixture(scope="module")
def opened(postgres_url: str) -> Iterator[Engine]:
    """A shop that opened a second ago."""
    with new_database(postgres_url) as engine:
        trade(engine.url, timedelta(seconds=1), 0.03)
        yield engine


@BOARDS
def test_a_shop_that_has_just_opened_can_be_drawn(file: DashboardFile, opened: Engine):
    for card in cards(drawn(opened, file)):
        if isinstance(card.drawing, Chart):
            Paper.of(card.drawing)


def test_the_numbers_drawn_are_those_in_the_database(traded: Engine):
    delivery = FILES.dashboards["delivery"]
    (card,) = [each for each in cards(drawn(traded, delivery)) if "punctuality" in each.key]
    assert isinstance(card.drawing, Chart)
    rows = pd.DataFrame(card.drawing.spec["data"]["values"])
    since, until = rows["x"].min(), rows["until"].max()
    asked = """
        SELECT CASE WHEN delivered_at <= promised_at THEN 'On time' ELSE 'Late' END, count(*) FROM orders
        WHERE promised_at >= %s AND promised_at < date_trunc('hour', %s::timestamptz) + interval '1 hour'
          AND cancelled_at IS NULL
        GROUP BY 1
    """
    with traded.connect() as connection:
        counted = {str(name): float(n) for name, n in connection.exec_driver_sql(asked, (since, until))}
    assert rows.groupby("series")["y"].sum().to_dict() == counted
