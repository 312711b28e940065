"""db/checks.sql: all checks hold in a consistent world, and each finds the very thing that was broken."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import CheckConstraint, Connection, Engine, UniqueConstraint

from db.apply import apply_schema
from db.checks import Check, load_checks, run_check, run_checks
from models import tables_in_key_order
from tests.contract.breakages import BREAKAGES

CHECKS = load_checks()
DUE_DATES = {"slot_starts_at", "promised_at", "due_at", "ends_at"}


@pytest.fixture(scope="module")
def unguarded(small_world: Engine) -> Engine:
    """The small world without foreign keys, CHECKs and unique constraints, so that anything can be broken."""
    with small_world.begin() as connection:
        for table in tables_in_key_order():
            for each in table.foreign_key_constraints:
                connection.exec_driver_sql(f"ALTER TABLE {table.fullname} DROP CONSTRAINT {each.name}")
        for table in tables_in_key_order():
            for name in [c.name for c in table.constraints if isinstance(c, CheckConstraint | UniqueConstraint)]:
                connection.exec_driver_sql(f"ALTER TABLE {table.fullname} DROP CONSTRAINT {name}")
    return small_world


def broken(connection: Connection) -> dict[str, int]:
    """The checks that found something, with the number of rows."""
    return {result.check.name: result.broken for result in run_checks(connection) if not result.holds}


def test_all_checks_hold_in_the_small_world(shop: Connection):
    assert broken(shop) == {}


def test_all_checks_hold_in_an_empty_shop(empty: Connection):
    apply_schema(empty)
    assert broken(empty) == {}


@pytest.mark.parametrize("what", BREAKAGES)
def test_a_check_finds(what: str, unguarded: Engine):
    statement, expected = BREAKAGES[what]
    with unguarded.connect() as connection:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        found = broken(connection)
        connection.rollback()
    assert set(found) == expected


@pytest.mark.parametrize(
    "what",
    [
        "something damaged put back on sale",
        "a return refunded of which no unit came in",
        "an e-mail to nobody",
        "five stars for what came too late",
    ],
)
@pytest.mark.parametrize(
    ("chapter", "is_found"), [("'2026-01-06T20:00Z'", False), ("'2026-01-05T12:00Z'", True)], ids=["before", "since"]
)
def test_rules_newer_than_a_shop_hold_since_its_upgrade(chapter: str, is_found: bool, what: str, unguarded: Engine):
    statement, expected = BREAKAGES[what]
    upgraded = (
        f"UPDATE sim.runs SET schema_version = 4 + run_id, began_at = CASE run_id WHEN 2 THEN {chapter} ELSE epoch END"
    )
    with unguarded.connect() as connection:
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql(upgraded)
        found = set(broken(connection)) - {"chapters_follow_one_another"}
        connection.rollback()
    assert found == (expected if is_found else set())


def test_a_changed_shop_may_change_minds(unguarded: Engine):
    """Five stars and "too late" of one line, where the settings by which stars are given changed between them."""
    statement, _ = BREAKAGES["five stars for what came too late"]
    with unguarded.connect() as connection:
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE sim.runs SET began_at = '2026-01-06T08:00Z' WHERE run_id = 2")
        found = set(broken(connection)) - {"chapters_follow_one_another"}
        connection.rollback()
    assert found == set()


def test_every_check_is_seen_to_fail():
    assert {name for _, names in BREAKAGES.values() for name in names} == {check.name for check in CHECKS}


def test_offending_rows_are_named(unguarded: Engine):
    check = next(check for check in CHECKS if check.name == "order_totals_add_up")
    with unguarded.connect() as connection:
        connection.exec_driver_sql("UPDATE orders SET total = total + 0.01")
        result = run_check(connection, check, limit=3)
        connection.rollback()
    assert (result.broken, len(result.rows), result.columns[0]) == (4, 3, "order_id")
    assert {row[0] for row in result.rows} <= {101, 201, 401, 102}


def test_every_event_time_is_compared_with_sim_now():
    sql = next(check.sql for check in CHECKS if check.name == "nothing_after_sim_now")
    compared = sql.split("UNION ALL")
    for table in tables_in_key_order():
        times = {column.name for column in table.columns if column.name.endswith("_at")} - DUE_DATES
        if table.schema is None and times:
            (part,) = [part for part in compared if re.search(rf"FROM {table.name}\b", part)]
            assert times == set(re.findall(r"max\((\w+)\)", part)), table.name


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_says_what_must_hold(check: Check):
    assert check.sentence.endswith(".")
    assert ";" not in check.sql


def test_a_headless_query_is_refused(tmp_path):
    file = tmp_path / "checks.sql"
    file.write_text("-- name: nothing\nSELECT 1;\n")
    with pytest.raises(ValueError, match="header"):
        load_checks(file)
