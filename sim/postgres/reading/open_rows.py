"""Reads the open rows of a committed cut: what a run needs in order to go on.

The queries find open rows by the partial indexes on them, and of the orders delivered in the last weeks those that may
still have consequences; of older history only the last number of each customer's chains is read. So it takes time in
proportion to what is open and to the number of customers. Instants come back as microseconds since the epoch, money as
cents.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from psycopg2.extensions import connection as PsycopgConnection  # noqa: N812  its own name is that of our variables
from sqlalchemy import Connection, text

from models.declarations import open_while
from sim.journal.port import SinkError
from sim.postgres.reading.bulk_rows import customer_columns, lines_delivered, newest_ids
from sim.snapshot import (
    ANSWERED_WITHIN,
    AbandonedCartRow,
    CartItemRow,
    CourierRow,
    DeviceRow,
    IncidentRow,
    LineRow,
    OpenReturnRow,
    OrderRow,
    PriceRow,
    ReplenishmentRow,
    SecondAddressRow,
    SessionRow,
    ShelfRow,
    Snapshot,
    StepRow,
    StillRemembered,
    StillToCome,
    StopRow,
    TripRow,
    UnansweredReviewRow,
)

RowType = TypeVar("RowType")

_SHELVES = "SELECT warehouse_id, product_id, on_hand, reserved, reorder_point, order_up_to FROM inventory"
_DEVICES = "SELECT customer_id, device, {signed_in_at}, visitor_id FROM customer_devices"
_SECOND_ADDRESSES = """
SELECT a.customer_id, a.address_id FROM addresses a
WHERE EXISTS (SELECT FROM addresses home WHERE home.customer_id = a.customer_id AND home.address_id < a.address_id)
"""
_COURIERS = """
SELECT c.courier_id, c.warehouse_id, c.vehicle, {hired_at}, s.shift_id, {began_at}, {ends_at},
       t.trip_ids[1], {last_ended_at}, {last_but_one_ended_at}
FROM couriers c
LEFT JOIN courier_shifts s ON s.courier_id = c.courier_id AND s.ended_at IS NULL
LEFT JOIN LATERAL (SELECT array_agg(trip_id ORDER BY ended_at DESC) AS trip_ids,
                          array_agg(ended_at ORDER BY ended_at DESC) AS ended_at
                   FROM trips WHERE shift_id = s.shift_id AND ended_at IS NOT NULL) t ON true
"""
_SESSIONS = """
SELECT s.session_id, s.customer_id, s.city_id, s.channel, s.device, s.visitor_id, c.cart_id
FROM sessions s LEFT JOIN carts c USING (session_id) WHERE s.ended_at IS NULL
"""
_STEPS = """
SELECT e.session_id, e.seq, e.event_type, e.product_id, e.in_stock, {occurred_at}
FROM sessions s JOIN session_events e USING (session_id) WHERE s.ended_at IS NULL
"""
# An abandoned cart can be taken up again for a while, by its customer, and once.
_ABANDONED_CARTS = """
SELECT c.cart_id, c.session_id, s.customer_id, {closed_at}
FROM carts c JOIN sessions s USING (session_id)
WHERE c.status = 'abandoned' AND c.closed_at >= :since
  AND s.customer_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM carts r WHERE r.restored_from_cart_id = c.cart_id AND r.created_at >= :since)
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
       {last_attempt_at}, {trip_ended_at}, o.address_id, place.latitude, place.longitude
FROM orders o
JOIN addresses place USING (address_id)
LEFT JOIN LATERAL (SELECT min(method) AS method, count(*)::int AS attempts FROM payments p
                   WHERE p.order_id = o.order_id AND p.status <> 'refunded') p ON true
LEFT JOIN deliveries d ON d.order_id = o.order_id
LEFT JOIN trips t ON t.trip_id = d.trip_id
LEFT JOIN delivery_attempts a ON a.delivery_id = d.delivery_id AND a.attempt_no = d.attempts
WHERE o.order_id = ANY(:orders)
"""
_OPEN_ORDERS = f"SELECT order_id FROM orders WHERE {open_while('orders')}"
_LINES = """
SELECT order_id, line_no, product_id, quantity, (unit_price * 100)::bigint
FROM order_items WHERE order_id = ANY(:orders) ORDER BY order_id, line_no
"""
_TRIPS = """
SELECT t.trip_id, t.courier_id, {started_at}, count(a.attempt_no)::int, {last_stop_at}
FROM trips t LEFT JOIN delivery_attempts a USING (trip_id) WHERE t.ended_at IS NULL GROUP BY t.trip_id
"""
# Parcels find their trip by the attempts made on it, and those still to be handed over by their open orders.
_STOPS = """
SELECT d.trip_id, d.stop_no, d.order_id
FROM trips t JOIN delivery_attempts a USING (trip_id) JOIN deliveries d USING (delivery_id, trip_id)
WHERE t.ended_at IS NULL
UNION
SELECT d.trip_id, d.stop_no, d.order_id
FROM orders o JOIN deliveries d USING (order_id) JOIN trips t USING (trip_id)
WHERE o.delivered_at IS NULL AND o.cancelled_at IS NULL AND t.ended_at IS NULL
"""
_REPLENISHMENTS = f"""
SELECT replenishment_id, warehouse_id, product_id, quantity, {{ordered_at}} FROM replenishments
WHERE {open_while("replenishments")}
"""
_PRICES = """
SELECT DISTINCT ON (product_id) product_id, (price * 100)::bigint
FROM product_prices ORDER BY product_id, valid_from DESC
"""
_OPEN_RETURNS = f"""
SELECT return_id, order_id, product_id, quantity, reason, (refund_amount * 100)::bigint
FROM returns WHERE {open_while("returns")}
"""

_UNANSWERED = """
SELECT review_id, product_id, rating, {created_at} FROM reviews
WHERE created_at >= :since AND answered_at IS NULL AND comment IS NOT NULL
"""
_INCIDENTS = """
SELECT incident_id, kind, city_id, warehouse_id, strength, {began_at}, {ends_at}
FROM sim.incidents WHERE began_at IS NOT NULL ORDER BY incident_id
"""

_MILESTONES = (
    "placed_at", "promised_at", "slot_starts_at", "paid_at", "pick_started_at", "picked_at", "pack_started_at",
    "packed_at", "dispatched_at", "delivered_at", "cancelled_at",
)  # fmt: skip


def _us(expression: str) -> str:
    """SQL for an instant in microseconds since the epoch; exact, since EXTRACT gives a numeric."""
    return f"(EXTRACT(EPOCH FROM {expression} - :epoch) * 1000000)::bigint"


# One cut, whatever else goes on; and compiling a query never pays here.
_TRANSACTION = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
_SETTINGS = "SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '32MB'"


class OpenRows:
    """Reads the open rows of the run that began at `epoch` and has come to `sim_now`."""

    def __init__(self, connection: Connection, epoch: datetime, sim_now: datetime) -> None:
        self._connection = connection
        self._epoch = epoch
        self._sim_now = sim_now

    def snapshot(
        self,
        carts_return_within: timedelta,
        orders_matter_for: timedelta,
        matters: StillToCome,
        remembered: StillRemembered,
    ) -> Snapshot:
        """Return what is open, with the carts that may still be returned to.

        Of the orders delivered so lately that they may matter at all, `matters` says which do, and `remembered` what
        their customers will speak of.
        """
        self._connection.execute(text(_TRANSACTION))
        self._connection.execute(text(_SETTINGS))
        with self._driver().cursor() as cursor:
            customers = customer_columns(cursor, self._epoch)
            delivered = lines_delivered(cursor, self._epoch, self._sim_now - orders_matter_for)
            newest = newest_ids(cursor)
        stops = self._read(StopRow, _STOPS)
        open_returns = self._read(OpenReturnRow, _OPEN_RETURNS)
        open_orders = self._connection.execute(text(_OPEN_ORDERS)).scalars()
        elsewhere = {row.order_id for row in stops} | {row.order_id for row in open_returns}
        wanted = elsewhere.union(open_orders, matters(delivered))
        sessions = self._read(SessionRow, _SESSIONS)
        abandoned_carts = self._abandoned_carts(self._sim_now - carts_return_within)
        carts = [row.cart_id for row in abandoned_carts] + [row.cart_id for row in sessions if row.cart_id is not None]
        found = Snapshot(
            sim_now=(self._sim_now - self._epoch) // timedelta(microseconds=1),
            newest_ids=newest,
            customers=customers,
            second_addresses=self._read(SecondAddressRow, _SECOND_ADDRESSES),
            devices=self._read(DeviceRow, _DEVICES.format(signed_in_at=_us("signed_in_at"))),
            shelves=self._read(ShelfRow, _SHELVES),
            couriers=self._couriers(),
            sessions=sessions,
            steps=self._read(StepRow, _STEPS.format(occurred_at=_us("e.occurred_at"))),
            cart_items=self._read(CartItemRow, _CART_ITEMS, carts=carts),
            abandoned_carts=abandoned_carts,
            orders=self._orders(wanted),
            lines=self._read(LineRow, _LINES, orders=sorted(wanted)),
            trips=self._read(
                TripRow, _TRIPS.format(started_at=_us("t.started_at"), last_stop_at=_us("max(a.attempted_at)"))
            ),
            stops=stops,
            replenishments=self._read(ReplenishmentRow, _REPLENISHMENTS.format(ordered_at=_us("ordered_at"))),
            prices=self._read(PriceRow, _PRICES),
            open_returns=open_returns,
            unanswered=self._read(
                UnansweredReviewRow,
                _UNANSWERED.format(created_at=_us("created_at")),
                since=self._sim_now - ANSWERED_WITHIN,
            ),
            remembered=remembered(delivered),
            incidents=self._read(IncidentRow, _INCIDENTS.format(began_at=_us("began_at"), ends_at=_us("ends_at"))),
        )
        self._connection.rollback()
        return found

    def _driver(self) -> PsycopgConnection:
        """The driver's own connection, in the same transaction: SQLAlchemy knows no COPY."""
        driver: PsycopgConnection | None = self._connection.connection.driver_connection
        if driver is None:
            raise SinkError("the connection to the database is closed")
        return driver

    def _couriers(self) -> list[CourierRow]:
        sql = _COURIERS.format(
            hired_at=_us("c.hired_at"),
            began_at=_us("s.started_at"),
            ends_at=_us("s.ends_at"),
            last_ended_at=_us("t.ended_at[1]"),
            last_but_one_ended_at=_us("t.ended_at[2]"),
        )
        return self._read(CourierRow, sql)

    def _abandoned_carts(self, since: datetime) -> list[AbandonedCartRow]:
        return self._read(AbandonedCartRow, _ABANDONED_CARTS.format(closed_at=_us("c.closed_at")), since=since)

    def _orders(self, wanted: Iterable[int]) -> list[OrderRow]:
        sql = _ORDERS.format(
            milestones=", ".join(_us(f"o.{name}") for name in _MILESTONES),
            last_attempt_at=_us("a.attempted_at"),
            trip_ended_at=_us("t.ended_at"),
        )
        return self._read(OrderRow, sql, orders=sorted(wanted))

    def _read(self, row_type: type[RowType], sql: str, **values: Any) -> list[RowType]:
        rows = self._connection.execute(text(sql), {"epoch": self._epoch, **values} if ":epoch" in sql else values)
        return [row_type(*row) for row in rows]
