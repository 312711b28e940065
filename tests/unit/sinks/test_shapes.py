"""Shapes of tables, read from SQLAlchemy's types."""

from __future__ import annotations

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from sim.sinks.shapes import ColumnShape, shop_shapes, table_shapes


def test_every_type_of_the_shop_has_its_kind():
    metadata = MetaData()
    Table(
        "t",
        metadata,
        Column("a", SmallInteger),
        Column("b", Integer, primary_key=True),
        Column("c", BigInteger, primary_key=True),
        Column("d", Boolean),
        Column("e", Text),
        Column("f", Double),
        Column("g", Numeric(8, 3)),
        Column("h", DateTime(timezone=True)),
    )
    shape = table_shapes(metadata)["t"]
    assert shape.columns == (
        ColumnShape("a", "int2"),
        ColumnShape("b", "int4"),
        ColumnShape("c", "int8"),
        ColumnShape("d", "bool"),
        ColumnShape("e", "text"),
        ColumnShape("f", "float8"),
        ColumnShape("g", "numeric", scale=3),
        ColumnShape("h", "timestamptz"),
    )
    assert shape.key == ("b", "c")


@pytest.mark.parametrize("unknown", [LargeBinary(), DateTime(), Numeric()], ids=["bytes", "no zone", "no scale"])
def test_a_type_that_no_sink_can_write_is_refused(unknown: TypeEngine[object]):
    metadata = MetaData()
    Table("t", metadata, Column("odd", unknown))
    with pytest.raises(TypeError, match=r"t\.odd"):
        table_shapes(metadata)


def test_tables_come_before_those_that_refer_to_them_and_bookkeeping_is_left_out():
    metadata = MetaData()
    Table("a", metadata, Column("b_id", ForeignKey("b.id")))
    Table("b", metadata, Column("id", Integer, primary_key=True))
    Table("runs", metadata, Column("id", Integer), schema="sim")
    assert list(table_shapes(metadata)) == ["b", "a"]


def test_the_shop_has_its_tables():
    shapes = shop_shapes()
    names = list(shapes)
    assert names.index("customers") < names.index("sessions") < names.index("orders") < names.index("order_items")
    assert shapes["session_events"].key == ("session_id", "seq")
    assert "runs" not in shapes
