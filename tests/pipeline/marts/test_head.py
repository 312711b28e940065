"""What a mart's head may say, and in which words it is told that it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.marts.catalogue import NoSuchMart, marts, named
from pipeline.marts.column_types import UnknownType, column_type
from pipeline.marts.head import BadMart, Mart, parsed, read

GOOD = """/*
question: How many orders are there?
grain: One row a city.
about: All orders.
key: [city]
reads: [orders, warehouses, cities]
columns:
  city: text(100), name of the city
  orders: bigint, orders placed
  share: decimal(9,6) null, part of all orders, 0 to 1
checks:
  orders:
    mart: SELECT SUM(orders) FROM {mart}
    source: SELECT COUNT(*) FROM orders
*/
SELECT 1;
"""


def test_a_head_says_what_the_table_is():
    mart = parsed("orders_by_city", GOOD)
    assert (mart.name, mart.grain, mart.keys) == ("orders_by_city", "One row a city.", ("city",))
    assert [(each.name, each.type.mysql, each.nullable, each.comment) for each in mart.columns] == [
        ("city", "VARCHAR(100)", False, "name of the city"),
        ("orders", "BIGINT", False, "orders placed"),
        ("share", "DECIMAL(9,6)", True, "part of all orders, 0 to 1"),
    ]
    [check] = mart.checks
    assert (check.mart_sql, check.source_sql) == ("SELECT SUM(orders) FROM {mart}", "SELECT COUNT(*) FROM orders")
    assert (mart.reads, mart.may_be_empty, mart.sql) == (("orders", "warehouses", "cities"), False, "SELECT 1")


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (GOOD, "SELECT 1", "x.sql: allowed is a head between /* and */ at its top, and SQL below"),
        ("SELECT 1;", "", "x.sql: allowed is a head between /* and */ at its top, and SQL below"),
        ("grain: One row a city.\n", "", "x.sql: grain: Field required"),
        ("key: [city]", "key: []", "x.sql: key: []: List should have at least 1 item"),
        ("key: [city]", "key: [town]", "x.sql: key: 'town': allowed are city, orders, share"),
        ("key: [city]", "key: [city, city]", "x.sql: key: 'city': is there twice"),
        ("key: [city]", "key: [share]", "x.sql: key: 'share': may be null; allowed are columns that are always there"),
        ("[orders, w", "[order, w", "x.sql: reads: 'order': allowed are addresses, cart_items, "),
        ("bigint, o", "money, o", "x.sql: columns.orders: 'money': allowed are bigint, int, double, decimal(p,s)"),
        ("bigint, o", "text(0), o", "x.sql: columns.orders: 'text(0)': allowed are bigint"),
        ("decimal(9,6)", "decimal(39,2)", "x.sql: columns.share: 'decimal(39,2)': allowed are bigint"),
        ("bigint, orders placed", "bigint", "x.sql: columns.orders: 'bigint': allowed is TYPE, COMMENT or TYPE null"),
        ("  orders: bigint", "  Orders: bigint", "x.sql: columns: 'Orders': allowed are up to 40 of a-z, 0-9 and _"),
        ("  share: decimal", "  rank: decimal", "x.sql: columns: 'rank': is a word of SQL's own; allowed is any"),
        ("  share: decimal", "  city: decimal", "x.sql: the head is not YAML: line 10: 'city' is there twice"),
        ("about: All", "owner: me\nabout: All", "x.sql: owner: 'me': Extra inputs are not permitted"),
        (
            "FROM {mart}",
            "FROM orders",
            "x.sql: checks.orders.mart: 'SELECT SUM(orders) FROM orders': allowed is a query",
        ),
    ],
)
def test_a_bad_head_is_one_line_with_field_value_and_what_is_allowed(was: str, now: str, said: str):
    with pytest.raises(BadMart) as raised:
        parsed("x", GOOD.replace(was, now))
    assert str(raised.value).startswith(said)
    assert "\n" not in str(raised.value)


def test_a_name_has_room_for_the_name_of_its_staging_table():
    with pytest.raises(BadMart, match=r"name: 'Orders': allowed are up to 40 of a-z, 0-9 and _, a letter first"):
        parsed("Orders", GOOD)
    with pytest.raises(BadMart, match="name"):
        parsed("a" * 41, GOOD)
    with pytest.raises(BadMart, match=r"^orders\.sql: name: 'orders': is a table of the shop"):
        parsed("orders", GOOD)


@pytest.mark.parametrize("spelled", ["", "decimal", "decimal(2,3)", "decimal(9)", "text(5,5)", "bigint(5)", "TEXT(5)"])
def test_a_type_is_one_of_few(spelled: str):
    with pytest.raises(UnknownType):
        column_type(spelled)


@pytest.mark.parametrize("mart", marts(), ids=lambda mart: mart.name)
def test_each_mart_of_ours_reads_what_it_says_and_nothing_else(mart: Mart):
    said = [name for name in mart.reads if name in mart.sql.split() or f"{name}\n" in mart.sql]
    assert said == list(mart.reads)


def test_adding_a_mart_touches_one_file(tmp_path: Path):
    (tmp_path / "orders_by_city.sql").write_text(GOOD, encoding="utf-8")
    assert [mart.name for mart in marts(tmp_path)] == ["orders_by_city"]
    assert named(["orders_by_city"], tmp_path) == [read(tmp_path / "orders_by_city.sql")]


def test_a_name_that_no_mart_has_is_told_which_there_are():
    with pytest.raises(NoSuchMart, match=r"NAME: 'sales': allowed are average_check"):
        named(["average_check", "sales"])
