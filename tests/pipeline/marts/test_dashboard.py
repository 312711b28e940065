"""What the dashboard "Marts" asks of MySQL, asked here of the same marts in DuckDB (MySQL itself: tests/system)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
import sqlglot

from dashboards.files import load
from pipeline.marts.catalogue import marts
from redash.publisher.parts import MARTS, PIPELINE, SHOP
from tests.pipeline.marts.shops import Seen

FILES = load(MARTS.folder)
SERVED = """
CREATE TEMP TABLE served AS SELECT 'cohorts' AS mart, TIMESTAMP '2026-01-08 14:00:00' AS as_of, 7 AS rows_served,
    'spark 4' AS engine, 1.26 AS seconds, TIMESTAMP '2026-11-30 10:00:00' AS served_at
"""


def shown() -> dict[str, set[str]]:
    """The columns that are shown of each query."""
    found: dict[str, set[str]] = {}
    for file in FILES.dashboards.values():
        for widget in file.dashboard.widgets:
            if widget.query and widget.visualization:
                options = widget.visualization.options
                names = {value for option, value in options.items() if re.fullmatch(r".+(ColName|Column)", option)}
                names |= set(options.get("columnMapping", ())) | {each["name"] for each in options.get("columns", ())}
                found.setdefault(widget.query, set()).update(names)
    return found


class Asked:
    """The questions' answers, and the columns of the latest one."""

    columns: list[str]

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __call__(self, key: str) -> list[dict[str, Any]]:
        [statement] = sqlglot.transpile(FILES.queries[key].sql, read="mysql", write="duckdb")
        return self.sql(statement)

    def sql(self, statement: str) -> list[dict[str, Any]]:
        answer = self._connection.execute(statement)
        self.columns = [column[0] for column in answer.description or ()]
        return [dict(zip(self.columns, row, strict=True)) for row in answer.fetchall()]


@pytest.fixture
def asked(seen: Seen) -> Iterator[Asked]:
    with duckdb.connect(str(seen.marts_later), read_only=True) as connection:
        connection.execute(SERVED)
        yield Asked(connection)


@pytest.mark.parametrize("key", FILES.queries)
def test_every_question_is_shown_and_answered_with_what_is_shown(asked: Asked, key: str):
    assert asked(key) or key == "bought_together", "so small a shop has hardly a pair twice"
    assert shown()[key] <= set(asked.columns)


def test_the_publisher_waits_for_all_that_is_asked():
    known = {mart.name for mart in marts()}
    named = {name for query in FILES.queries.values() for name in known if re.search(rf"\b{name}\b", query.sql)}
    waited_for = {name for name in known if f"'{name}'" in MARTS.has_settled}
    assert waited_for == named
    assert f"COUNT(*) = {len(named)} " in MARTS.has_settled


def test_no_part_has_a_key_of_another():
    keys = [
        key for part in (SHOP, PIPELINE, MARTS) for key in (*load(part.folder).queries, *load(part.folder).dashboards)
    ]
    assert len(keys) == len(set(keys))


def test_the_figures_of_the_week_are_those_of_complete_days(asked: Asked):
    [week] = asked("week_in_figures")
    [(orders, revenue)] = [
        tuple(row.values())
        for row in asked.sql("""
        SELECT SUM(orders), SUM(revenue) FROM average_check WHERE is_complete""")
    ]  # three days of it: all are of the week
    assert (week["orders"], week["revenue"]) == (orders, revenue)
    assert float(week["average_check"]) == pytest.approx(float(revenue / orders), abs=0.006)
    assert 0 < week["first_orders_percent"] < 100
    assert 50 < week["on_time_percent"] <= 100


def test_parts_add_up_to_the_whole(asked: Asked):
    [whole] = asked.sql("""
        SELECT (SELECT COUNT(*) FROM customer_behaviour WHERE orders > 0) AS customers,
               (SELECT SUM(late) FROM delivery_service) AS late,
               (SELECT SUM(sessions) FROM funnel_daily) AS visits""")
    assert sum(row["customers"] for row in asked("rfm_segments")) == whole["customers"]
    assert sum(row["customers"] for row in asked("orders_a_customer")) == whole["customers"]
    assert sum(row["late"] for row in asked("where_late")) == whole["late"]
    assert sum(row["visits"] for row in asked("conversion_by_channel")) == whole["visits"]
    for name in ("customers_percent", "revenue_percent"):
        assert sum(float(row[name]) for row in asked("rfm_segments")) == pytest.approx(100, abs=0.5)


def test_the_day_of_the_checks_is_one_for_all_cities(asked: Asked):
    rows = asked("checks_of_a_day")
    cities = asked.sql("SELECT DISTINCT city FROM average_check")
    assert {row["city"] for row in rows} == {row["city"] for row in cities}
    assert all(row["lower_quartile"] <= row["median"] <= row["upper_quartile"] for row in rows)
