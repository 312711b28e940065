"""A shop small enough to check by hand: two cities, five customers, seven sessions, four orders, all invariants kept.

Berlin is UTC+1 and New York UTC-5 in the week of Monday, 5 January 2026. Prices: lamp 20.00, chair 50.00, cup 5.00
until a promotion makes it 4.00 on the 6th at 00:00 UTC. sim_now is Tuesday, 6 January, 20:00 UTC.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from models import metadata, tables_in_key_order

Rows = list[tuple[object, ...]]
EPOCH = "2026-01-05T00:00Z"
WEEK_BEFORE = "2025-12-29T00:00Z"
SIM_NOW = "2026-01-06T20:00Z"


def day5(clock: str) -> str:
    """An instant of Monday, 5 January 2026, UTC."""
    return f"2026-01-05T{clock}Z"


def day6(clock: str) -> str:
    """An instant of Tuesday, 6 January 2026, UTC."""
    return f"2026-01-06T{clock}Z"


REFERENCE: dict[str, Rows] = {
    "cities": [
        (1, "Berlin", "Germany", 52.52, 13.405, "Europe/Berlin", 3_700_000),
        (2, "New York", "USA", 40.713, -74.006, "America/New_York", 8_300_000),
    ],
    "warehouses": [(11, 1, "Berlin 1", 52.5, 13.4), (21, 2, "New York 1", 40.7, -74.0)],
    "categories": [(1, "Home"), (2, "Kitchen")],
    "products": [
        (1, 1, "Lamp", "20.00", "9.00", "1.200"),
        (2, 1, "Chair", "50.00", "30.00", "6.000"),
        (3, 2, "Cup", "5.00", "1.00", "0.300"),
    ],
    "product_prices": [
        (1, WEEK_BEFORE, "20.00", "opening"),
        (2, WEEK_BEFORE, "50.00", "opening"),
        (3, WEEK_BEFORE, "5.00", "opening"),
        (3, day6("00:00"), "4.00", "promotion"),
    ],
    "couriers": [(101, 11, "Ada Swift", "van", EPOCH), (102, 21, "Bo Wheel", "bicycle", EPOCH)],
}

PEOPLE: dict[str, Rows] = {
    "customers": [
        (101, 1, "Cora One", "cora@shop.test", "2025-11-01T00:00Z", "silver", 40, 40, "sign_up"),
        (201, 1, "Dan Two", "dan@shop.test", day5("08:58"), "bronze", 0, 0, "checkout"),
        (301, 1, "Eve Three", "eve@shop.test", "2025-12-01T00:00Z", "bronze", 0, 0, "sign_up"),
        (102, 2, "Flo Four", "flo@shop.test", "2025-12-01T00:00Z", "bronze", 0, 0, "sign_up"),
        (202, 2, "Gus Five", "gus@shop.test", "2025-12-24T00:00Z", "bronze", 0, 0, "sign_up"),
    ],
    "customer_devices": [
        (201, "desktop", day5("08:58"), day5("08:58"), 201),
        (202, "desktop", day6("02:31"), day6("02:31"), 302),
    ],
    "addresses": [
        (101, 101, "Linden 1", "10115", 52.53, 13.39, "2025-11-01T00:00Z"),
        (201, 201, "Linden 2", "10115", 52.53, 13.38, day5("08:58")),
        (301, 301, "Linden 3", "10117", 52.54, 13.37, "2025-12-01T00:00Z"),
        (102, 102, "Broadway 4", "10001", 40.75, -73.99, "2025-12-01T00:00Z"),
    ],
    "loyalty_transactions": [
        (101, 1, None, 30, 30, "bronze", "opening", EPOCH),
        (101, 2, 101, 10, 40, "silver", "purchase", day5("12:00")),
    ],
}

# Who registered after the opening has traits; so has who came before it, unless shops kept none then.
TRUTH: dict[str, Rows] = {
    "truth.customer_traits": [
        (101, "loyal", 62, 1.5, 10, "mobile", "direct", "card", 1, 0.8, 0.1, 1.2, 1.1, 0.9),
        (201, "planner", 50, 0.7, 18, "desktop", "search", "wallet", 2, 1.0, -0.2, 1.0, 0.9, 1.3),
        (301, "impulsive", 42, 1.1, 10, "mobile", "direct", "card", 1, 1.4, 0.0, 0.9, 1.0, 0.8),
        (102, "bargain_hunter", 50, *(None,) * 11),
        (202, "window_shopper", 48, *(None,) * 11),
    ],
    "truth.satisfaction_changes": [
        (101, 1, "delivered_on_time", 2, 62, 101, day5("12:00")),
        (301, 1, "payment_declined", -3, 47, 401, day6("10:09")),
        (301, 2, "failed_attempt", -5, 42, 401, day6("13:00")),
        (202, 1, "out_of_stock", -2, 48, None, day6("02:30")),
    ],
    "truth.product_traits": [(1, 0.5, 1.1, 0.02, 0.1), (2, 0.3, 0.9, 0.05, 0.0), (3, 0.2, 1.0, 0.08, -0.2)],
    "truth.courier_traits": [(101, 0.95)],
}

# Session 101 buys (delivered, then a return) · 201 fails to pay · 301 abandons its cart · 401 comes back to that cart
# and buys (being delivered, late) · 102 buys and thinks again · 202 is still looking around in New York · 302 finds no
# lamp there and signs in to be told of one. Of the others who are known all but 201, a guest, have stayed signed in.
FUNNEL: dict[str, Rows] = {
    "sessions": [
        (101, 101, 1, 11, "direct", "mobile", day5("08:00"), day5("08:10"), "ordered", None, 101, day5("08:00")),
        (
            201,
            201,
            1,
            11,
            "search",
            "desktop",
            day5("08:50"),
            day5("09:00"),
            "payment_failed",
            "payment",
            201,
            day5("08:58"),
        ),
        (
            301,
            301,
            1,
            11,
            "direct",
            "mobile",
            day6("09:00"),
            day6("09:10"),
            "cart_abandoned",
            "price",
            301,
            day6("09:00"),
        ),
        (401, 301, 1, 11, "email", "mobile", day6("10:00"), day6("10:10"), "ordered", None, 301, day6("10:00")),
        (102, 102, 2, 21, "direct", "mobile", day6("02:00"), day6("02:10"), "ordered", None, 102, day6("02:00")),
        (202, None, 2, 21, "ads", "tablet", day6("19:58"), None, None, None, 202, None),
        (
            302,
            202,
            2,
            21,
            "social",
            "desktop",
            day6("02:29"),
            day6("02:35"),
            "browsed",
            "out_of_stock",
            302,
            day6("02:31"),
        ),
    ],
    "session_events": [
        (101, 1, "visit", None, None, day5("08:00")),
        (101, 2, "product_view", 1, True, day5("08:01")),
        (101, 3, "add_to_cart", 1, None, day5("08:02")),
        (101, 4, "product_view", 3, True, day5("08:03")),
        (101, 5, "add_to_cart", 3, None, day5("08:04")),
        (101, 6, "checkout", None, None, day5("08:07")),
        (101, 7, "order_placed", None, None, day5("08:08")),
        (101, 8, "payment_attempt", None, None, day5("08:10")),
        (201, 1, "visit", None, None, day5("08:50")),
        (201, 2, "product_view", 2, True, day5("08:51")),
        (201, 3, "add_to_cart", 2, None, day5("08:52")),
        (201, 4, "checkout", None, None, day5("08:57")),
        (201, 5, "order_placed", None, None, day5("08:58")),
        (201, 6, "payment_attempt", None, None, day5("09:00")),
        (301, 1, "visit", None, None, day6("09:00")),
        (301, 2, "product_view", 2, True, day6("09:01")),
        (301, 3, "product_view", 3, True, day6("09:02")),
        (301, 4, "add_to_cart", 3, None, day6("09:03")),
        (301, 5, "product_view", 1, True, day6("09:04")),
        (301, 6, "add_to_cart", 1, None, day6("09:05")),
        (301, 7, "remove_from_cart", 1, None, day6("09:06")),
        (401, 1, "visit", None, None, day6("10:00")),
        (401, 2, "cart_restored", 3, None, day6("10:00")),
        (401, 3, "checkout", None, None, day6("10:05")),
        (401, 4, "order_placed", None, None, day6("10:08")),
        (401, 5, "payment_attempt", None, None, day6("10:09")),
        (401, 6, "payment_attempt", None, None, day6("10:10")),
        (102, 1, "visit", None, None, day6("02:00")),
        (102, 2, "product_view", 1, True, day6("02:01")),
        (102, 3, "add_to_cart", 1, None, day6("02:02")),
        (102, 4, "checkout", None, None, day6("02:05")),
        (102, 5, "order_placed", None, None, day6("02:08")),
        (102, 6, "payment_attempt", None, None, day6("02:10")),
        (202, 1, "visit", None, None, day6("19:58")),
        (202, 2, "product_view", 1, True, day6("19:59")),
        (302, 1, "visit", None, None, day6("02:29")),
        (302, 2, "product_view", 1, False, day6("02:30")),
        (302, 3, "sign_in", None, None, day6("02:31")),
    ],
    "carts": [
        (101, 101, None, "ordered", None, day5("08:02"), day5("08:10")),
        (201, 201, None, "abandoned", "payment", day5("08:52"), day5("09:00")),
        (301, 301, None, "abandoned", "price", day6("09:03"), day6("09:10")),
        (401, 401, 301, "ordered", None, day6("10:00"), day6("10:10")),
        (102, 102, None, "ordered", None, day6("02:02"), day6("02:10")),
    ],
    "cart_items": [
        (101, 1, 1, day5("08:02"), None),
        (101, 3, 4, day5("08:04"), None),
        (201, 2, 1, day5("08:52"), None),
        (301, 3, 2, day6("09:03"), None),
        (301, 1, 1, day6("09:05"), day6("09:06")),
        (401, 3, 2, day6("10:00"), None),
        (102, 1, 2, day6("02:02"), None),
    ],
}


def _order(
    ids: tuple[int, int, int, int], status: str, slot: tuple[str, str], money: tuple[str, ...], **times: str
) -> tuple[object, ...]:
    """Order `ids` (order, customer, warehouse, address); its cart has the order's id."""
    milestones = ("paid", "pick_started", "picked", "pack_started", "packed", "dispatched", "delivered", "cancelled")
    reason = times.pop("reason", None)
    order_id, customer_id, warehouse_id, address_id = ids
    slot_starts_at, promised_at = slot
    head = (order_id, customer_id, order_id, warehouse_id, address_id, status, times["placed"], promised_at)
    return (*head, *(times.get(each) for each in milestones), reason, *money, slot_starts_at)


ORDERS: dict[str, Rows] = {
    "orders": [
        _order(
            (101, 101, 11, 101),
            "delivered",
            (day5("10:30"), day5("12:30")),
            ("40.00", "2.00", "3.00", "41.00"),
            placed=day5("08:08"),
            paid=day5("08:10"),
            pick_started=day5("09:00"),
            picked=day5("09:10"),
            pack_started=day5("09:15"),
            packed=day5("09:20"),
            dispatched=day5("11:00"),
            delivered=day5("12:00"),
        ),
        _order(
            (201, 201, 11, 201),
            "cancelled",
            (day5("11:00"), day5("13:00")),
            ("50.00", "0.00", "0.00", "50.00"),
            placed=day5("08:58"),
            cancelled=day5("09:00"),
            reason="payment_failed",
        ),
        _order(
            (401, 301, 11, 301),
            "dispatched",
            (day6("12:00"), day6("14:00")),
            ("8.00", "0.00", "3.00", "11.00"),
            placed=day6("10:08"),
            paid=day6("10:10"),
            pick_started=day6("10:20"),
            picked=day6("10:30"),
            pack_started=day6("10:30"),
            packed=day6("10:40"),
            dispatched=day6("12:00"),
        ),
        _order(
            (102, 102, 21, 102),
            "cancelled",
            (day6("16:00"), day6("18:00")),
            ("40.00", "0.00", "3.00", "43.00"),
            placed=day6("02:08"),
            paid=day6("02:10"),
            cancelled=day6("03:00"),
            reason="changed_mind",
        ),
    ],
    "order_items": [
        (101, 1, 1, 1, "20.00"),
        (101, 2, 3, 4, "5.00"),
        (201, 1, 2, 1, "50.00"),
        (401, 1, 3, 2, "4.00"),
        (102, 1, 1, 2, "20.00"),
    ],
    "order_status_changes": [
        (101, 1, "placed", day5("08:08")),
        (101, 2, "paid", day5("08:10")),
        (101, 3, "picked", day5("09:10")),
        (101, 4, "packed", day5("09:20")),
        (101, 5, "dispatched", day5("11:00")),
        (101, 6, "delivered", day5("12:00")),
        (201, 1, "placed", day5("08:58")),
        (201, 2, "cancelled", day5("09:00")),
        (401, 1, "placed", day6("10:08")),
        (401, 2, "paid", day6("10:10")),
        (401, 3, "picked", day6("10:30")),
        (401, 4, "packed", day6("10:40")),
        (401, 5, "dispatched", day6("12:00")),
        (102, 1, "placed", day6("02:08")),
        (102, 2, "paid", day6("02:10")),
        (102, 3, "cancelled", day6("03:00")),
    ],
    "payments": [
        (101, 101, "card", "41.00", "captured", None, day5("08:10")),
        (201, 201, "card", "50.00", "declined", "insufficient_funds", day5("09:00")),
        (301, 401, "card", "11.00", "declined", "refused_by_bank", day6("10:09")),
        (401, 401, "card", "11.00", "captured", None, day6("10:10")),
        (501, 101, "card", "19.00", "refunded", None, day6("15:00")),
        (102, 102, "voucher", "43.00", "captured", None, day6("02:10")),
        (202, 102, "voucher", "43.00", "refunded", None, day6("03:00")),
    ],
}

# One chair in Berlin: reserved from 5th 08:58 to 09:00, so there was none to buy for two minutes.
# Both lamps of New York: reserved from 6th 02:08 to 03:00.
WAREHOUSE: dict[str, Rows] = {
    "inventory": [(11, 1, 10, 0, 2, 10), (11, 2, 1, 0, 0, 1), (11, 3, 44, 0, 5, 50), (21, 1, 2, 0, 1, 5)],
    "replenishments": [
        (101, 11, 1, 1, day5("09:10"), day6("08:00"), day6("08:30")),
        (102, 21, 1, 3, day6("02:08"), day6("21:00"), None),
    ],
    "stock_movements": [
        (101, 11, 1, 9, "opening", None, None, EPOCH),
        (201, 11, 2, 1, "opening", None, None, EPOCH),
        (301, 11, 3, 50, "opening", None, None, EPOCH),
        (401, 11, 1, -1, "sale", 101, None, day5("09:10")),
        (501, 11, 3, -4, "sale", 101, None, day5("09:10")),
        (601, 11, 1, 1, "replenishment", None, 101, day6("08:30")),
        (701, 11, 3, -2, "sale", 401, None, day6("10:30")),
        (801, 11, 1, 1, "return", 101, None, day6("15:00")),
        (102, 21, 1, 2, "opening", None, None, EPOCH),
    ],
}

# The parcel of order 401 met nobody at home on trip 201 and is out again on trip 301.
DELIVERY: dict[str, Rows] = {
    "courier_shifts": [
        (101, 101, day5("10:00"), day5("18:00"), day5("18:00")),
        (201, 101, day6("11:00"), day6("20:00"), None),
        (102, 102, day6("15:00"), day6("23:00"), None),
    ],
    "trips": [
        (101, 101, 101, day5("11:00"), day5("12:30"), 1, "8.000", 0),
        (201, 101, 201, day6("12:00"), day6("13:30"), 1, "6.500", 0),
        (301, 101, 201, day6("19:30"), None, 1, "6.500", 0),
    ],
    "deliveries": [
        (101, 101, 101, 101, 1, "delivered", day5("09:20"), day5("12:30"), day5("11:00"), day5("12:00"), "4.000", 1),
        (201, 401, 301, 101, 1, "out_for_delivery", day6("10:40"), day6("14:00"), day6("12:00"), None, "3.250", 1),
    ],
    "delivery_attempts": [
        (101, 1, 101, day5("12:00"), "delivered"),
        (201, 1, 201, day6("13:00"), "nobody_home"),
    ],
}

AFTERMATH: dict[str, Rows] = {
    "reviews": [(101, 101, 1, 101, 5, "Bright.", day6("07:00"), day6("10:00"), "Thank you.")],
    "survey_answers": [(101, 101, 9, "Quick.", day6("18:00"))],
    "returns": [(101, 101, 1, 1, "changed_mind", day6("09:00"), day6("15:00"), "19.00")],
}

RUN: dict[str, Rows] = {
    "sim.runs": [
        (1, 1, "tiny", {}, "digest", "international", 1.0, "0", EPOCH, day5("12:00"), "max", None, None, "stopped",
         EPOCH, EPOCH, 1, "host", 0, 0, EPOCH, "USD", 11),
        (2, 1, "tiny", {}, "digest", "international", 1.0, "0", EPOCH, SIM_NOW, "max", None, None, "finished",
         EPOCH, EPOCH, 1, "host", 0, 0, day5("12:00"), "USD", 11),
    ],
    "sim.controls": [(2, "max", False, EPOCH)],
    "sim.incidents": [
        (1, "courier_strike", 1, None, 1.0, 2.0, "scenario", day5("13:00"), day5("15:00"), None, None),
        (2, "warehouse_outage", 2, 21, None, 4.0, "hand", day6("05:00"), day6("09:00"), EPOCH, None),
        (3, "payment_outage", 1, None, 1.0, 1.0, "scenario", day6("16:00"), day6("17:00"), None, None),
        (4, "traffic_jam", None, None, 2.0, 6.0, "hand", None, None, EPOCH, None),
    ],
}  # fmt: skip

WORLD: dict[str, Rows] = {
    **REFERENCE,
    **PEOPLE,
    **TRUTH,
    **FUNNEL,
    **ORDERS,
    **WAREHOUSE,
    **DELIVERY,
    **AFTERMATH,
    **RUN,
}


def settle(connection: Connection) -> None:
    """Put the small world into an empty Bazaar database, key checks and all."""
    for table in tables_in_key_order():
        if table.fullname in WORLD:
            _fill(connection, table.fullname, WORLD[table.fullname])


def _fill(connection: Connection, name: str, rows: Iterable[tuple[object, ...]]) -> None:
    table = metadata.tables[name]
    columns = [column.name for column in table.columns]
    connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
