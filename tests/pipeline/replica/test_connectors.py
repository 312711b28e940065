"""The connectors' settings follow from the models, and hold no secret."""

from __future__ import annotations

import re

from models import metadata
from pipeline.replica import chosen, connectors
from pipeline.replica.connectors import SINK, SOURCE
from tests.pipeline.replica.settings import settings


def test_every_table_has_its_key_in_the_source_whatever_postgresql_has_just_now():
    source = connectors.source(settings())
    keys = dict(part.split(":") for part in source["message.key.columns"].split(";"))
    assert keys["public.order_items"] == "order_id,line_no"
    assert keys.keys() == {chosen.qualified(table) for table in chosen.tables()}
    for table in metadata.sorted_tables:
        if (name := chosen.qualified(table)) in keys:
            assert keys[name].split(",") == [column.name for column in table.primary_key]


def test_the_source_takes_our_tables_and_nobody_else_s():
    """Debezium reads each element as an expression that has to match the whole name."""
    patterns = connectors.source(settings())["table.include.list"].split(",")
    taken = lambda name: any(re.fullmatch(pattern, name) for pattern in patterns)  # noqa: E731
    assert all(taken(chosen.qualified(table)) for table in chosen.tables())
    assert not any(taken(name) for name in ("public.scratch", "sim.unbuilt", "sim.alembic_version", "public_orders"))


def test_both_are_where_connect_sees_them_and_passwords_are_left_to_it():
    both = connectors.wanted(
        settings(SHOP_HOST="postgres", SHOP_PORT="5432", REPLICA_HOST="mysql", REPLICA_PORT="3306")
    )
    assert both[SOURCE]["database.hostname"] == "postgres"
    assert both[SINK]["connection.url"].startswith("jdbc:mysql://mysql:3306/bazaar?")
    assert both[SOURCE]["database.password"] == "${env:REPLICATION_PASSWORD}"
    assert both[SINK]["connection.password"] == "${env:MYSQL_SINK_PASSWORD}"
    assert not any("s3cr" in value for config in both.values() for value in config.values())
    assert all(isinstance(value, str) for config in both.values() for value in config.values())


def test_all_tables_come_by_one_topic_and_go_by_their_own_names():
    source, sink = connectors.source(settings()), connectors.sink(settings())
    for table in chosen.tables():
        routed = re.sub(
            f"^{source['transforms.one.regex']}$",
            source["transforms.one.replacement"],
            f"shop.{chosen.qualified(table)}",
        )
        assert routed == sink["topics"] == "shop.changes"
    assert source["tasks.max"] == sink["tasks.max"] == "1"


def test_a_setting_that_decides_what_comes_through_is_in_doubt_when_it_was_another_one():
    wanted = connectors.source(settings())
    there = {**wanted, "name": SOURCE, "poll.interval.ms": "500", "table.include.list": "public\\.orders"}
    assert connectors.changed(wanted, there) == ["poll.interval.ms", "table.include.list"]
    assert connectors.in_doubt(SOURCE, connectors.changed(wanted, there)) == ["table.include.list"]
    assert connectors.changed(wanted, {**wanted, "snapshot.select.statement.overrides": "x"}) == [
        "snapshot.select.statement.overrides"
    ]
    assert connectors.in_doubt(SINK, ["batch.size", "delete.enabled", "consumer.override.max.poll.records"]) == [
        "delete.enabled"
    ]
