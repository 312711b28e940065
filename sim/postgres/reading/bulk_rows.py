"""The parts of a snapshot with many rows: customers, the lines delivered lately, and the newest id of every kind."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.declarations import entities
from models.people import TIERS
from models.truth import PERSONAS
from sim.postgres.reading.binary_copy import Kind, read_columns
from sim.snapshot import CustomerColumns, DeliveredLines

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812  its own name is that of our variables

# An id is 100 * n + city, and in each city n runs through 1, 2, 3 … without a gap, or from the newest that was cut off.
# So the newest is found by bisection, one bit of n after the other; the last id in the index that belongs to a small
# city may lie far from its end.
_NEWEST = """
WITH RECURSIVE search (city, carried, bit, n) AS (
    SELECT c.city_id::bigint, coalesce(i.newest_id, 0), {bits}, 0::bigint
    FROM cities c LEFT JOIN sim.carried_ids i ON i.city_id = c.city_id AND i.entity = '{entity}'
    UNION ALL
    SELECT city, carried, bit - 1,
           n + CASE WHEN {probe} <= carried THEN 1::bigint << bit
                    ELSE coalesce((SELECT 1::bigint << bit FROM {table} WHERE {key} = {probe}), 0) END
    FROM search WHERE bit >= 0
)
SELECT city, n * 100 + city FROM search WHERE bit < 0 AND n > 0
"""
_PROBE = "(n + (1::bigint << bit)) * 100 + city"
_BITS = 40  # ids stay below 2^48

# The home is the first address. Of each chain the last entry of its primary key, or what is carried where it was cut
# off. A customer's orders are paid one after the other, in the order of their ids.
_CUSTOMERS = """
SELECT c.customer_id, c.city_id, array_position(%(personas)s, t.persona), array_position(%(tiers)s, c.loyalty_tier),
       c.loyalty_points, t.satisfaction, c.registered_at < %(epoch)s, a.address_id, a.latitude, a.longitude,
       c.lifetime_points,
       coalesce((SELECT seq FROM loyalty_transactions l WHERE l.customer_id = c.customer_id
                 ORDER BY seq DESC LIMIT 1), k.loyalty_seq, 0),
       coalesce((SELECT seq FROM truth.satisfaction_changes s WHERE s.customer_id = c.customer_id
                 ORDER BY seq DESC LIMIT 1), f.seq, 0),
       coalesce(greatest((SELECT paid_at FROM orders o WHERE o.customer_id = c.customer_id AND paid_at IS NOT NULL
                          ORDER BY order_id DESC LIMIT 1), k.last_paid_at), '-infinity')
FROM customers c JOIN truth.customer_traits t USING (customer_id)
JOIN (SELECT DISTINCT ON (customer_id) customer_id, address_id, latitude, longitude
      FROM addresses ORDER BY customer_id, address_id) a USING (customer_id)
LEFT JOIN sim.carried_customers k USING (customer_id) LEFT JOIN truth.carried_satisfaction f USING (customer_id)
ORDER BY c.customer_id
"""
_CUSTOMER_KINDS: dict[str, Kind] = {
    "customer_id": "int8",
    "city_id": "int2",
    "persona": "int4",
    "tier": "int4",
    "points": "int4",
    "satisfaction": "int2",
    "established": "bool",
    "address_id": "int8",
    "latitude": "float8",
    "longitude": "float8",
    "lifetime_points": "int4",
    "loyalty_seq": "int4",
    "satisfaction_seq": "int4",
    "last_order_at": "timestamptz",
}

_DELIVERED = """
SELECT o.order_id, i.line_no, o.delivered_at, o.delivered_at > o.promised_at, o.customer_id, i.product_id
FROM orders o JOIN order_items i USING (order_id) WHERE o.delivered_at >= %(since)s
"""
_DELIVERED_KINDS: dict[str, Kind] = {
    "order_id": "int8",
    "line_no": "int2",
    "delivered_at": "timestamptz",
    "late": "bool",
    "customer_id": "int8",
    "product_id": "int8",
}


def newest_ids(cursor: Cursor) -> dict[int, dict[str, int]]:
    """The newest id of each kind in each city: by city, then entity."""
    newest: dict[int, dict[str, int]] = defaultdict(dict)
    for entity, table in entities().items():
        cursor.execute(_NEWEST.format(entity=entity, table=table.name, key=f"{entity}_id", probe=_PROBE, bits=_BITS))
        for city_id, newest_id in cursor.fetchall():
            newest[city_id][entity] = newest_id
    return newest


def customer_columns(cursor: Cursor, epoch: datetime) -> CustomerColumns:
    """All customers, by id."""
    query = _filled(cursor, _CUSTOMERS, personas=list(PERSONAS), tiers=list(TIERS), epoch=epoch)
    return CustomerColumns(read_columns(cursor, query, _CUSTOMER_KINDS, epoch), PERSONAS, TIERS)


def lines_delivered(cursor: Cursor, epoch: datetime, since: datetime) -> DeliveredLines:
    """The lines of the orders delivered since then."""
    query = _filled(cursor, _DELIVERED, since=since)
    return DeliveredLines(**read_columns(cursor, query, _DELIVERED_KINDS, epoch))


def _filled(cursor: Cursor, query: str, **values: Any) -> str:
    """The query with its values in it: COPY takes no parameters."""
    return cursor.mogrify(query, values).decode("ascii")
