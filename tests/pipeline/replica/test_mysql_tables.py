"""MySQL's tables follow from the models, and nothing about them is written down a second time."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    Double,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.sql.type_api import TypeEngine

from models import metadata
from models.base import one_of
from pipeline.replica import catalogue, chosen, mysql_tables
from pipeline.replica.mysql_tables import UnknownType

PARCELS = """
CREATE TABLE parcels (
parcel_id BIGINT NOT NULL COMMENT 'The parcel''s own.'
zone VARCHAR(255) NOT NULL
city SMALLINT NOT NULL
units INTEGER
price DECIMAL(12, 2)
weight DECIMAL(8, 3)
share DOUBLE
fragile TINYINT(1)
note TEXT
status VARCHAR(255)
code VARCHAR(32)
sent_at DATETIME(6)
PRIMARY KEY (zone, parcel_id)
)
ENGINE=InnoDB
CHARSET=utf8mb4
COLLATE utf8mb4_0900_bin
COMMENT='Parcels.'
"""


def parcels() -> Table:
    return Table(
        "parcels",
        MetaData(),
        Column("zone", Text, primary_key=True),
        Column("parcel_id", BigInteger, primary_key=True, autoincrement=False, comment="The parcel's own."),
        Column("city", SmallInteger, nullable=False, server_default="1"),
        Column("units", Integer),
        Column("price", Numeric(12, 2)),
        Column("weight", Numeric(8, 3)),
        Column("share", Double),
        Column("fragile", Boolean),
        Column("note", Text),
        Column("status", Text),
        Column("code", String(32)),
        Column("sent_at", TIMESTAMP(timezone=True)),
        one_of("status", "ready", "gone"),
        comment="Parcels.",
    )


@pytest.fixture
def with_parcels(monkeypatch: pytest.MonkeyPatch) -> Table:
    """The models have one table more."""
    table = parcels()
    monkeypatch.setattr(chosen, "tables_in_key_order", lambda: [*metadata.sorted_tables, table])
    return table


def lines(statement: str) -> set[str]:
    """Its lines in any order: SQLAlchemy puts a table's options as it likes."""
    apart = re.sub(r"^\)ENGINE=(.*)$", r")\nENGINE=\1", statement, flags=re.MULTILINE)
    head, _, options = apart.partition("\n)\n")
    options = re.sub(" (COMMENT|COLLATE|CHARSET)", r"\n\1", options)
    return {line.strip().rstrip(",") for line in f"{head}\n)\n{options}".splitlines() if line.strip()}


def test_a_new_table_of_the_models_is_in_the_replica_with_types_key_and_comments(with_parcels: Table):
    [made] = [table for table in mysql_tables.of_models() if table.name == with_parcels.name]
    assert lines(mysql_tables.create(made)) == lines(PARCELS)
    assert [column.name for column in made.columns] == [column.name for column in with_parcels.columns]


def test_every_column_of_every_chosen_table_is_there_with_its_comment():
    made = {table.name: table for table in mysql_tables.of_models()}
    for table in metadata.sorted_tables:
        if table.schema is None or table.name in chosen.OF_SIM:
            there = [(column.name, column.comment, column.nullable) for column in made[table.name].columns]
            wanted = [(column.name, column.comment, column.nullable) for column in table.columns]
            left_out = {("scenario_config", "The resolved scenario, every parameter.", False)}
            assert set(wanted) - set(there) == (left_out if table.name == "runs" else set())
            assert [column.name for column in made[table.name].primary_key] == [c.name for c in table.primary_key]
            assert made[table.name].comment == table.comment
            assert not made[table.name].indexes
            assert not made[table.name].foreign_keys


def test_all_of_public_is_chosen_and_of_sim_what_readers_need():
    names = {chosen.qualified(table) for table in chosen.tables()}
    assert {name for name in names if name.startswith("sim.")} == {"sim.runs", "sim.incidents", "sim.retention"}
    assert {f"public.{table.name}" for table in metadata.sorted_tables if table.schema is None} <= names
    assert len(chosen.replicated_tables()) == len(set(chosen.replicated_tables()))  # MySQL has no schemas


@pytest.mark.parametrize(
    "kind", [JSONB(), ARRAY(Integer), TIMESTAMP(timezone=False), Numeric(), Numeric(40, 2), String()], ids=repr
)
def test_a_type_without_a_form_is_refused_by_name(kind: TypeEngine[object]):
    table = Table("odd", MetaData(), Column("what", kind))
    with pytest.raises(UnknownType, match=r"odd\.what is "):
        mysql_tables.mysql_type(table.columns["what"])


def test_a_difference_is_named(with_parcels: Table):
    tables = [table for table in mysql_tables.of_models() if table.name == with_parcels.name]
    right = catalogue.wanted(tables[0])
    assert catalogue.differences(tables, {"parcels": right}) == {}
    assert catalogue.differences(tables, {}) == {"parcels": "is missing"}
    without_units = right._replace(columns=tuple(each for each in right.columns if each[0] != "units"))
    assert catalogue.differences(tables, {"parcels": without_units}) == {"parcels": "has no column units"}
    more = right._replace(columns=(*right.columns, ("note_2", "text", True)))
    assert catalogue.differences(tables, {"parcels": more}) == {"parcels": "has a column note_2 more"}
    wider = right._replace(columns=tuple((n, "bigint", x) if n == "units" else (n, k, x) for n, k, x in right.columns))
    assert catalogue.differences(tables, {"parcels": wider}) == {"parcels": "units is bigint, not int"}
    other_key = right._replace(key=("parcel_id",))
    assert list(catalogue.differences(tables, {"parcels": other_key})) == ["parcels"]
    other_words = right._replace(comments=("Boxes.", *right.comments[1:]))
    assert catalogue.differences(tables, {"parcels": other_words}) == {}


def test_words_can_have_an_index_and_free_text_is_not_cut_off():
    made = {table.name: table for table in mysql_tables.of_models()}
    assert str(made["orders"].columns["status"].type) == "VARCHAR(255)"
    assert str(made["loyalty_transactions"].columns["tier"].type) == "VARCHAR(255)"
    assert str(made["reviews"].columns["comment"].type) == "TEXT"
    assert str(made["customers"].columns["full_name"].type) == "TEXT"


def test_types_are_what_a_reader_expects():
    """Values of Python are these: what a course's notebook does with them depends on it."""
    kinds = {str(column.type): column.type.python_type for t in mysql_tables.of_models() for column in t.columns}
    assert kinds["DATETIME"] is datetime
    assert kinds["DECIMAL(12, 2)"] is Decimal
    assert kinds["DOUBLE"] is float
