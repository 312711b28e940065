"""What there is to export: the shop's tables and views, their columns, and the time that each of their rows has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

from sim.export.types import UnknownType, arrow_type

# When a row happened, by which --since cuts and large tables are divided. None: it has no time, or others refer to it.
# `table.column` is the time of the row of that table to which a row belongs, by the key of both.
TIMES: dict[str, str | None] = {
    "addresses": None,
    "cart_items": "added_at",
    "carts": "created_at",
    "categories": None,
    "cities": None,
    "courier_shifts": "started_at",
    "couriers": None,
    "customer_devices": None,
    "customers": None,
    "deliveries": "ready_at",
    "delivery_attempts": "attempted_at",
    "inventory": None,
    "loyalty_transactions": "occurred_at",
    "order_items": "orders.placed_at",
    "order_status_changes": "changed_at",
    "orders": "placed_at",
    "payments": "attempted_at",
    "product_prices": None,
    "products": None,
    "replenishments": "ordered_at",
    "returns": "requested_at",
    "reviews": "created_at",
    "session_events": "occurred_at",
    "sessions": "started_at",
    "stock_movements": "occurred_at",
    "survey_answers": "answered_at",
    "trips": "started_at",
    "warehouses": None,
    # views
    "cart_abandonment": "created_at",
    "courier_utilisation": "hour",
    "customer_cohorts": None,
    "delivery_times": "placed_at",
    "funnel_daily": "day",
    "incidents": "began_at",
    "order_cycle": "placed_at",
    "order_lines": "ordered_at",
    "promises_due": "promised_at",
    "stockouts": "started_at",
}
_PARENT_KEYS = {"orders": "order_id"}
_THERE = """
SELECT c.relname, c.relkind, has_table_privilege(c.oid, 'SELECT'),
       (SELECT array_agg(ARRAY[a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text] ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       (SELECT array_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum))
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND c.relname = ANY (%s)
ORDER BY c.relkind = 'v', c.relname
"""


class Unreadable(Exception):
    """There is no such table here, or it can't be read; one line for people."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, with its type as PostgreSQL says it."""

    name: str
    type: str
    not_null: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or a view."""

    name: str
    is_view: bool
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def time(self) -> str | None:
        """The column that says when a row happened: its own, or `table.column` of what it belongs to."""
        return TIMES[self.name]

    @property
    def time_sql(self) -> str | None:
        """The same in a query from `source`."""
        if self.time is None:
            return None
        parent, _, column = self.time.rpartition(".")
        return f'{parent or "shop"}."{column}"'

    @property
    def source(self) -> str:
        """What a query selects from: the relation as `shop`, and what its rows have their time from."""
        parent = (self.time or "").rpartition(".")[0]
        join = f" JOIN public.{parent} USING ({_PARENT_KEYS[parent]})" if parent else ""
        return f'public."{self.name}" AS shop{join}'


def relations(connection: Connection, names: Sequence[str] | None) -> list[Relation]:
    """The tables named, or all, and then the views. Raises Unreadable."""
    if unknown := [name for name in names or () if name not in TIMES]:
        raise Unreadable(f"tables: {unknown[0]!r} is none; allowed are {', '.join(sorted(TIMES))}")
    with connection.cursor() as cursor:
        cursor.execute(_THERE, (list(names if names is not None else TIMES),))
        found = cursor.fetchall()
    if missing := sorted(set(names or ()) - {name for name, *_ in found}):
        raise Unreadable(f"tables: {missing[0]!r} is not there, in a shop of an older version; `upgrade` makes it")
    if locked := [name for name, _, may_read, *_ in found if not may_read]:
        raise Unreadable(f"the role may not read {', '.join(locked)}; bazaar_reader may, and so may its members")
    return [_relation(*row) for row in found]


def _relation(name: str, kind: str, _: bool, columns: list[list[Any]], key: list[str] | None) -> Relation:
    made = tuple(Column(column, kind_of, not_null == "true") for column, kind_of, not_null in columns)
    for column in made:
        try:
            arrow_type(column.type)
        except UnknownType as error:
            raise Unreadable(f"{name}.{column.name}: {error}") from error
    return Relation(name, kind == "v", made, tuple(key or ()))
