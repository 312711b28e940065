"""What the figures of realism ask of a week's rows: every row once, and a number of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import isfinite

import pandas as pd
import pytest
from sqlalchemy import Connection

from sim.calibration.realism import (
    channels,
    couriers,
    customers,
    days,
    doors,
    identity,
    measuring,
    money,
    places,
    products,
    reviews,
    visits,
)
from sim.calibration.realism.figure import Figure
from sim.calibration.realism.measuring import FIGURES, measure_realism, selected

# A query, the column that counts its rows where one row stands for several, and how many there should be.
WHOLE = [
    (customers.VISITS, None, "sessions WHERE customer_id IS NOT NULL"),
    (customers.PURCHASES, None, "orders WHERE paid_at IS NOT NULL"),
    (products.VIEWS, "views", "session_events WHERE event_type = 'product_view'"),
    (products.ADDED, "added", "session_events WHERE event_type = 'add_to_cart'"),
    (couriers.LEGS, None, "delivery_attempts"),
    (doors.ATTEMPTS, None, "delivery_attempts"),
    (couriers.GAPS, None, "trips"),
    (days.VISITS, "visits", "sessions"),
    (days.ORDERS, "orders", "orders WHERE paid_at IS NOT NULL"),
    (days.RECEIPTS, None, "replenishments WHERE received_at IS NOT NULL"),
    (channels.VISITS, "visits", "sessions"),
    (visits.EMAILS, "visits", "sessions WHERE channel = 'email'"),
    (identity.ORDERS, "orders", "orders"),
    (places.ADDRESSES, None, "addresses"),
    (money.PAYMENTS, None, "payments WHERE status <> 'refunded'"),
    (money.BASKETS, None, "orders"),
    (reviews.REVIEWS, None, "reviews"),
    (reviews.RETURNS, None, "returns"),
]
TOO_FEW = {"largest_lift", "not_at_home_by_hour"}
"""Figures for which a week at a fifth of the size may have too few rows."""


Rows = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="module")
def rows(week: Connection) -> Rows:
    """What a query selects of the week, asked once."""
    return cache(lambda query: selected(week, query))


@pytest.mark.parametrize(("query", "column", "source"), WHOLE, ids=[f"{source[:40]}" for _, _, source in WHOLE])
def test_a_query_has_every_row_once(week: Connection, rows: Rows, query: str, column: str | None, source: str):
    expected = week.exec_driver_sql(f"SELECT count(*) FROM {source}").scalar_one()
    assert expected > 0
    assert (len(rows(query)) if column is None else rows(query)[column].sum()) == expected


@pytest.mark.parametrize("figure", FIGURES, ids=[figure.name for figure in FIGURES])
def test_a_figure_is_a_number(rows: Rows, figure: Figure):
    found = rows(figure.rows)
    if figure.days <= 7 and figure.name not in TOO_FEW:
        assert isfinite(figure.value(found))


def test_what_is_held_holds_in_a_first_week_too(week: Connection):
    held = [figure for figure in FIGURES if figure.held]
    assert [f"{one.figure.name}: {one.shown}" for one in measure_realism(week, held) if one.misses] == []


def test_rows_that_several_figures_ask_for_are_read_once(week: Connection, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def select(connection: Connection, query: str) -> pd.DataFrame:
        asked.append(query)
        return selected(connection, query)

    monkeypatch.setattr(measuring, "selected", select)
    one, other = visits.FIGURES[0], money.FIGURES[0]
    one_again, too_early = replace(one, name="one_again"), replace(one, name="too_early", rows="SELECT", days=99)
    values = [found.value for found in measure_realism(week, [one, other, too_early, one_again])]
    assert asked == [one.rows, other.rows]
    assert values[0] == values[3] is not None
    assert values[2] is None
