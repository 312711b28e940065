"""The analysts' views against what can be counted by hand in the small world (its comments tell the story)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from db.schema_docs import view_comments


def rows(connection: Connection, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(sql)]


def test_revenue_by_category_as_a_beginner_asks_for_it(shop: Connection):
    found = rows(shop, "SELECT category, SUM(price * quantity) FROM order_lines GROUP BY category ORDER BY 1")
    assert found == [("Home", Decimal("20.00")), ("Kitchen", Decimal("28.00"))]


def test_order_lines_are_the_sales_of_orders(shop: Connection):
    sql = "SELECT order_id, line_no, product, amount, city, warehouse, channel, status FROM order_lines ORDER BY 1, 2"
    assert rows(shop, sql) == [
        (101, 1, "Lamp", Decimal("20.00"), "Berlin", "Berlin 1", "direct", "delivered"),
        (101, 2, "Cup", Decimal("20.00"), "Berlin", "Berlin 1", "direct", "delivered"),
        (401, 1, "Cup", Decimal("8.00"), "Berlin", "Berlin 1", "email", "dispatched"),
    ]
    local = rows(shop, "SELECT DISTINCT ordered_at_local::text FROM order_lines WHERE order_id = 101")
    assert local == [("2026-01-05 09:08:00",)]


def test_funnel_daily(shop: Connection):
    zero = Decimal(0)
    sql = "SELECT * FROM funnel_daily ORDER BY day, city, channel, device"
    assert rows(shop, sql) == [
        (date(2026, 1, 5), "Berlin", "direct", "mobile", 1, 1, 1, 1, 1, 1, Decimal("41.00"), True),
        (date(2026, 1, 5), "Berlin", "search", "desktop", 1, 1, 1, 1, 1, 0, zero, True),
        (date(2026, 1, 5), "New York", "direct", "mobile", 1, 1, 1, 1, 1, 1, zero, True),
        (date(2026, 1, 5), "New York", "social", "desktop", 1, 1, 0, 0, 0, 0, zero, True),
        (date(2026, 1, 6), "Berlin", "direct", "mobile", 1, 1, 1, 0, 0, 0, zero, False),
        (date(2026, 1, 6), "Berlin", "email", "mobile", 1, 1, 1, 1, 1, 1, Decimal("11.00"), False),
        (date(2026, 1, 6), "New York", "ads", "tablet", 1, 1, 0, 0, 0, 0, zero, False),
    ]


def test_a_visit_just_begun_is_not_browsing_yet(shop: Connection):
    shop.exec_driver_sql("DELETE FROM session_events WHERE session_id = 202 AND seq = 2")
    sql = "SELECT sessions, browsing_sessions FROM funnel_daily WHERE channel = 'ads'"
    assert rows(shop, sql) == [(1, 0)]


def test_cart_abandonment(shop: Connection):
    sql = """SELECT cart_id, is_abandoned, abandon_reason, open_minutes::int, checkout_submitted, units, cart_value,
                    local_hour, local_weekday FROM cart_abandonment ORDER BY created_at"""
    assert rows(shop, sql) == [
        (101, False, None, 8, True, 5, Decimal("40.00"), 9, 1),
        (201, True, "payment", 8, True, 1, Decimal("50.00"), 9, 1),
        (102, False, None, 8, True, 2, Decimal("40.00"), 21, 1),
        (301, True, "price", 7, False, 2, Decimal("8.00"), 10, 2),
        (401, False, None, 10, True, 2, Decimal("8.00"), 11, 2),
    ]
    shop.exec_driver_sql(
        "UPDATE carts SET status = 'open', closed_at = NULL, abandon_reason = NULL WHERE cart_id = 301"
    )
    assert rows(shop, "SELECT is_abandoned, open_minutes::int FROM cart_abandonment WHERE cart_id = 301") == [
        (None, 657)
    ]


def test_order_cycle(shop: Connection):
    sql = """SELECT order_id, payment_minutes::int, pick_wait_minutes::int, pick_minutes::int, pack_wait_minutes::int,
                    pack_minutes::int, dock_minutes::int, road_minutes::int, cycle_minutes::int, is_open,
                    age_minutes::int, is_late FROM order_cycle ORDER BY placed_at"""
    assert rows(shop, sql) == [
        (101, 2, 50, 10, 5, 5, 100, 60, 232, False, 232, False),
        (201, None, None, None, None, None, None, None, None, False, 2, None),
        (102, 2, None, None, None, None, None, None, None, False, 52, None),
        (401, 2, 10, 10, 0, 10, 80, None, None, True, 592, True),
    ]


def test_an_open_order_may_still_be_in_time(shop: Connection):
    shop.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-01-06T14:00Z' WHERE run_id = 2")
    assert rows(shop, "SELECT is_late FROM order_cycle WHERE order_id = 401") == [(None,)]
    assert rows(shop, "SELECT is_late FROM delivery_times WHERE order_id = 401") == [(None,)]


def test_delivery_times(shop: Connection):
    sql = """SELECT order_id, city, courier, vehicle, delivery_minutes::int, dock_minutes::int, road_minutes::int,
                    promised_minutes::int, late_minutes::int, is_late, local_hour, local_weekday, attempts
             FROM delivery_times ORDER BY placed_at"""
    assert rows(shop, sql) == [
        (101, "Berlin", "Ada Swift", "van", 232, 100, 60, 262, -30, False, 9, 1, 1),
        (401, "Berlin", "Ada Swift", "van", None, 80, None, 232, None, True, 11, 2, 1),
    ]


def due(shop: Connection) -> list[tuple[object, ...]]:
    return rows(shop, "SELECT order_id, is_late, is_overdue, late_minutes::int FROM promises_due ORDER BY promised_at")


def test_promises_due(shop: Connection):
    # 101 came half an hour early; 401, promised for 14:00, is still on its way at 20:00; 201 and 102 were cancelled.
    assert due(shop) == [(101, False, False, -30), (401, True, True, 360)]
    sql = "SELECT city, warehouse, city_id, warehouse_id, promised_at_local::text FROM promises_due WHERE NOT is_late"
    assert rows(shop, sql) == [("Berlin", "Berlin 1", 1, 11, "2026-01-05 13:30:00")]


def test_a_promise_is_due_once_its_instant_has_passed(shop: Connection):
    shop.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-01-06T14:00Z' WHERE run_id = 2")
    assert due(shop) == [(101, False, False, -30)]
    shop.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-01-06T14:00:01Z' WHERE run_id = 2")
    assert due(shop) == [(101, False, False, -30), (401, True, True, 0)]


def test_a_promise_agrees_with_its_orders_cycle(shop: Connection):
    sql = "SELECT p.is_late = o.is_late FROM promises_due p JOIN order_cycle o USING (order_id)"
    assert rows(shop, sql) == [(True,), (True,)]


def test_courier_utilisation(shop: Connection):
    sql = """SELECT courier, count(*), sum(shift_minutes)::int, sum(busy_minutes)::int, sum(trips)::int, sum(stops)::int
             FROM courier_utilisation GROUP BY courier ORDER BY courier"""
    assert rows(shop, sql) == [("Ada Swift", 17, 1020, 210, 3, 3), ("Bo Wheel", 5, 300, 0, 0, 0)]
    sql = """SELECT local_hour, busy_minutes::int, utilisation::numeric(4, 2), trips::int FROM courier_utilisation
             WHERE shift_id = 201 AND busy_minutes > 0 ORDER BY hour"""
    assert rows(shop, sql) == [
        (13, 60, Decimal("1.00"), 1),
        (14, 30, Decimal("0.50"), 0),
        (20, 30, Decimal("0.50"), 1),
    ]


def test_stockouts(shop: Connection):
    sql = "SELECT city, product, minutes::int, missed_views, is_open FROM stockouts ORDER BY started_at"
    assert rows(shop, sql) == [("Berlin", "Chair", 2, 0, False), ("New York", "Lamp", 52, 1, False)]


def test_a_stockout_that_lasts(shop: Connection):
    """The last chair leaves by a movement of any kind: empty until sim_now."""
    shop.exec_driver_sql("UPDATE stock_movements SET quantity = 46 WHERE movement_id = 301")  # cups: 46 - 4 - 2
    shop.exec_driver_sql("UPDATE order_items SET quantity = 42 WHERE order_id = 401")
    sql = "SELECT minutes::int, ended_at, is_open FROM stockouts WHERE product = 'Cup'"
    assert rows(shop, sql) == [(592, None, True)]


def test_customer_cohorts(shop: Connection):
    sql = "SELECT * FROM customer_cohorts ORDER BY cohort_week, week_number"
    assert rows(shop, sql) == [(date(2026, 1, 5), 0, 3, 3, Decimal("1.0000"), 3, Decimal("52.00"), False)]
    shop.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-01-19T12:00Z' WHERE run_id = 2")
    shop.exec_driver_sql("""
        UPDATE orders SET placed_at = '2026-01-12T10:08Z', paid_at = '2026-01-12T10:08Z', status = 'paid',
            promised_at = '2026-01-12T14:00Z', pick_started_at = NULL, picked_at = NULL, pack_started_at = NULL,
            packed_at = NULL, dispatched_at = NULL, customer_id = 101
        WHERE order_id = 401
    """)
    sql = "SELECT week_number, cohort_size, customers, retention, orders, is_complete FROM customer_cohorts ORDER BY 1"
    assert rows(shop, sql) == [
        (0, 2, 2, Decimal("1.0000"), 2, True),
        (1, 2, 1, Decimal("0.5000"), 1, True),
        (2, 2, 0, Decimal("0.0000"), 0, False),
    ]


def test_incidents(shop: Connection):
    sql = """SELECT incident_id, kind, city, warehouse, strength, is_under_way, origin, city_id, warehouse_id
             FROM incidents ORDER BY began_at"""
    assert rows(shop, sql) == [
        (1, "courier_strike", "Berlin", None, 1.0, False, "scenario", 1, None),
        (2, "warehouse_outage", "New York", "New York 1", None, False, "hand", 2, 21),
        (3, "payment_outage", "Berlin", None, 1.0, False, "scenario", 1, None),
    ]


def test_an_incident_that_lasts_everywhere(shop: Connection):
    shop.exec_driver_sql(
        "UPDATE sim.incidents SET began_at = '2026-01-06T16:00Z', ends_at = '2026-01-06T22:00Z' WHERE incident_id = 4"
    )
    sql = "SELECT city, warehouse, is_under_way FROM incidents WHERE incident_id = 4"
    assert rows(shop, sql) == [("All cities", None, True)]
    shop.exec_driver_sql("UPDATE sim.incidents SET ends_at = '2026-01-06T20:00Z' WHERE incident_id = 4")
    assert rows(shop, sql) == [("All cities", None, False)]


def test_views_explain_themselves(shop: Connection):
    sql = """SELECT c.relname::text, obj_description(c.oid) FROM pg_class c
             WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace"""
    assert sorted(rows(shop, sql)) == sorted(view_comments())
