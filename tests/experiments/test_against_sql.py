"""A replication's figures are what the same run, written to PostgreSQL, answers when asked by SQL.

The questions are asked of the views where there is one and are those of db/figures.sql, confined to the window.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from sim.embedded.clients import connect
from sim.experiments.metrics import METRICS
from sim.experiments.replication import Conditions, replicate
from sim.markets import load_market
from sim.run.start import run_shop
from sim.settings import Given, resolve
from tests.experiments.small import BASELINE, EPOCH, job
from tests.integration.test_running import Shop

MARKET = load_market("international")
CONDITIONS = Conditions(EPOCH, 4.0, 1.5, MARKET, scale=0.05)
SETTINGS = {"speed": "max", "seed": "1", "scale": "0.05", "start": "2026-01-05T00:00Z", "duration": "4d"}

# :begins and :ends are the window, :days its length. Minutes in views are rounded to 0.01.
QUESTIONS = {
    "sessions_per_day": "SELECT count(*) / :days FROM sessions WHERE started_at >= :begins",
    "conversion_pct": """
        SELECT 100.0 * count(o.paid_at) / count(*)
        FROM sessions s LEFT JOIN carts c USING (session_id) LEFT JOIN orders o USING (cart_id)
        WHERE s.ended_at >= :begins""",
    "abandonment_pct": "SELECT 100.0 * avg(is_abandoned::int) FROM cart_abandonment WHERE closed_at >= :begins",
    "orders_per_day": "SELECT count(*) / :days FROM orders WHERE paid_at >= :begins",
    "revenue_per_day": "SELECT sum(total) / :days FROM orders WHERE paid_at >= :begins AND cancelled_at IS NULL",
    "fill_rate_pct": "SELECT 100.0 * avg(in_stock::int) FROM session_events WHERE occurred_at >= :begins",
    "promised_median_h": """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM promised_at - placed_at)::float) / 3600
        FROM orders WHERE paid_at >= :begins""",
    "late_pct": "SELECT 100.0 * avg(is_late::int) FROM order_cycle WHERE promised_at BETWEEN :begins AND :ends",
    "order_to_door_median_h": """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY delivery_minutes::float) / 60
        FROM delivery_times WHERE delivered_at >= :begins""",
    "order_to_door_p95_h": """
        SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY delivery_minutes::float) / 60
        FROM delivery_times WHERE delivered_at >= :begins""",
    "picker_wait_mean_min": """
        SELECT avg(pick_wait_minutes) FROM order_cycle JOIN orders USING (order_id) WHERE pick_started_at >= :begins""",
    "picker_wait_p95_min": """
        SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY pick_wait_minutes::float)
        FROM order_cycle JOIN orders USING (order_id) WHERE pick_started_at >= :begins""",
    "dock_wait_mean_min": "SELECT avg(dock_minutes) FROM delivery_times WHERE dispatched_at >= :begins",
    "dock_wait_p95_min": """
        SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY dock_minutes::float)
        FROM delivery_times WHERE dispatched_at >= :begins""",
    # On duty as docs/model.md has it: the warehouse's share of the network's pickers, one at least in an open hour.
    "picker_utilisation_pct": """
        WITH config AS (
            SELECT scale, scenario_config -> 'warehouse' -> 'pickers_by_hour' AS pickers FROM sim.runs
        ), share AS (
            SELECT * FROM unnest(CAST(:warehouses AS int[]), CAST(:shares AS float[])) AS s(warehouse_id, share)
        ), duty AS (
            SELECT sum(CASE WHEN people > 0 THEN greatest(1, round(people * scale * share)) ELSE 0 END) * 1800 AS s
            FROM config, share JOIN warehouses USING (warehouse_id) JOIN cities USING (city_id),
                 generate_series(CAST(:begins AS timestamptz), CAST(:ends AS timestamptz) - interval '30 minutes',
                                 interval '30 minutes') AS h,
                 LATERAL (SELECT (pickers ->> extract(hour FROM h AT TIME ZONE timezone)::int)::float AS people) p
        )
        SELECT 100.0 * sum(extract(epoch FROM coalesce(picked_at, :ends) - greatest(pick_started_at, :begins)))
             / (SELECT s FROM duty)
        FROM orders WHERE coalesce(picked_at, :ends) >= :begins AND pick_started_at IS NOT NULL""",
    "courier_utilisation_pct": """
        SELECT 100.0 * sum(busy_minutes) / sum(shift_minutes) FROM courier_utilisation WHERE hour >= :begins""",
    "couriers": "SELECT count(*) FROM couriers",
    "courier_hours_per_day": "SELECT sum(shift_minutes) / 60 / :days FROM courier_utilisation WHERE hour >= :begins",
    "cancelled_pct": "SELECT 100.0 * avg((cancelled_at IS NOT NULL)::int) FROM orders WHERE paid_at >= :begins",
    "returned_pct": """
        SELECT 100.0 * (SELECT count(*) FROM returns WHERE requested_at >= :begins)
             / (SELECT count(*) FROM orders JOIN order_items USING (order_id) WHERE delivered_at >= :begins)""",
    "rating_mean": "SELECT avg(rating) FROM reviews WHERE created_at >= :begins",
    "satisfaction_mean": """
        SELECT avg(satisfaction) FROM truth.customer_traits
        WHERE customer_id IN (SELECT customer_id FROM orders WHERE paid_at >= :begins)""",
}


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    return replicate(job(0, BASELINE, CONDITIONS)).figures


@pytest.fixture(scope="module")
def shop(postgres_url: str) -> Iterator[Connection]:
    """The same run in a database."""
    with Shop.in_new_database(postgres_url) as database:
        run_shop(resolve(Given(SETTINGS, {})), database.url, lambda _: None, threading.Event())
        with connect(database.url) as connection:
            yield connection


@pytest.fixture(scope="module")
def values() -> dict[str, object]:
    shares = {
        city.city_id * 10 + number: city.demand_share * warehouse.share
        for city in MARKET.cities
        for number, warehouse in enumerate(city.warehouses, start=1)
    }
    return {
        "begins": EPOCH + timedelta(days=CONDITIONS.warm_up_days),
        "ends": EPOCH + timedelta(days=CONDITIONS.days),
        "days": CONDITIONS.days - CONDITIONS.warm_up_days,
        "warehouses": list(shares),
        "shares": list(shares.values()),
    }


def test_every_metric_has_its_question():
    assert list(QUESTIONS) == [metric.name for metric in METRICS]


@pytest.mark.parametrize("metric", QUESTIONS)
def test_a_figure_is_what_sql_says(shop, figures, values, metric):
    answer = shop.execute(text(QUESTIONS[metric]), values).scalar_one()
    assert figures[metric] == pytest.approx(float(answer), rel=2e-4)
    assert answer > 0, "nothing happened: this proves nothing"
