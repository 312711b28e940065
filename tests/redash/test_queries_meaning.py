"""What the queries answer: by hand in the small world (its comments tell the story), by another way in a shop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine

from models.apply import apply_schema
from tests.contract.small_world import settle
from tests.redash.asking import ask, new_database, traded_shop

CITIES = ["New York", "São Paulo", "London", "Berlin", "Sydney"]


@pytest.fixture(scope="module")
def small_world(postgres_url: str) -> Iterator[Engine]:
    """The small world: change it only in transactions that are rolled back."""
    with new_database(postgres_url) as engine:
        with engine.connect() as connection:
            apply_schema(connection)
            settle(connection)
            connection.commit()
        yield engine


@pytest.fixture
def world(small_world: Engine) -> Iterator[Connection]:
    """A transaction on the small world that is rolled back."""
    with small_world.connect() as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def shop(postgres_url: str) -> Iterator[Connection]:
    """Tuesday, 12:00 UTC, after a day and a half."""
    with traded_shop(postgres_url) as connection:
        yield connection


def number(connection: Connection, sql: str) -> object:
    return connection.exec_driver_sql(sql).scalar_one()


# --- the small world --------------------------------------------------------------------------------------------------


def test_funnel(world: Connection):
    assert ask(world, "funnel").column("sessions") == [6, 6, 5, 4, 4, 3]
    assert ask(world, "funnel", "New York").column("sessions") == [2, 2, 1, 1, 1, 1]
    # Tuesday's visits: 301 left its cart, 401 and 102 paid, 302 found no lamp, and 202 is still there.
    assert ask(world, "funnel", period="Today").column("sessions") == [4, 4, 3, 2, 2, 2]


def test_conversion_is_paid_orders_over_visits_that_have_ended(world: Connection):
    assert ask(world, "funnel_rates").only["conversion_percent"] == Decimal("50.00")
    # New York's Tuesday began at 5:00 UTC: 102 and 302 were there on Monday evening.
    assert ask(world, "conversion_today", "New York").only["sessions"] == 0
    assert ask(world, "conversion_today").only["conversion_percent"] == Decimal("50.00")


def test_abandoned_carts_have_no_paid_order(world: Connection):
    answer = ask(world, "abandonment_by_step")
    assert [(row["step"], row["reason"]) for row in answer.rows if row["carts"]] == [
        ("Payment", "Payment declined"),
        ("Cart", "Price"),
    ]


def test_incidents_with_the_parcels_delivered_meanwhile(world: Connection):
    # Berlin's one parcel came in time on Monday at 12:00, before the strike of 13:00 to 15:00.
    found = ask(world, "incidents").rows
    assert [(row["incident"], row["place"], row["strength"], row["state"], row["origin"]) for row in found] == [
        ("Payment outage", "Berlin", "100 %", "Over", "Scenario"),
        ("Warehouse outage", "New York 1, New York", "", "Over", "By hand"),
        ("Courier strike", "Berlin", "100 %", "Over", "Scenario"),
    ]
    assert {(row["parcels_meanwhile"], row["late_meanwhile"]) for row in found} == {(0, "none yet")}
    assert [row["late_else"] for row in found] == ["0.0 %", "none yet", "0.0 %"]
    assert [row["place"] for row in ask(world, "incidents", "New York").rows] == ["New York 1, New York"]
    assert ask(world, "incidents", "London").column("incident") == ["None in this period"]
    assert ask(world, "incidents", period="Today").column("incident") == ["Payment outage", "Warehouse outage"]
    world.exec_driver_sql(
        "UPDATE sim.incidents SET began_at = '2026-01-05T11:30Z', ends_at = '2026-01-05T13:30Z' WHERE incident_id = 1"
    )
    [strike] = [row for row in ask(world, "incidents").rows if row["incident"] == "Courier strike"]
    assert (strike["parcels_meanwhile"], strike["late_meanwhile"], strike["late_else"]) == (1, "0.0 %", "none yet")


def test_carts_that_come_back(world: Connection):
    found = [row for row in ask(world, "cart_recovery").rows if row["carts"]]
    assert found == [{"span": "under 1 h", "result": "Ordered", "carts": 1}]
    rate = ask(world, "cart_recovery_rate").only
    assert (rate["abandoned_carts"], rate["won_back_percent"]) == (2, Decimal("50.0"))


def test_sales_today_count_from_local_midnight_and_leave_out_the_cancelled(world: Connection):
    sales = ask(world, "sales_today").only
    assert (sales["orders"], sales["revenue"]) == (1, Decimal("11.00"))
    assert sales["usual_revenue"] is None  # no city has a full day behind it


def test_a_cancelled_order_is_no_sale(world: Connection):
    world.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-01-06T04:00Z'")  # Monday, 23:00 in New York
    assert ask(world, "sales_today", "New York").only["orders"] == 0
    assert ask(world, "conversion_today", "New York").only["paid_orders"] == 1


def test_a_usual_day_is_the_mean_of_the_full_days_before(world: Connection):
    world.exec_driver_sql("UPDATE sim.runs SET epoch = epoch - interval '72 hours'")
    sales = ask(world, "sales_today").only
    # Berlin's full days are the 3rd to the 5th, on which it sold for 41.00; New York sold nothing.
    assert sales["usual_revenue"] == Decimal("13.67")
    assert sales["usual_order_value"] == Decimal("41.00")


def test_a_usual_day_counts_up_to_the_same_time_of_day(world: Connection):
    world.exec_driver_sql("UPDATE sim.runs SET epoch = epoch - interval '72 hours', sim_now = '2026-01-06T08:07Z'")
    assert ask(world, "sales_today", "Berlin").only["usual_revenue"] == 0  # Monday's order came at 8:08
    world.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-01-06T08:08Z'")
    assert ask(world, "sales_today", "Berlin").only["usual_revenue"] == Decimal("13.67")


def test_right_now(world: Connection):
    assert ask(world, "right_now").only == {"shoppers": 1, "open_orders": 1, "overdue_orders": 1, "couriers_out": 1}


def test_on_the_minute_of_the_promise_is_on_time(world: Connection):
    world.exec_driver_sql("UPDATE orders SET promised_at = delivered_at WHERE order_id = 101")
    assert ask(world, "delivery_summary").only["on_time_percent"] == 100
    assert ask(world, "late_by_hour_and_weekday").rows == []  # Redash fails to draw a heat map of zeros
    world.exec_driver_sql("UPDATE orders SET promised_at = delivered_at - interval '1 second' WHERE order_id = 101")
    assert ask(world, "delivery_summary").only["on_time_percent"] == 0
    late = [row for row in ask(world, "late_by_hour_and_weekday").rows if row["late_percent"]]
    assert [(row["weekday_name"], row["local_hour"], row["late_percent"]) for row in late] == [("Mon", "09", 100)]


def test_a_products_views_are_its_demand(world: Connection):
    rate = ask(world, "fill_rate").only
    assert (rate["product_views"], rate["missed_views"]) == (9, 1)
    assert ask(world, "fill_rate", "Berlin").only["fill_rate_percent"] == 100


def test_heat_maps_are_empty_rather_than_nothing_but_zeros(world: Connection):
    assert any(ask(world, "pickers_busy", "Berlin").column("pickers_busy"))
    assert any(ask(world, "late_by_hour_and_weekday").column("late_percent")) is False
    world.exec_driver_sql("UPDATE sim.runs SET sim_now = epoch, began_at = epoch")
    assert ask(world, "pickers_busy", "Atlantis").rows == []


# --- a shop: another way to the same number ---------------------------------------------------------------------------


def test_the_funnels_last_step_is_the_paid_orders(shop: Connection):
    assert ask(shop, "funnel").column("sessions")[-1] == number(shop, "SELECT count(paid_at) FROM orders")


@pytest.mark.parametrize(
    ("key", "column"),
    [
        ("delivery_summary", "parcels"),
        ("funnel_rates", "sessions"),
        ("fill_rate", "product_views"),
        ("customer_summary", "buyers"),
        ("warehouse_now", "products_sold_out"),
        ("warehouse_summary", "replenishments"),
        ("sales_today", "revenue"),
        ("on_time_today", "parcels"),
    ],
)
def test_the_cities_add_up(key: str, column: str, shop: Connection):
    parts = [Decimal(str(ask(shop, key, city).only[column])) for city in CITIES]
    assert any(parts)
    assert sum(parts) == ask(shop, key).only[column]


def test_on_time_agrees_with_the_analysts_view(shop: Connection):
    share = number(
        shop, "SELECT round(100 * avg((NOT is_late)::int), 1) FROM order_cycle WHERE delivered_at IS NOT NULL"
    )
    assert ask(shop, "delivery_summary").only["on_time_percent"] == share


def test_stages_fill_the_whole_time_from_order_to_door(shop: Connection):
    whole = {
        row.city: row.hours
        for row in shop.exec_driver_sql("SELECT city, avg(cycle_minutes) / 60 AS hours FROM order_cycle GROUP BY city")
    }
    for row in ask(shop, "delivery_stages").rows:
        stages = sum(value for name, value in row.items() if name.endswith("_hours"))  # type: ignore[misc]
        assert stages == pytest.approx(whole[row["city"]], abs=Decimal("0.03"))


def test_queues_are_what_stood_there_at_the_end_of_each_step(shop: Connection):
    for row in ask(shop, "order_queues").rows:
        entered, left = {
            "Waiting for a picker": ("paid_at", "pick_started_at"),
            "In work": ("pick_started_at", "packed_at"),
            "Waiting for a courier": ("packed_at", "dispatched_at"),
        }[str(row["state"])]
        there = shop.exec_driver_sql(
            f"SELECT count(*) FROM orders WHERE {entered} < %(end)s"
            f" AND coalesce({left}, cancelled_at, 'infinity') >= %(end)s",
            {"end": row["step_end_utc"]},
        ).scalar_one()
        assert row["orders"] == there, row


def test_an_hours_orders_are_those_placed_in_it(shop: Connection):
    answer = ask(shop, "orders_per_hour")
    assert len(answer.rows) == 36 * len(CITIES)
    assert sum(answer.column("orders")) == number(shop, "SELECT count(paid_at) FROM orders")  # type: ignore[arg-type]


def test_new_and_returning_are_all_the_orders_of_full_steps(shop: Connection):
    answer = ask(shop, "new_and_returning")
    assert {row["kind"] for row in answer.rows if row["orders"]} == {"New customers", "Returning customers"}
    assert sum(answer.column("orders")) == number(shop, "SELECT count(paid_at) FROM orders")  # type: ignore[arg-type]


def test_cohorts_keep_within_their_size(shop: Connection):
    for key, day in (("daily_cohorts", "day_number"), ("weekly_cohorts", "week_number")):
        for row in ask(shop, key).rows:
            assert row["cohort_size"] >= row["customers"]  # type: ignore[operator]
            assert (row["cohort_size"] == row["customers"]) or row[day] != 1


def test_stock_cover_counts_every_product_of_every_warehouse_once(shop: Connection):
    answer = ask(shop, "stock_cover")
    assert sum(answer.column("products")) == number(shop, "SELECT count(*) FROM inventory")  # type: ignore[arg-type]
    sold_out = sum(row["products"] for row in answer.rows if row["band"] == "sold out")  # type: ignore[misc]
    assert sold_out == ask(shop, "warehouse_now").only["products_sold_out"]


def test_time_out_of_stock_agrees_with_the_analysts_view(shop: Connection):
    percent = sum(ask(shop, "stockouts_by_category").column("out_of_stock_percent"))  # type: ignore[arg-type]
    minutes = """
        SELECT sum(100 * s.minutes / (c.products * 36 * 60 * (SELECT count(*) FROM warehouses)))
        FROM (SELECT category, sum(minutes) AS minutes FROM stockouts GROUP BY category) s
        JOIN (SELECT ca.name AS category, count(*) AS products
              FROM products JOIN categories ca USING (category_id) GROUP BY ca.name) c USING (category)
    """
    assert percent == pytest.approx(number(shop, minutes), abs=Decimal("0.1"))


def test_utilisation_agrees_with_the_analysts_view(shop: Connection):
    hours = {row["local_hour"]: row for row in ask(shop, "courier_utilisation").rows}
    sql = "SELECT local_hour, 100 * sum(busy_minutes) / sum(shift_minutes) FROM courier_utilisation GROUP BY local_hour"
    seen = 0
    for local_hour, percent in shop.exec_driver_sql(sql):
        if hours[local_hour]["utilisation_percent"] is not None:
            assert hours[local_hour]["utilisation_percent"] == pytest.approx(percent, abs=Decimal("0.1"))
            seen += 1
    assert seen > 12


def test_a_period_ends_now_and_begins_where_it_says(shop: Connection):
    day = ask(shop, "delivery_summary", period="Last 24 hours").only["parcels"]
    sql = "SELECT count(*) FROM orders WHERE delivered_at >= sim_now() - interval '24 hours'"
    assert day == number(shop, sql)
    assert day != ask(shop, "delivery_summary").only["parcels"]
    now, epoch = shop.exec_driver_sql("SELECT sim_now(), epoch FROM sim.runs").one()
    assert now - epoch == timedelta(hours=36)
