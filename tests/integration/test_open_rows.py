"""What going on reads is what the tables say, also where it takes a short cut to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sim.postgres.reading.binary_copy import read_columns
from sim.postgres.reading.bulk_rows import customer_columns, lines_delivered, newest_ids
from tests.integration.test_running import Shop

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
# As plainly as it can be said, from the whole history.
CUSTOMERS = """
SELECT customer_id, city_id, persona, loyalty_tier, loyalty_points, satisfaction, registered_at < %s,
       address_id, latitude, longitude,
       (SELECT coalesce(sum(points), 0) FROM loyalty_transactions l
        WHERE l.customer_id = c.customer_id AND reason IN ('opening', 'purchase', 'refund')),
       (SELECT count(*) FROM loyalty_transactions l WHERE l.customer_id = c.customer_id),
       (SELECT count(*) FROM truth.satisfaction_changes s WHERE s.customer_id = c.customer_id),
       (SELECT max(paid_at) FROM orders o WHERE o.customer_id = c.customer_id)
FROM customers c JOIN truth.customer_traits USING (customer_id) JOIN addresses a USING (customer_id)
WHERE address_id = (SELECT min(address_id) FROM addresses WHERE customer_id = a.customer_id) ORDER BY customer_id
"""
LINES = """
SELECT order_id, line_no, delivered_at, delivered_at > promised_at, customer_id, product_id
FROM orders JOIN order_items USING (order_id) WHERE delivered_at >= %s ORDER BY order_id, line_no
"""


@pytest.fixture(scope="module")
def shop(postgres_url: str) -> Iterator[Shop]:
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(duration="40h", scale="0.06")
        yield shop


@pytest.fixture
def cursor(shop: Shop) -> Iterator[Any]:
    with shop.connected() as connection, connection.cursor() as cursor:
        yield cursor


def since_epoch_us(instant: datetime | None) -> int | None:
    return None if instant is None else (instant - EPOCH) // timedelta(microseconds=1)


def test_the_newest_id_of_every_kind_in_every_city(shop: Shop, cursor: Any):
    cities = [city for (city,) in shop.rows("SELECT city_id FROM cities")]
    found = newest_ids(cursor)
    kinds = {
        "stock_movements": "movement", "addresses": "address", "replenishments": "replenishment", "carts": "cart",
        "customers": "customer", "couriers": "courier", "sessions": "session", "orders": "order", "trips": "trip",
        "payments": "payment", "courier_shifts": "shift", "deliveries": "delivery", "reviews": "review",
        "returns": "return",
    }  # fmt: skip
    largest = {city: {} for city in cities}  # type: ignore[var-annotated]
    for table, kind in kinds.items():
        for city, newest in shop.rows(f"SELECT {kind}_id % 100, max({kind}_id) FROM {table} GROUP BY 1"):
            largest[city][kind] = newest
    assert found == largest


def test_customers_are_as_their_histories_say(shop: Shop, cursor: Any):
    plainly = [(*row[:-1], since_epoch_us(row[-1])) for row in shop.rows(CUSTOMERS, EPOCH)]
    rows = [tuple(row) for row in customer_columns(cursor, EPOCH)]
    assert rows == plainly
    assert {type(value) for row in rows for value in row} <= {int, float, str, bool, type(None)}
    assert sum(row[-1] is not None for row in rows) > 50
    assert sum(row[-1] is None for row in rows) > 50


def test_the_lines_delivered_since_an_instant(shop: Shop, cursor: Any):
    since = EPOCH + timedelta(hours=14)
    plainly = [(id_, no, since_epoch_us(at), *more) for id_, no, at, *more in shop.rows(LINES, since)]
    lines = lines_delivered(cursor, EPOCH, since)
    assert sorted(zip(*(column.tolist() for column in lines), strict=True)) == plainly
    assert {line[3] for line in plainly} == {True, False}


def test_a_null_is_refused_rather_than_read_as_something_else(cursor: Any):
    for query in ("VALUES (1::bigint), (NULL)", "VALUES (1::bigint), (NULL), (NULL), (NULL)", "VALUES (1::int)"):
        with pytest.raises(ValueError, match="NULL"):
            read_columns(cursor, query, {"number": "int8"}, EPOCH)
    assert read_columns(cursor, "SELECT 1::bigint WHERE false", {"number": "int8"}, EPOCH)["number"].tolist() == []
