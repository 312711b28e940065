"""Every table has its place in a lake, and a new one has to be given it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.declarations import appended_tables, tables_with_open_rows
from sim.export.catalogue import TIMES
from sim.lake import places as room
from sim.lake.columns import schema_of
from sim.lake.places import Final, places
from sim.sinks.shapes import ColumnShape, TableShape, shop_shapes


def test_every_table_that_is_written_has_one():
    assert {name for name in shop_shapes() if not name.startswith("truth.")} == places().keys() < shop_shapes().keys()


def test_what_belongs_to_no_city_or_is_as_few_is_whole():
    whole = {name for name, place in places().items() if not place.of_cities}
    assert whole == {"cities", "warehouses", "categories", "products", "product_prices", "sim.incidents"}


def test_rows_with_a_time_are_divided_by_the_time_that_exports_know():
    for name, place in places().items():
        if place.of_cities:
            said = f"{place.time_of}.{place.time}" if place.time_of else place.time
            assert said == TIMES[name]


def test_what_changes_and_is_divided_by_days_says_from_when_on_it_does_not():
    divided = {name: place.final for name, place in places().items() if place.time is not None}
    assert {name for name, final in divided.items() if final is None} == set(appended_tables()) & places().keys()
    assert set(tables_with_open_rows()) <= divided.keys()
    assert divided["orders"] == Final(set_columns=("delivered_at", "cancelled_at"))
    assert divided["cart_items"] == Final(with_table="carts", by_column="cart_id")
    assert divided["reviews"] == Final(set_columns=("answered_at",), within=timedelta(days=8))


def test_a_new_table_has_none(monkeypatch: pytest.MonkeyPatch):
    columns = ColumnShape("rumour_id", "int8"), ColumnShape("told_at", "timestamptz")
    shapes = {"rumours": TableShape("rumours", columns, ("rumour_id",))}
    monkeypatch.setattr(room, "shop_shapes", lambda: shapes)
    with pytest.raises(TypeError, match=r"rumours has no place in a lake: sim\.export\.catalogue\.TIMES says"):
        places.__wrapped__()


def test_rows_that_change_and_say_not_for_how_long_have_none(monkeypatch: pytest.MonkeyPatch):
    shapes = {"reviews": shop_shapes()["reviews"]}
    monkeypatch.setattr(room, "shop_shapes", lambda: shapes)
    monkeypatch.delitem(room._WITHIN, "reviews")
    with pytest.raises(TypeError, match="reviews has no place in a lake: its rows change, and nothing says from when"):
        places.__wrapped__()


def test_types_are_those_of_the_tables():
    schema = schema_of(shop_shapes()["orders"])
    assert str(schema.field("total").type) == "decimal128(12, 2)"
    assert str(schema.field("placed_at").type) == "timestamp[us, tz=UTC]"
    assert (schema.field("order_id").nullable, schema.field("cancel_reason").nullable) == (False, True)
