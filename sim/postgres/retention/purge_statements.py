"""The statements by which the past is cut off. Each finds its rows by an index and deletes at most a chunk of them.

What is `held(…)` is filled in by `external_references`.
"""

from __future__ import annotations

from models.base import ENTITY
from models.declarations import purged_with_a_visit

SINCE = """
INSERT INTO sim.retention AS r (only_row, kept_since) VALUES (true, %(since)s)
ON CONFLICT (only_row) DO UPDATE SET kept_since = greatest(r.kept_since, excluded.kept_since)
"""

# A customer's entries go from the first on, all that lie before the instant at once: so a chain never has a hole.
_CUT_CHAIN = """
WITH due AS (
    SELECT DISTINCT customer_id
    FROM (SELECT customer_id FROM {table} o
          WHERE occurred_at < %(since)s
            AND NOT EXISTS (SELECT FROM {table} r WHERE r.customer_id = o.customer_id AND r.occurred_at < %(since)s
                                                    AND held({table}, r))
          ORDER BY occurred_at LIMIT %(rows)s) oldest
), gone AS (
    DELETE FROM {table} t USING due WHERE t.customer_id = due.customer_id AND t.occurred_at < %(since)s RETURNING t.*
)
"""
LOYALTY = (
    _CUT_CHAIN.format(table="loyalty_transactions")
    + """
INSERT INTO sim.carried_customers AS c (customer_id, loyalty_seq, loyalty_points, lifetime_points, loyalty_tier)
SELECT customer_id, max(seq), (array_agg(balance ORDER BY seq DESC))[1],
       coalesce(sum(points) FILTER (WHERE reason IN ('opening', 'purchase', 'refund')), 0),
       (array_agg(tier ORDER BY seq DESC))[1]
FROM gone GROUP BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET
    loyalty_seq = excluded.loyalty_seq, loyalty_points = excluded.loyalty_points,
    lifetime_points = c.lifetime_points + excluded.lifetime_points, loyalty_tier = excluded.loyalty_tier
"""
)
SATISFACTION = (
    _CUT_CHAIN.format(table="truth.satisfaction_changes")
    + """
INSERT INTO truth.carried_satisfaction AS c (customer_id, seq, satisfaction)
SELECT customer_id, max(seq), (array_agg(satisfaction ORDER BY seq DESC))[1] FROM gone GROUP BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET
    seq = excluded.seq, satisfaction = excluded.satisfaction
"""
)

# An order's last instant, whatever came of it. By scalar subqueries: EXISTS might be answered by reading a whole table.
_LAST = """
greatest(coalesce(o.delivered_at, o.cancelled_at, 'infinity'),
         (SELECT max(p.attempted_at) FROM payments p WHERE p.order_id = o.order_id),
         (SELECT max(v.created_at) FROM reviews v WHERE v.order_id = o.order_id),
         (SELECT max(coalesce(b.refunded_at, 'infinity')) FROM returns b WHERE b.order_id = o.order_id),
         (SELECT max(a.answered_at) FROM survey_answers a WHERE a.order_id = o.order_id),
         (SELECT max(m.occurred_at) FROM stock_movements m WHERE m.order_id = o.order_id),
         (SELECT max(l.occurred_at) FROM loyalty_transactions l WHERE l.order_id = o.order_id),
         (SELECT max(f.occurred_at) FROM truth.satisfaction_changes f WHERE f.order_id = o.order_id))
"""
ALIASES = {"sessions": "s", "carts": "c", "orders": "o", "deliveries": "d"}
"""The parts of a visit as VISITS calls them."""
VISITS = f"""
SELECT s.session_id, s.started_at, c.cart_id, o.order_id, d.delivery_id,
       ARRAY(SELECT r.cart_id FROM carts r WHERE r.restored_from_cart_id = c.cart_id),
       coalesce(s.ended_at, 'infinity') < %(since)s
       AND CASE WHEN o.order_id IS NULL THEN true ELSE {_LAST} < %(since)s END
       AND NOT held_visit()
FROM (SELECT session_id, started_at, ended_at FROM sessions
      WHERE (started_at, session_id) < (%(at)s, %(session_id)s)
      ORDER BY started_at DESC, session_id DESC LIMIT %(visits)s) s
LEFT JOIN carts c ON c.session_id = s.session_id
LEFT JOIN orders o ON o.cart_id = c.cart_id
LEFT JOIN deliveries d ON d.order_id = o.order_id
ORDER BY s.started_at DESC, s.session_id DESC
"""


def _carry_ids(entity: str, gone: str = "gone") -> str:
    return f"""
INSERT INTO sim.carried_ids AS i (city_id, entity, newest_id)
SELECT mod({entity}_id, 100), '{entity}', max({entity}_id) FROM {gone} GROUP BY 1
ON CONFLICT (city_id, entity) DO UPDATE SET newest_id = greatest(i.newest_id, excluded.newest_id)
"""


_CARRY_STOCK = """
INSERT INTO sim.carried_stock AS s (warehouse_id, product_id, quantity)
SELECT warehouse_id, product_id, sum(quantity) FROM gone GROUP BY warehouse_id, product_id
ON CONFLICT (warehouse_id, product_id) DO UPDATE SET quantity = s.quantity + excluded.quantity
"""
_CARRY_LAST_ORDERS = """
INSERT INTO sim.carried_customers AS c (customer_id, last_paid_at)
SELECT customer_id, max(paid_at) FROM gone WHERE paid_at IS NOT NULL GROUP BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET last_paid_at = greatest(c.last_paid_at, excluded.last_paid_at)
"""


def _delete(table: str, by: str, entity: str | None = None, carry: str | None = None) -> str:
    """Delete the rows of `table` that refer to the ids given, and carry what they came to."""
    delete = f"DELETE FROM {table} WHERE {by} = ANY(%(ids)s)"
    if entity is None:
        return delete
    others = f", carried AS ({carry})" if carry else ""
    return f"WITH gone AS ({delete} RETURNING *){others}{_carry_ids(entity)}"


_CARRIED = {"stock_movements": _CARRY_STOCK, "orders": _CARRY_LAST_ORDERS}
DELETIONS = tuple(
    (_delete(each.table.fullname, each.key, each.table.info.get(ENTITY), _CARRIED.get(each.table.name)), each.part.name)
    for each in purged_with_a_visit()
)
"""What deletes a visit, what refers before what is referred to: statements, and of which part of it they take ids."""


def _delete_found(table: str, found: str, entity: str, carry: str | None = None) -> str:
    """Delete the rows of `table` whose ids a query finds, at most a chunk of them."""
    others = f", carried AS ({carry})" if carry else ""
    key = f"{entity}_id"
    return f"""
WITH found AS ({found} LIMIT %(rows)s), gone AS (
    DELETE FROM {table} t USING found WHERE t.{key} = found.{key} RETURNING t.*
){others}, ids AS ({_carry_ids(entity)})
SELECT FROM gone
"""


# Stock lay on every shelf when the shop opened.
OPENING_STOCK = _delete_found(
    "stock_movements",
    """
    SELECT m.movement_id FROM inventory i JOIN stock_movements m USING (warehouse_id, product_id)
    WHERE m.reason = 'opening' AND m.occurred_at < %(since)s AND m.occurred_at <= (SELECT min(epoch) FROM sim.runs)
      AND NOT held(stock_movements, m)
    """,
    "movement",
    _CARRY_STOCK,
)
# Trips of a shift that goes on say since when its courier is free.
TRIPS = _delete_found(
    "trips",
    """
    SELECT t.trip_id
    FROM couriers c JOIN trips t USING (courier_id) JOIN courier_shifts s USING (shift_id)
    WHERE t.started_at < %(since)s AND t.ended_at < %(since)s AND s.ended_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.trip_id = t.trip_id)
      AND NOT EXISTS (SELECT FROM delivery_attempts a WHERE a.trip_id = t.trip_id)
      AND NOT held(trips, t)
    """,
    "trip",
)
SHIFTS = _delete_found(
    "courier_shifts",
    """
    SELECT s.shift_id FROM couriers c JOIN courier_shifts s USING (courier_id)
    WHERE s.started_at < %(since)s AND s.ended_at < %(since)s
      AND NOT EXISTS (SELECT FROM trips t WHERE t.shift_id = s.shift_id)
      AND NOT held(courier_shifts, s)
    """,
    "shift",
)
# A replenishment and its movement agree, so they go together.
REPLENISHMENTS = f"""
WITH found AS (
    SELECT replenishment_id FROM replenishments p
    WHERE received_at < %(since)s AND NOT held(replenishments, p)
      AND NOT EXISTS (SELECT FROM stock_movements m
                      WHERE m.replenishment_id = p.replenishment_id AND held(stock_movements, m))
    LIMIT %(rows)s
), gone AS (
    DELETE FROM stock_movements m USING found WHERE m.replenishment_id = found.replenishment_id RETURNING m.*
), received AS (
    DELETE FROM replenishments r USING found WHERE r.replenishment_id = found.replenishment_id RETURNING r.*
), carried AS ({_CARRY_STOCK}), movements AS ({_carry_ids("movement")}),
ids AS ({_carry_ids("replenishment", "received")})
SELECT FROM received
"""
