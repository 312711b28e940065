"""What a table declares is what follows from it elsewhere; one that contradicts itself is refused."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import BigInteger, CheckConstraint

from models import metadata
from models.base import APPENDED, ENTITY, IN_BATCHES, PURGED
from models.declarations import (
    appended_tables,
    entities,
    event_times,
    open_while,
    purged_as_chains,
    purged_entities,
    purged_with_a_visit,
    shop_tables,
    tables_with_open_rows,
    written_tables,
)
from sim.journal.recorders import ROWS_AS_THEY_ARE
from sim.postgres.reading import open_rows
from sim.shop.ids import CITY_ENTITIES


def test_the_shop_numbers_what_the_tables_call_entities():
    """The shop may not know the tables, so it has a list of its own; it is the same one."""
    assert set(CITY_ENTITIES) == set(entities())


def test_whatever_has_a_key_of_its_own_by_city_says_so():
    keys = {table.name: next(iter(table.primary_key)) for table in shop_tables()}
    named = [name for name, key in keys.items() if "last two digits are" in str(key.comment)]
    assert {*named, "couriers"} == {table.name for table in entities().values()}
    assert all(isinstance(keys[name].type, BigInteger) for name in named)


def test_what_the_database_lets_be_carried_is_what_may_be_purged():
    checks = [each for each in metadata.tables["sim.carried_ids"].constraints if isinstance(each, CheckConstraint)]
    (known,) = [str(each.sqltext) for each in checks if "entity_known" in str(each.name)]
    assert [word.strip("'") for word in known.partition("(")[2].rstrip(")").split(", ")] == purged_entities()


def test_a_key_that_is_not_its_entitys_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(metadata.tables["reviews"].info, ENTITY, "critique")
    with pytest.raises(TypeError, match="reviews is of the entity critique, but its key is review_id"):
        entities()


def test_a_table_that_refers_to_what_is_purged_has_to_say_how_it_goes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(metadata.tables["reviews"].info, PURGED)
    with pytest.raises(TypeError, match="reviews refers to order_items, which is purged: it has to say how it goes"):
        purged_with_a_visit()


def test_those_that_refer_are_purged_before_what_they_refer_to():
    place = {each.table.fullname: number for number, each in enumerate(purged_with_a_visit())}
    for each in purged_with_a_visit():
        for key in each.table.foreign_key_constraints:
            if key.referred_table is not each.table and key.referred_table.name in place:
                assert place[each.table.fullname] < place[key.referred_table.name]


def test_each_is_purged_by_a_column_that_it_has():
    assert [each for each in purged_with_a_visit() if each.key not in each.table.columns] == []


def test_a_chain_is_a_customers():
    keys = {name: [column.name for column in metadata.tables[name].primary_key] for name in purged_as_chains()}
    assert keys == {
        "loyalty_transactions": ["customer_id", "seq"],
        "truth.satisfaction_changes": ["customer_id", "seq"],
    }


def test_no_appended_table_has_room_for_changes():
    room = [table.name for table in written_tables() if table.dialect_options["postgresql"]["with"]]
    assert not set(room) & set(appended_tables())


def test_what_the_journal_appends_as_it_is_has_no_room_for_changes():
    for name in ROWS_AS_THEY_ARE.values():
        assert not metadata.tables[name].dialect_options["postgresql"]["with"], name


def test_going_on_reads_every_table_with_open_rows():
    sql = "\n".join(value for value in vars(open_rows).values() if isinstance(value, str))
    read = set(re.findall(r"\b(?:FROM|JOIN) (\w+)", sql))
    assert len(tables_with_open_rows()) >= 7
    assert set(tables_with_open_rows()) <= read


def test_an_order_is_open_until_its_last_milestone():
    assert open_while("orders") == "delivered_at IS NULL AND cancelled_at IS NULL"
    assert f"WHERE {open_while('orders')}" in open_rows._OPEN_ORDERS


def test_promises_and_due_dates_are_no_events():
    ahead = {
        f"{table.name}.{column.name}"
        for table in shop_tables()
        for column in table.columns
        if column.name.endswith("_at") and column not in event_times(table)
    }
    assert ahead == {
        "orders.promised_at",
        "orders.slot_starts_at",
        "deliveries.promised_at",
        "replenishments.due_at",
        "courier_shifts.ends_at",
    }


def test_a_declaration_is_one_of_those_that_are_read():
    known = {ENTITY, APPENDED, PURGED, IN_BATCHES}
    assert {name for table in written_tables() for name in table.info} == known


def test_of_what_no_shop_sees_nothing_is_among_the_shops_own():
    truth = [table for table in written_tables() if table.schema == "truth"]
    assert truth
    assert not {table.name for table in truth} & {table.name for table in shop_tables()}
    assert all(IN_BATCHES in table.info for table in truth if table.name != "carried_satisfaction")
