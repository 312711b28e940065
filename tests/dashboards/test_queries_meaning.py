"""What the queries answer: by hand in the small world (its comments tell the story), by another way in a shop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine

from db.apply import apply_schema
from tests.contract.small_world import settle
from tests.dashboards.asking import ask, new_database, reading, trade, traded_shop

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
    # From the bottom up, as horizontal bars are drawn.
    assert ask(world, "funnel").column("sessions") == [3, 4, 4, 5, 6, 6]
    assert ask(world, "funnel").column("told")[:2] == ["Paid<br>3 · 50.0 %", "Placed the order<br>4 · 66.7 %"]
    assert ask(world, "funnel", "New York").column("sessions") == [1, 1, 1, 1, 2, 2]
    # Tuesday's visits: 301 left its cart, 401 and 102 paid, 302 found no lamp, and 202 is still there.
    assert ask(world, "funnel", period="Today").column("sessions") == [2, 2, 2, 3, 4, 4]


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
    # Berlin's one parcel of Monday was promised for 12:30, before the strike of 13:00 to 15:00; that of Tuesday, for
    # 14:00, has not come, and was due two hours before the payment outage.
    found = ask(world, "incidents").rows
    assert [(row["incident"], row["place"], row["strength"], row["state"], row["origin"]) for row in found] == [
        ("Payment outage", "Berlin", "100 %", "Over", "Scenario"),
        ("Warehouse outage", "New York 1, New York", "", "Over", "By hand"),
        ("Courier strike", "Berlin", "100 %", "Over", "Scenario"),
    ]
    assert {(row["promised_meanwhile"], row["late_meanwhile"]) for row in found} == {("0", "none due")}
    assert [row["late_else"] for row in found] == ["50.0 %", "none due", "50.0 %"]
    assert [row["place"] for row in ask(world, "incidents", "New York").rows] == ["New York 1, New York"]
    [none] = ask(world, "incidents", "London").rows
    assert {none.pop("incident"), *none.values()} == {"None in this period", ""}
    assert ask(world, "incidents", period="Today").column("incident") == ["Payment outage", "Warehouse outage"]
    world.exec_driver_sql(
        "UPDATE sim.incidents SET began_at = '2026-01-06T13:30Z', ends_at = '2026-01-06T21:00Z' WHERE incident_id = 1"
    )
    [strike] = [row for row in ask(world, "incidents").rows if row["incident"] == "Courier strike"]
    assert (strike["promised_meanwhile"], strike["late_meanwhile"], strike["late_else"]) == ("1", "100.0 %", "0.0 %")


def test_carts_that_come_back(world: Connection):
    found = [row for row in ask(world, "cart_recovery").rows if row["carts"]]
    assert found == [{"span": "under 1 h", "result": "Ordered", "carts": 1}]
    rate = ask(world, "cart_recovery_rate").only
    assert (rate["abandoned_carts"], rate["won_back_percent"]) == (2, Decimal("50.0"))


def test_scores_are_in_the_order_of_numbers_and_not_of_words(world: Connection):
    scores = ask(world, "survey_scores")
    assert scores.column("score") == [str(score) for score in range(11)]
    assert [row for row in scores.rows if row["answers"]] == [{"score": "9", "who": "Promoters", "answers": 1}]


def test_sales_today_count_from_local_midnight_and_leave_out_the_cancelled(world: Connection):
    sales = ask(world, "sales_today").only
    assert (sales["orders"], sales["revenue"]) == (1, Decimal("11.00"))
    assert sales["usual_revenue"] is None  # no city has a full day behind it
    assert (sales["revenue_shown"], sales["usual_revenue_shown"]) == ("USD\u00a011", "no\u00a0usual\u00a0day\u00a0yet")
    assert (sales["against_usual_percent"], sales["against_usual_goal"]) == ("none yet", None)


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
    assert (sales["revenue_shown"], sales["usual_revenue_shown"]) == ("USD\u00a011", "usual\u00a014")
    assert (sales["order_value_shown"], sales["usual_order_value_shown"]) == ("USD\u00a011.00", "usual\u00a041.00")
    assert (sales["against_usual_percent"], sales["against_usual_goal"]) == (pytest.approx(-19.5), 0)


def test_money_is_told_in_the_shops_currency(world: Connection):
    world.exec_driver_sql("UPDATE sim.runs SET currency = 'RUB'")
    assert ask(world, "sales_today").only["revenue_shown"] == "RUB\u00a011"
    for key in ("cities_today", "best_sellers_today"):
        assert set(ask(world, key).column("currency")) == {"RUB"}
    assert set(ask(world, "revenue_by_category_today").column("money")) == {"Revenue, RUB"}
    assert set(ask(world, "loyalty_tiers").column("money")) == {"Revenue a customer, RUB"}
    series = set(ask(world, "revenue_per_hour").column("series"))
    assert series - {"Incident"} == {"Last 24 hours, RUB", "Usual, RUB"}


def test_a_supply_that_was_due_and_has_not_come_is_marked(world: Connection):
    # New York's three lamps are due on Tuesday at 21:00; the sale of two lamps was cancelled, so make it a sale.
    sale = "UPDATE orders SET cancelled_at = NULL, cancel_reason = NULL, status = 'paid' WHERE order_id = 102"
    world.exec_driver_sql(sale)
    [lamp] = ask(world, "stock_at_risk", "New York").rows
    assert (lamp["units_on_the_way"], lamp["due_utc"]) == (3, "2026-01-06 21:00")
    world.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-01-06T21:01Z' WHERE run_id = 2")
    assert ask(world, "stock_at_risk", "New York").only["due_utc"] == "2026-01-06 21:00 (overdue)"


def test_a_usual_day_counts_up_to_the_same_time_of_day(world: Connection):
    world.exec_driver_sql("UPDATE sim.runs SET epoch = epoch - interval '72 hours', sim_now = '2026-01-06T08:07Z'")
    assert ask(world, "sales_today", "Berlin").only["usual_revenue"] == 0  # Monday's order came at 8:08
    world.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-01-06T08:08Z'")
    assert ask(world, "sales_today", "Berlin").only["usual_revenue"] == Decimal("13.67")


def test_right_now(world: Connection):
    assert ask(world, "right_now").only == {"shoppers": 1, "open_orders": 1, "overdue_orders": 1, "couriers_out": 1}


def test_what_is_overdue_and_not_there_is_late(world: Connection):
    # Of two parcels promised one came in time, and one promised for Tuesday, 14:00, has not come at 20:00.
    summary = ask(world, "delivery_summary").only
    assert [summary[name] for name in ("parcels", "promises", "on_time_percent")] == [1, 2, 50]
    assert ask(world, "on_time_today", "Berlin").only["on_time_percent"] == 0
    assert ask(world, "on_time_today", "New York").only["goal_percent"] is None  # nothing is due there
    cities = {row["city"]: row for row in ask(world, "cities_today").rows}
    assert [cities["Berlin"][name] for name in ("on_time", "overdue_now", "punctuality")] == [
        "0.0 %", 1, "Below 90 % on time",
    ]  # fmt: skip
    assert cities["New York"]["punctuality"] == "Nothing due yet"
    assert [(row["courier"], row["parcels"], row["late_percent"]) for row in ask(world, "couriers").rows] == [
        ("Ada Swift", 1, 50)
    ]
    late = [row for row in ask(world, "punctuality_over_time").rows if row["parcels"]]
    assert [(str(row["step_utc"])[:16], row["punctuality"]) for row in late if not row["incident"]] == [
        ("2026-01-05 12:00", "On time"),
        ("2026-01-06 12:00", "Late"),
    ]


def test_on_the_minute_of_the_promise_is_on_time(world: Connection):
    world.exec_driver_sql("UPDATE orders SET promised_at = delivered_at WHERE order_id = 101")
    assert ask(world, "delivery_summary").only["on_time_percent"] == 50
    world.exec_driver_sql("UPDATE orders SET promised_at = delivered_at - interval '1 second' WHERE order_id = 101")
    assert ask(world, "delivery_summary").only["on_time_percent"] == 0


def test_steps_with_an_incident_are_marked_over_everything_else(world: Connection):
    # Monday's strike lasted from 13:00 to 15:00 and Tuesday's outage from 16:00 to 17:00: six hours begin at 12:00.
    marked = [row for row in ask(world, "punctuality_over_time", "Berlin").rows if row["punctuality"] == "Incident"]
    assert [(str(row["step_utc"])[:16], row["parcels"], row["incident"]) for row in marked] == [
        ("2026-01-05 12:00", 1, "Courier strike, Berlin"),
        ("2026-01-06 12:00", 1, "Payment outage, Berlin"),
    ]
    row = next(row for row in ask(world, "delivery_percentiles", "Berlin").rows if row["median_hours"])
    assert (row["p95_hours"], row["incident_at"], row["incident"]) == (
        Decimal("3.87"), Decimal("3.87"), "Courier strike, Berlin",
    )  # fmt: skip


def few_parcels(connection: Connection, number: int) -> None:
    """Copies of order 101, late by a second, until there are so many."""
    columns = ", ".join(
        connection.exec_driver_sql(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0 AND attname NOT IN"
            " ('order_id', 'cart_id', 'promised_at')"
        ).scalars()
    )
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # the copies have no carts
    late = "UPDATE orders SET promised_at = delivered_at - interval '1 second' WHERE order_id = 101"
    connection.exec_driver_sql(late)
    connection.exec_driver_sql(
        f"INSERT INTO orders (order_id, cart_id, promised_at, {columns}) SELECT 1000 + 100 * n + 1, 1000 + 100 * n + 1,"
        f" promised_at, {columns} FROM orders, generate_series(2, {number}) AS n WHERE order_id = 101"
    )


@pytest.mark.parametrize(("parcels", "shown"), [(9, []), (10, [("Mon", "09", 100)])])
def test_a_share_of_few_parcels_is_no_colour_of_the_heat_map(
    parcels: int, shown: list[tuple[str, str, int]], world: Connection
):
    few_parcels(world, parcels)
    cells = ask(world, "late_by_hour_and_weekday").rows
    assert len(cells) == (7 * 24 if shown else 0)  # Redash fails to draw a heat map without a number
    told = [row for row in cells if row["late_percent"] != " "]
    assert [(row["weekday_name"], row["local_hour"], row["late_percent"]) for row in told] == shown


def test_a_products_views_are_its_demand(world: Connection):
    rate = ask(world, "fill_rate").only
    assert (rate["product_views"], rate["missed_views"]) == (9, 1)
    assert ask(world, "fill_rate", "Berlin").only["fill_rate_percent"] == 100


def test_heat_maps_are_empty_rather_than_nothing_but_zeros(world: Connection):
    assert any(ask(world, "pickers_busy", "Berlin").column("pickers_busy"))
    assert ask(world, "late_by_hour_and_weekday").rows == []
    world.exec_driver_sql("UPDATE sim.runs SET sim_now = epoch, began_at = epoch")
    assert ask(world, "pickers_busy", "Atlantis").rows == []


# --- a shop: another way to the same number ---------------------------------------------------------------------------


def test_the_funnels_last_step_is_the_paid_orders(shop: Connection):
    assert ask(shop, "funnel").column("sessions")[0] == number(shop, "SELECT count(paid_at) FROM orders")


@pytest.mark.parametrize(
    ("key", "column"),
    [
        ("delivery_summary", "parcels"),
        ("delivery_summary", "promises"),
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
        shop, "SELECT round(100 * avg((NOT is_late)::int), 1) FROM order_cycle WHERE promised_at < sim_now()"
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
            assert row["cohort_size"] >= (row["customers"] or 0)  # type: ignore[operator]
            assert row[day] != 0  # the first order itself


def test_a_young_shop_has_cohorts_that_wait_for_their_first_full_step(shop: Connection):
    # On Tuesday at noon no week is over, and of days only those before it: nobody has had a full day after Monday.
    assert {(row["week_number"], row["customers"]) for row in ask(shop, "weekly_cohorts").rows} == {(None, None)}
    days = {str(row["cohort_day"]): row for row in ask(shop, "daily_cohorts").rows}
    assert days["2026-01-05"]["cohort_size"] > 0  # type: ignore[operator]
    assert {days[day]["day_number"] for day in ("2026-01-05", "2026-01-06")} == {None}


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


# --- a strike: the figures of those who wait for their parcels get worse ----------------------------------------------

STRIKE = """\
incidents:
  - {kind: courier_strike, after_hours: 34, hours: 12, strength: 1.0}
"""


@pytest.fixture(scope="module")
def strike(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Connection]]:
    """Tuesday, 18:00 UTC: a usual one, and the same with all couriers on strike since 10:00."""
    scenario = tmp_path_factory.mktemp("scenario") / "strike.yaml"
    scenario.write_text(STRIKE)
    with ExitStack() as shops:
        found = {}
        for name in ("baseline", str(scenario)):
            engine = shops.enter_context(new_database(postgres_url))
            trade(engine.url, timedelta(hours=42), 0.03, name)
            found["strike" if name != "baseline" else name] = shops.enter_context(reading(engine))
        yield found


@pytest.mark.parametrize(("key", "period"), [("on_time_today", "Today"), ("delivery_summary", "Today")])
def test_a_strike_makes_the_on_time_figure_worse(key: str, period: str, strike: dict[str, Connection]):
    usual, struck = (ask(strike[name], key, period=period).only for name in ("baseline", "strike"))
    assert usual["on_time_percent"] - struck["on_time_percent"] > 10  # type: ignore[operator]


def test_a_strikes_own_row_is_worse_than_the_time_else(strike: dict[str, Connection]):
    [row] = ask(strike["strike"], "incidents").rows
    meanwhile, otherwise = (float(str(row[name]).removesuffix(" %")) for name in ("late_meanwhile", "late_else"))
    assert meanwhile > otherwise + 20
    assert ask(strike["strike"], "right_now").only["overdue_orders"] > 0  # type: ignore[operator]


def test_the_hours_of_a_strike_are_marked(strike: dict[str, Connection]):
    for key, column in (("orders_per_hour", "hour_utc"), ("order_queues", "step_end_utc")):
        marked = [row for row in ask(strike["strike"], key, period="Today").rows if row["incident"]]
        first = datetime(2026, 1, 6, 11 if column == "step_end_utc" else 10, tzinfo=UTC)
        assert [row[column] for row in marked] == [first + n * timedelta(hours=1) for n in range(8)], key
        assert {row["incident"] for row in marked} == {"Courier strike, all cities"}
    assert [row["incident"] for row in ask(strike["baseline"], "orders_per_hour").rows if row["incident"]] == []
