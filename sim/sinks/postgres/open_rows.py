"""Reads the open rows of a committed cut: what a run needs in order to go on.

The queries find open rows by the partial indexes on them, and the orders delivered in the last weeks, which may still
have consequences; of older history only customers' sums and last numbers are read. Instants come back as microseconds
since the epoch, money as cents.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from sim.snapshot import (
    CartItemRow,
    CourierRow,
    CustomerRow,
    LeftCartRow,
    LineRow,
    OpenReturnRow,
    OrderRow,
    PriceRow,
    ReplenishmentRow,
    SessionRow,
    ShelfRow,
    Snapshot,
    StepRow,
    StopRow,
    TripRow,
)

RowType = TypeVar("RowType")

_KEYS = {
    "customer": ("customers", "customer_id"),
    "address": ("addresses", "address_id"),
    "courier": ("couriers", "courier_id"),
    "session": ("sessions", "session_id"),
    "cart": ("carts", "cart_id"),
    "order": ("orders", "order_id"),
    "payment": ("payments", "payment_id"),
    "movement": ("stock_movements", "movement_id"),
    "replenishment": ("replenishments", "replenishment_id"),
    "shift": ("courier_shifts", "shift_id"),
    "trip": ("trips", "trip_id"),
    "delivery": ("deliveries", "delivery_id"),
    "review": ("reviews", "review_id"),
    "return": ("returns", "return_id"),
}

_CUSTOMERS = """
SELECT c.customer_id, c.city_id, c.persona, c.loyalty_tier, c.loyalty_points, c.satisfaction, c.registered_at < :epoch,
       a.address_id, a.latitude, a.longitude, coalesce(l.lifetime, 0), coalesce(l.seq, 0), coalesce(s.seq, 0), {paid_at}
FROM customers c
JOIN addresses a USING (customer_id)
LEFT JOIN (SELECT customer_id, max(seq) AS seq,
                  sum(points) FILTER (WHERE reason IN ('opening', 'purchase', 'refund')) AS lifetime
           FROM loyalty_transactions GROUP BY customer_id) l USING (customer_id)
LEFT JOIN (SELECT customer_id, max(seq) AS seq FROM satisfaction_changes GROUP BY customer_id) s USING (customer_id)
LEFT JOIN (SELECT customer_id, max(paid_at) AS paid_at FROM orders GROUP BY customer_id) o USING (customer_id)
ORDER BY c.customer_id
"""
_SHELVES = "SELECT warehouse_id, product_id, on_hand, reserved, reorder_point, order_up_to FROM inventory"
_COURIERS = """
SELECT c.courier_id, c.warehouse_id, c.vehicle, s.shift_id, {ends_at}, {free_since}
FROM couriers c
LEFT JOIN courier_shifts s ON s.courier_id = c.courier_id AND s.ended_at IS NULL
LEFT JOIN LATERAL (SELECT coalesce(max(t.ended_at), s.started_at) AS free_since FROM trips t
                   WHERE t.courier_id = c.courier_id AND t.started_at >= s.started_at) f ON true
"""
_SESSIONS = """
SELECT s.session_id, s.customer_id, s.city_id, s.channel, s.device, c.cart_id
FROM sessions s LEFT JOIN carts c USING (session_id) WHERE s.ended_at IS NULL
"""
_STEPS = """
SELECT e.session_id, e.seq, e.event_type, e.product_id, e.in_stock, {occurred_at}
FROM sessions s JOIN session_events e USING (session_id) WHERE s.ended_at IS NULL
"""
# An abandoned cart can be taken up again for a while, by its customer, and once.
_LEFT_CARTS = """
SELECT c.cart_id, c.session_id, s.customer_id, {closed_at}
FROM carts c JOIN sessions s USING (session_id)
WHERE c.status = 'abandoned' AND c.closed_at >= :left_since
  AND s.customer_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM carts r WHERE r.restored_from_cart_id = c.cart_id)
"""
_CART_ITEMS = """
SELECT i.cart_id, i.product_id, i.quantity, i.removed_at IS NOT NULL
FROM cart_items i WHERE i.cart_id = ANY(:carts)
"""
_ORDERS = """
SELECT o.order_id, o.customer_id, o.cart_id, o.warehouse_id, o.status, {milestones},
       (o.subtotal * 100)::bigint, (o.discount * 100)::bigint, (o.delivery_fee * 100)::bigint, (o.total * 100)::bigint,
       coalesce(-(SELECT sum(points) FROM loyalty_transactions l
                  WHERE l.customer_id = o.customer_id AND l.order_id = o.order_id AND l.reason = 'redemption'), 0)::int,
       p.method, coalesce(p.attempts, 0), d.delivery_id, d.status, coalesce(d.attempts, 0),
       {last_attempt_at}, {trip_ended_at}
FROM orders o
LEFT JOIN LATERAL (SELECT min(method) AS method, count(*)::int AS attempts FROM payments p
                   WHERE p.order_id = o.order_id AND p.status <> 'refunded') p ON true
LEFT JOIN deliveries d ON d.order_id = o.order_id
LEFT JOIN trips t ON t.trip_id = d.trip_id
LEFT JOIN delivery_attempts a ON a.delivery_id = d.delivery_id AND a.attempt_no = d.attempts
WHERE (o.delivered_at IS NULL AND o.cancelled_at IS NULL)
   OR o.delivered_at >= :delivered_since
   OR (d.trip_id IN (SELECT trip_id FROM trips WHERE ended_at IS NULL))
   OR o.order_id IN (SELECT order_id FROM returns WHERE refunded_at IS NULL)
"""
_LINES = """
SELECT order_id, line_no, product_id, quantity, (unit_price * 100)::bigint
FROM order_items WHERE order_id = ANY(:orders) ORDER BY order_id, line_no
"""
_TRIPS = """
SELECT t.trip_id, t.courier_id, {started_at}, count(a.attempt_no)::int, {last_stop_at}
FROM trips t LEFT JOIN delivery_attempts a USING (trip_id) WHERE t.ended_at IS NULL GROUP BY t.trip_id
"""
_STOPS = """
SELECT d.trip_id, d.stop_no, d.order_id FROM deliveries d JOIN trips t USING (trip_id) WHERE t.ended_at IS NULL
"""
_REPLENISHMENTS = """
SELECT replenishment_id, warehouse_id, product_id, quantity, {ordered_at} FROM replenishments WHERE received_at IS NULL
"""
_PRICES = """
SELECT DISTINCT ON (product_id) product_id, (price * 100)::bigint
FROM product_prices ORDER BY product_id, valid_from DESC
"""
_OPEN_RETURNS = "SELECT return_id, order_id, product_id FROM returns WHERE refunded_at IS NULL"

_MILESTONES = (
    "placed_at", "promised_at", "paid_at", "pick_started_at", "picked_at", "pack_started_at", "packed_at",
    "dispatched_at", "delivered_at", "cancelled_at",
)  # fmt: skip


def _us(expression: str) -> str:
    """SQL for an instant in microseconds since the epoch; exact, since EXTRACT gives a numeric."""
    return f"(EXTRACT(EPOCH FROM {expression} - :epoch) * 1000000)::bigint"


class OpenRows:
    """Reads the open rows of the run that began at `epoch` and has come to `sim_now`."""

    def __init__(self, connection: Connection, epoch: datetime, sim_now: datetime) -> None:
        self._connection = connection
        self._epoch = epoch
        self._sim_now = sim_now

    def snapshot(self, carts_return_within: timedelta, orders_matter_for: timedelta) -> Snapshot:
        """Return what is open, with the carts and delivered orders of as long ago as they may still matter."""
        left_since = self._sim_now - carts_return_within
        orders = self._orders(self._sim_now - orders_matter_for)
        sessions = self._read(SessionRow, _SESSIONS)
        left_carts = self._read(
            LeftCartRow,
            _LEFT_CARTS.format(closed_at=_us("c.closed_at")),
            left_since=left_since,
        )
        carts = [row.cart_id for row in left_carts] + [row.cart_id for row in sessions if row.cart_id is not None]
        return Snapshot(
            sim_now=(self._sim_now - self._epoch) // timedelta(microseconds=1),
            newest_ids=self._newest_ids(),
            customers=self._read(CustomerRow, _CUSTOMERS.format(paid_at=_us("o.paid_at"))),
            shelves=self._read(ShelfRow, _SHELVES),
            couriers=self._read(CourierRow, _COURIERS.format(ends_at=_us("s.ends_at"), free_since=_us("f.free_since"))),
            sessions=sessions,
            steps=self._read(StepRow, _STEPS.format(occurred_at=_us("e.occurred_at"))),
            cart_items=self._read(CartItemRow, _CART_ITEMS, carts=carts),
            left_carts=left_carts,
            orders=orders,
            lines=self._read(LineRow, _LINES, orders=[row.order_id for row in orders]),
            trips=self._read(
                TripRow, _TRIPS.format(started_at=_us("t.started_at"), last_stop_at=_us("max(a.attempted_at)"))
            ),
            stops=self._read(StopRow, _STOPS),
            replenishments=self._read(ReplenishmentRow, _REPLENISHMENTS.format(ordered_at=_us("ordered_at"))),
            prices=self._read(PriceRow, _PRICES),
            open_returns=self._read(OpenReturnRow, _OPEN_RETURNS),
        )

    def _orders(self, delivered_since: datetime) -> list[OrderRow]:
        sql = _ORDERS.format(
            milestones=", ".join(_us(f"o.{name}") for name in _MILESTONES),
            last_attempt_at=_us("a.attempted_at"),
            trip_ended_at=_us("t.ended_at"),
        )
        return self._read(OrderRow, sql, delivered_since=delivered_since)

    def _newest_ids(self) -> dict[int, dict[str, int]]:
        """The newest id of each kind in each city: the last entries of the primary keys, read backwards."""
        cities = list(self._connection.execute(text("SELECT city_id FROM cities")).scalars())
        newest: dict[int, dict[str, int]] = defaultdict(dict)
        for entity, (table, key) in _KEYS.items():
            sql = text(f"SELECT {key} FROM {table} WHERE {key} % 100 = :city ORDER BY {key} DESC LIMIT 1")
            for city in cities:
                found = self._connection.execute(sql, {"city": city}).scalar_one_or_none()
                if found is not None:
                    newest[city][entity] = found
        return newest

    def _read(self, row_type: type[RowType], sql: str, **values: Any) -> list[RowType]:
        rows = self._connection.execute(text(sql), {"epoch": self._epoch, **values} if ":epoch" in sql else values)
        return [row_type(*row) for row in rows]
