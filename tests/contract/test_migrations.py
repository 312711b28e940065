"""A database that came by the migrations is the one that a new shop gets, and holds what it held before."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from db import SCRIPTS
from db.apply import Current, Foreign, Newer, Older, SchemaError, apply_schema, described, schema_state
from db.deferred_indexes import defer, deferred
from db.upgrade import FIRST, Upgrade, migrate, migrations, upgrade_schema
from models import SCHEMA_VERSION, metadata, revision_of
from tests.contract.catalogue import catalogue
from tests.contract.conftest import engine_of
from tests.contract.first_schema import make_first_schema, move_rows

EVERY_STEP = [revision_of(version) for version in range(FIRST + 1, SCHEMA_VERSION + 1)]
QUARTERS = 5  # the schema that counts them

FIRST_SCRIPTS = "10c4ab69e980fad68e6fa4b3eee2fb4a98499c97c00df7c68b2183c98b58681c"


@pytest.fixture
def old(empty: Connection) -> Connection:
    """A database as the first program made it, without a shop."""
    make_first_schema(empty)
    return empty


@pytest.fixture
def lived_in(old: Connection, small_world: Engine) -> Connection:
    """The same with the small world in it."""
    with small_world.connect() as source:
        move_rows(source, old)
    old.commit()
    return old


def contents(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table, in any order."""
    tables = catalogue(connection)["tables"]
    return {
        str(name): sorted(map(str, connection.exec_driver_sql(f"SELECT t::text FROM {name} t").scalars()))
        for name, *_ in tables
    }


def test_the_newest_migration_makes_this_programs_schema():
    assert migrations().get_current_head() == revision_of(SCHEMA_VERSION)
    assert [script.revision for script in migrations().walk_revisions()] == [*EVERY_STEP[::-1], revision_of(FIRST)]


@pytest.mark.parametrize("script", list(migrations().walk_revisions()), ids=lambda script: script.revision)
def test_a_migration_says_what_it_does_and_stands_alone(script: Script):
    assert script.doc.endswith(".")
    assert Path(script.path).name.startswith(f"{script.revision}_")
    assert imported(Path(script.path)) <= {"__future__", "pathlib", "alembic"}, "what it uses may not change"


def imported(module: Path) -> set[str]:
    """The modules that a file imports from, by their first names."""
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def test_the_past_does_not_change():
    """The scripts that the first program ran are kept to the letter: who edits them changes what a shop came from."""
    kept = sorted((SCRIPTS / "migrations" / "first_schema").iterdir())
    assert [path.name for path in kept] == ["functions.sql", "roles.sql", "schema.sql", "views.sql"]
    assert sha256(b"".join(path.read_bytes() for path in kept)).hexdigest() == FIRST_SCRIPTS


def test_an_upgraded_database_is_a_fresh_one(old: Connection, small_world: Engine):
    done = upgrade_schema(old)
    assert [step.revision for step in done.steps] == EVERY_STEP
    assert done.warnings == []
    upgraded = catalogue(old)
    with small_world.connect() as connection:
        fresh = catalogue(connection)
    for what, rows in fresh.items():
        assert upgraded[what] == rows, what
    assert schema_state(old) == Current()


@pytest.mark.parametrize("version", range(FIRST, SCHEMA_VERSION))
def test_what_an_older_program_had_set_aside_is_built(version: int, lived_in: Connection, small_world: Engine):
    """It ended while it loaded history; its schema had no triggers to turn off before the quarters were counted."""
    migrate(lived_in, revision_of(version))
    if version >= QUARTERS:
        lived_in.exec_driver_sql((SCRIPTS / "quarters.sql").read_text(), execution_options={"no_parameters": True})
    defer(lived_in)
    lived_in.commit()
    assert len(deferred(lived_in)) > 30
    upgrade_schema(lived_in)
    with small_world.connect() as connection:
        fresh, rows = catalogue(connection), contents(connection)
    upgraded = catalogue(lived_in)
    for what in fresh:
        assert upgraded[what] == fresh[what], what
    found = contents(lived_in)
    rows["session_events"] = [row for row in rows["session_events"] if ",sign_in," not in row]
    for table in ("session_events", "orders", "order_items"):
        assert found[table] == before_slots(table, rows[table]), table


def test_all_migrations_from_nothing_make_the_same_tables(empty: Connection, small_world: Engine):
    migrate(empty)
    with small_world.connect() as connection:
        fresh = catalogue(connection)
    migrated = catalogue(empty)
    for what in ("columns", "constraints", "indexes", "tables"):
        assert migrated[what] == fresh[what], what


@pytest.mark.parametrize("came", ["fresh", "upgraded"])
def test_alembic_finds_nothing_between_the_database_and_the_models(came: str, empty: Connection):
    if came == "fresh":
        apply_schema(empty)
    else:
        make_first_schema(empty)
        upgrade_schema(empty)
    assert differences_from_the_models(empty) == []


def test_alembic_would_find_a_difference(empty: Connection):
    apply_schema(empty)
    empty.exec_driver_sql("ALTER TABLE reviews ALTER rating TYPE bigint, DROP COLUMN comment")
    found = differences_from_the_models(empty)
    assert len(found) == 2, found


def before_slots(table: str, rows: list[str]) -> list[str]:
    """The rows of a table as an older program had them: its orders had no slot, which stands last."""
    return [re.sub(r',"[^"]*"\)$', ",)", row) for row in rows] if table == "orders" else rows


def differences_from_the_models(connection: Connection) -> list[object]:
    options = {
        "version_table_schema": "sim",
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name in {None, "sim", "truth"},
        "compare_server_default": True,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def test_rows_stay_and_new_columns_are_filled(lived_in: Connection, small_world: Engine):
    upgrade_schema(lived_in)
    with small_world.connect() as connection:
        expected = contents(connection)
    answer = ',"2026-01-06 10:00:00+00","Thank you.")'
    assert all(row.endswith(answer) for row in expected["reviews"])
    expected["reviews"] = [row.removesuffix(answer) + ",,)" for row in expected["reviews"]]  # nobody answered then
    steps = expected["session_events"]
    expected["session_events"] = [row for row in steps if ",sign_in," not in row]
    assert len(expected["session_events"]) == len(steps) - 1
    expected["customer_devices"] = []  # nobody was asked to sign in, and no cookie was kept
    expected["orders"] = before_slots("orders", expected["orders"])
    people = expected["truth.customer_traits"]
    expected["truth.customer_traits"] = [",".join(row.split(",")[:3]) + "," * 11 + ")" for row in people]
    expected["truth.product_traits"] = expected["truth.courier_traits"] = []  # what they were like was not kept
    expected["survey_answers"] = []  # nobody was asked
    found = contents(lived_in)
    visits = found.pop("sessions")
    assert len(visits) == len(expected.pop("sessions"))
    known = text("SELECT session_id, visitor_id, to_char(identified_at, 'HH24:MI') FROM sessions ORDER BY 1")
    lived_in.exec_driver_sql("SET TIME ZONE 'UTC'")
    assert lived_in.execute(known).all() == [
        (101, None, "08:00"), (102, None, "02:00"), (201, None, "08:58"), (202, None, None), (301, None, "09:00"),
        (302, None, "02:29"), (401, None, "10:00"),
    ]  # fmt: skip
    for table in expected.keys() - {"sim.runs", "sim.controls", "sim.incidents"}:
        assert found[table] == expected[table], table
    assert lived_in.execute(text("SELECT run_id, began_at = epoch, schema_version FROM sim.runs ORDER BY 1")).all() == [
        (1, True, 5),
        (2, True, 5),
    ]
    assert found["sim.controls"] == []
    assert found["sim.incidents"] == []


def test_the_currency_of_a_market_that_comes_with_the_program_is_known(lived_in: Connection):
    markets = {1: "russian", 2: "my_market"}
    for run_id, market in markets.items():
        lived_in.execute(text("UPDATE sim.runs SET market = :m WHERE run_id = :r"), {"m": market, "r": run_id})
    lived_in.commit()
    upgrade_schema(lived_in)
    assert lived_in.execute(text("SELECT currency FROM sim.runs ORDER BY run_id")).scalars().all() == ["RUB", None]


def test_every_product_opens_at_its_list_price(lived_in: Connection):
    """Until then some opened on promotion, and others at the epoch."""
    lived_in.exec_driver_sql("DELETE FROM product_prices WHERE product_id = 2")
    lived_in.exec_driver_sql("INSERT INTO product_prices VALUES (2, '2026-01-05T00:00Z', 45.00, 'promotion')")
    lived_in.exec_driver_sql("UPDATE product_prices SET valid_from = '2026-01-05T00:00Z' WHERE product_id = 1")
    lived_in.commit()
    upgrade_schema(lived_in)
    found = lived_in.execute(
        text("SELECT product_id, valid_from, price::float, reason FROM product_prices ORDER BY 1, 2")
    )
    week_before, epoch, second_day = (datetime(2026, 1, day, tzinfo=UTC) for day in (5, 5, 6))
    week_before -= timedelta(days=7)
    assert found.all() == [
        (1, week_before, 20.0, "opening"),
        (2, week_before, 50.0, "opening"),
        (2, epoch, 45.0, "promotion"),
        (3, week_before, 5.0, "opening"),
        (3, second_day, 4.0, "promotion"),
    ]


@pytest.mark.parametrize(
    "digest",
    [
        pytest.param("00bb8b8bbdc699c0d6decc77e752d776f79e49a52d5e1a1b5536e9af238e5144", id="of schema 5"),
        pytest.param("5de2f09353744686d614d27a877e74cf72b6e11051dbd3084a58d6929990f310", id="of schema 8"),
        pytest.param("285751b6079bb7552dcbfba7b57f62b9d70153787a54d6b76ab23cd6327d53fd", id="of schema 12"),
    ],
)
def test_new_texts_of_the_markets_that_come_along_are_no_other_markets(lived_in: Connection, digest: str):
    migrate(lived_in, revision_of(QUARTERS))
    for run_id, noted in ((1, digest), (2, "of a file of one's own")):
        config = text(
            "UPDATE sim.runs SET scenario_config = jsonb_build_object('market_digest', :noted) WHERE run_id = :id"
        )
        lived_in.execute(config, {"noted": noted, "id": run_id})
    migrate(lived_in)
    found = lived_in.execute(text("SELECT scenario_config ->> 'market_digest' FROM sim.runs ORDER BY run_id")).scalars()
    assert found.all() == [None, "of a file of one's own"]


def test_points_spent_and_given_back_do_not_count(lived_in: Connection):
    """301 opens with 10 points, earns 5, spends 12 and gets 4 of them back, and a refund takes 3."""
    moves = [("opening", 10), ("purchase", 5), ("redemption", -12), ("redemption_undone", 4), ("refund", -3)]
    balance = 0
    for seq, (reason, points) in enumerate(moves, 1):
        balance += points
        lived_in.execute(
            text(
                "INSERT INTO loyalty_transactions VALUES (301, :seq, NULL, :points, :balance, 'bronze', :reason, now())"
            ),
            {"seq": seq, "points": points, "balance": balance, "reason": reason},
        )
    lived_in.commit()
    upgrade_schema(lived_in)
    found = lived_in.execute(text("SELECT customer_id, lifetime_points FROM customers ORDER BY 1")).all()
    assert found == [(101, 40), (102, 0), (201, 0), (202, 0), (301, 12)]


def test_a_second_upgrade_does_nothing(lived_in: Connection):
    upgrade_schema(lived_in)
    before = catalogue(lived_in), contents(lived_in)
    assert upgrade_schema(lived_in) == Upgrade([], [], [])
    assert (catalogue(lived_in), contents(lived_in)) == before


@pytest.mark.parametrize(
    ("in_the_way", "error"),
    [
        ("CREATE TABLE mine (who customers)", "row type"),
        (
            "DROP FUNCTION sim_now CASCADE; CREATE FUNCTION sim_now() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "return type",
        ),
    ],
    ids=["in a migration", "in the functions after all migrations"],
)
def test_an_upgrade_that_fails_leaves_everything_as_it_was(in_the_way: str, error: str, lived_in: Connection):
    lived_in.exec_driver_sql(in_the_way)
    lived_in.commit()
    before = catalogue(lived_in), contents(lived_in)
    with pytest.raises(DBAPIError, match=error):
        upgrade_schema(lived_in)
    assert (catalogue(lived_in), contents(lived_in)) == before
    assert schema_state(lived_in) == Older(FIRST)


def test_views_of_others_on_ours_do_not_stand_in_the_way(lived_in: Connection):
    lived_in.exec_driver_sql("CREATE VIEW big_spenders AS SELECT order_id FROM order_lines WHERE price > 10")
    upgrade_schema(lived_in)
    assert lived_in.exec_driver_sql("SELECT count(*) FROM big_spenders").scalar_one() > 0


def test_the_search_path_does_not_lead_astray(lived_in: Connection):
    lived_in.exec_driver_sql("CREATE SCHEMA aside; SET search_path = aside")
    lived_in.commit()
    upgrade_schema(lived_in)
    assert schema_state(lived_in) == Current()


def test_a_reader_in_the_middle_of_a_transaction_is_waited_for_only_so_long(lived_in: Connection, monkeypatch):
    monkeypatch.setattr("db.upgrade._WAIT_FOR_READERS", "100ms")
    reading = engine_of(lived_in.engine.url)
    with reading.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM customers").scalar_one()
        with pytest.raises(DBAPIError, match="lock timeout"):
            upgrade_schema(lived_in)
    reading.dispose()
    upgrade_schema(lived_in)
    assert schema_state(lived_in) == Current()


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, 999])
def test_a_newer_schema_is_refused(version: int, empty: Connection):
    apply_schema(empty)
    empty.exec_driver_sql(f"UPDATE sim.alembic_version SET version_num = '{version:04d}'")
    empty.commit()
    with pytest.raises(SchemaError, match=f"holds a newer Bazaar's schema \\({version};"):
        upgrade_schema(empty)
    assert schema_state(empty) == Newer(version)


def test_another_programs_tables_are_refused(empty: Connection):
    empty.exec_driver_sql("CREATE TABLE orders (id int)")
    empty.commit()
    with pytest.raises(SchemaError, match="of others under names that a shop needs: orders"):
        upgrade_schema(empty)
    assert schema_state(empty) == Foreign(("orders",))


def test_a_version_that_no_migration_knows_is_refused(old: Connection):
    old.exec_driver_sql("UPDATE sim.schema_version SET version = 0")
    old.commit()
    with pytest.raises(SchemaError, match="no migration begins at schema 0"):
        upgrade_schema(old)
    assert schema_state(old) == Older(0)


def test_an_older_schema_names_the_command():
    assert "`python -m sim upgrade`" in described(Older(FIRST))
