"""The schema in other tools' forms says what the models say, and as SQL it makes a shop's database."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from sqlalchemy import create_engine, make_url

from db.apply import Current, schema_state
from db.formats import FORMATS
from db.schema_docs import view_comments
from models.declarations import shop_tables
from models.orders import STATUSES

TABLES = {table.name: table for table in shop_tables()}


def by_name(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    named = {entry["name"]: entry for entry in entries}
    assert len(named) == len(entries)
    return named


@pytest.fixture(scope="module")
def sources() -> dict[str, dict[str, Any]]:
    (source,) = yaml.safe_load(FORMATS["dbt"]())["sources"]
    return by_name(source["tables"])


def test_the_sql_makes_a_shop(database_url: str):
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg2"))
    with engine.connect() as connection:
        connection.exec_driver_sql(FORMATS["sql"](), execution_options={"no_parameters": True})
        assert schema_state(connection) == Current()
        connection.rollback()
    engine.dispose()


def test_json_has_every_table_and_view_with_its_columns():
    relations = by_name(json.loads(FORMATS["json"]())["relations"])
    assert set(relations) == set(TABLES) | {name for name, _ in view_comments()}
    for name, table in TABLES.items():
        assert [column["name"] for column in relations[name]["columns"]] == list(table.columns.keys())
    assert relations["orders"]["key"] == ["order_id"]
    assert {"columns": ["cart_id"], "table": "carts", "to": ["cart_id"]} in relations["orders"]["references"]
    status = by_name(relations["orders"]["columns"])["status"]
    assert (status["type"], status["nullable"], status["values"]) == ("text", False, list(STATUSES))


def test_dbt_tests_what_the_keys_and_words_promise(sources):
    orders = by_name(sources["orders"]["columns"])
    assert orders["order_id"]["data_tests"] == ["unique", "not_null"]
    assert orders["status"]["data_tests"] == [
        "not_null",
        {"accepted_values": {"arguments": {"values": list(STATUSES)}}},
    ]
    to = {"to": "source('bazaar', 'customers')", "field": "customer_id"}
    assert orders["customer_id"]["data_tests"] == ["not_null", {"relationships": {"arguments": to}}]
    assert "data_tests" not in orders["delivered_at"]
    assert "unique" not in by_name(sources["order_items"]["columns"])["order_id"]["data_tests"]  # but a part of its key


def test_dbt_looks_for_freshness_where_rows_come_with_every_visit(sources):
    fresh = {name: told["config"]["loaded_at_field"] for name, told in sources.items() if "config" in told}
    assert {"orders", "sessions", "order_status_changes", "deliveries"} < set(fresh)
    assert not {"cities", "products", "warehouses", "inventory", "order_lines"} & set(fresh)
    assert fresh["orders"] == "placed_at"


def test_dbml_and_mermaid_have_every_table_and_reference():
    references = sum(len(table.foreign_key_constraints) for table in TABLES.values())
    text = FORMATS["dbml"]()
    assert set(re.findall(r"^Table (\w+) \{$", text, re.MULTILINE)) == set(TABLES)
    assert len(re.findall(r"^Ref: ", text, re.MULTILINE)) == references
    assert "Ref: orders.cart_id - carts.cart_id\n" in text  # at most one order a cart
    assert "Ref: returns.(order_id, product_id) - order_items.(order_id, product_id)\n" in text
    diagram = FORMATS["mermaid"]()
    assert diagram.startswith("erDiagram\n")
    assert len(re.findall(r"\|\|--|\|o--", diagram)) == references
