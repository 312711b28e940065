"""Others live in the shop's database: what is theirs stays as it is, or goes by its name, and it is said how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, make_url

from db import deferred_indexes
from sim.cli.main import main
from sim.settings import VARIABLES
from tests.contract.first_schema import make_first_schema
from tests.integration.test_running import Shop, differences

HALF_A_DAY: dict[str, Any] = {"duration": "12h", "processes": "2"}
THEIRS = """
CREATE SCHEMA dbt; CREATE SCHEMA scratch;
CREATE TABLE scratch.weather (day date PRIMARY KEY, rain boolean);
INSERT INTO scratch.weather VALUES ('2026-01-05', true);
CREATE TABLE salaries (name text UNIQUE, amount int, boss text REFERENCES salaries (name));
CREATE INDEX ON salaries (amount);
CREATE VIEW dbt.rainy AS SELECT * FROM scratch.weather WHERE rain;
CREATE MATERIALIZED VIEW dbt.most AS SELECT max(amount) FROM salaries;
"""
LEANING = """
CREATE VIEW dbt.daily AS SELECT date_trunc('day', placed_at) AS day, count(*) AS orders FROM orders GROUP BY 1;
CREATE MATERIALIZED VIEW dbt.weekly AS SELECT sum(orders) AS orders FROM dbt.daily;
CREATE VIEW dbt.funnel AS SELECT day, sessions FROM funnel_daily;
CREATE TABLE scratch.notes (order_id bigint CONSTRAINT noted REFERENCES orders, noted_at timestamptz DEFAULT sim_now());
CREATE INDEX by_total ON orders (total);
CREATE FUNCTION scratch.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER looking AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION scratch.look();
"""
NAMES = (
    "dbt.daily", "dbt.weekly", "dbt.funnel", "noted on scratch.notes", "for scratch.notes.noted_at", "public.by_total",
    "looking on public.orders",
)  # fmt: skip
# Everything that is not the shop's, as the catalogue and the tables have it.
ALL_OF_THEIRS = """
SELECT n.nspname, c.relname, c.relkind, c.relacl::text, obj_description(c.oid), pg_get_indexdef(c.oid),
       pg_get_viewdef(c.oid),
       ARRAY(SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE conrelid = c.oid ORDER BY 1)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('dbt', 'scratch') OR c.relname LIKE 'salaries%%' OR c.relname = 'by_total' ORDER BY 1, 2
"""

REFUSING = """
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not in my database'; END $$;
CREATE TRIGGER no BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION no();
"""
LEFT = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind IN ('r', 'v', 'm') AND relnamespace::regnamespace::text IN ('dbt', 'scratch', 'public', 'sim') ORDER BY 1
"""


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch) -> None:
    """An empty working directory, and no settings around."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def usual(postgres_url: str) -> Iterator[dict[str, str]]:
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(**HALF_A_DAY)
        yield shop.digests()


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


def execute(shop: Shop, sql: str) -> None:
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(sql)


def theirs(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.rows(ALL_OF_THEIRS.replace("%%", "%"))


def ours(shop: Shop) -> dict[str, str]:
    return {name: digest for name, digest in shop.digests().items() if name != "salaries"}


def command(shop: Shop, capsys, *arguments: str, exit_code: int = 0) -> tuple[str, str]:
    """What a command says on stdout and, unless it went well in one line, on stderr."""
    assert main([*arguments, "--database-url", shop.url]) == exit_code, capsys.readouterr().err
    out, err = map(str, capsys.readouterr())
    if exit_code:
        assert err.count("\n") == 1, err
    return out, err


def test_a_shop_opens_lives_and_goes_among_others(shop: Shop, usual: dict[str, str], capsys):
    execute(shop, THEIRS)
    before = theirs(shop)
    for _ in range(2):  # once more after the reset
        assert "no run here yet" in command(shop, capsys, "check", exit_code=2)[1]
        shop.run(**HALF_A_DAY)
        assert differences(ours(shop), usual) == {}
        assert theirs(shop) == before
        command(shop, capsys, "check")
        command(shop, capsys, "status")
        command(shop, capsys, "reset", "--yes")
        assert theirs(shop) == before
    assert shop.rows("SELECT day::text, rain FROM dbt.rainy") == [("2026-01-05", True)]


def test_what_leans_on_the_shop_is_in_the_way_of_a_reset_until_it_is_named(shop: Shop, capsys):
    shop.run(duration="1h")
    execute(shop, THEIRS + LEANING)
    before, digests = theirs(shop), shop.digests()
    _, said = command(shop, capsys, "reset", "--yes", exit_code=2)
    assert "nothing was dropped" in said
    assert [name for name in NAMES if name not in said] == []
    assert "pg_dump" in said
    _, said = command(shop, capsys, "reset", "--yes", "--drop", "dbt.*", "--drop", "public.by_total", exit_code=2)
    assert "table constraint noted on scratch.notes" in said
    assert "dbt." not in said
    _, said = command(shop, capsys, "reset", "--yes", "--drop", "salaries", exit_code=2)
    assert "'salaries' does not lean on the shop" in said
    assert (theirs(shop), shop.digests()) == (before, digests)

    named = [word for name in NAMES if not name.startswith("dbt.") for word in ("--drop", name)]
    again, said = command(shop, capsys, "reset", "--yes", "--drop", "dbt.*", *named)
    assert [name for name in NAMES if name not in said] == []
    assert shop.rows(LEFT) == [("dbt.most",), ("dbt.rainy",), ("salaries",), ("scratch.notes",), ("scratch.weather",)]
    shop.run(duration="1h")
    execute(shop, again)  # what makes again what went
    assert {row[:3] for row in theirs(shop)} == {row[:3] for row in before}


def test_something_of_others_in_schema_sim_keeps_it(shop: Shop, capsys):
    execute(shop, "CREATE SCHEMA sim; CREATE TABLE sim.of_another (id int)")
    shop.run(duration="1h")
    command(shop, capsys, "reset", "--yes")
    assert shop.rows("SELECT relname FROM pg_class WHERE relnamespace = 'sim'::regnamespace") == [("of_another",)]
    shop.run(duration="1h")


@pytest.mark.parametrize("command_", [["run"], ["status"], ["check"], ["upgrade"], ["reset", "--yes"]])
def test_a_name_that_is_taken_is_told_with_what_to_do(command_: list[str], shop: Shop, capsys):
    execute(shop, "CREATE VIEW incidents AS SELECT 1 AS one; CREATE TABLE orders AS SELECT 7 AS id")
    _, said = command(shop, capsys, *command_, exit_code=2)
    assert "under names that a shop needs: incidents, orders (rename that, or give the shop a database" in said
    assert shop.rows("SELECT id, one FROM orders, incidents") == [(7, 1)]


@pytest.fixture
def old(shop: Shop) -> Shop:
    """A shop of the first schema."""
    engine = create_engine(make_url(shop.url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    with engine.connect() as connection:
        make_first_schema(connection)
    return shop


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ("CREATE TABLE incidents (id int)", "incidents"),
        ("CREATE VIEW incidents AS SELECT 1 AS id", "incidents"),
        ("CREATE FUNCTION kept_since() RETURNS int LANGUAGE sql AS 'SELECT 1'", "kept_since()"),
        ("CREATE TABLE sim.retention (id int)", "sim.retention"),
        ("CREATE TABLE mine (id int); CREATE INDEX ix_sessions_customer_id ON mine (id)", "ix_sessions_customer_id"),
    ],
)
def test_an_upgrade_replaces_nothing_of_others(made: str, name: str, old: Shop, capsys):
    execute(old, made)
    definition = "SELECT pg_get_viewdef('incidents'::regclass)" if "VIEW" in made else "SELECT 1"
    before = old.rows(definition)
    _, said = command(old, capsys, "upgrade", exit_code=2)
    assert f"needs, and nothing was changed: {name}; rename it (ALTER … RENAME TO …)" in said
    assert old.rows(definition) == before


def test_what_others_built_on_an_older_shop_survives_its_upgrade(old: Shop, capsys):
    execute(old, THEIRS + LEANING.replace("DEFAULT sim_now()", ""))
    before = theirs(old)
    command(old, capsys, "upgrade")
    assert theirs(old) == before


def test_what_is_in_the_way_of_an_upgrade_goes_by_its_name(old: Shop, capsys):
    execute(
        old,
        "CREATE SCHEMA scratch; CREATE TABLE scratch.kept AS SELECT NULL::customers AS who, 7 AS n",
    )
    _, said = command(old, capsys, "upgrade", exit_code=1)
    assert "nothing was changed: cannot alter table" in said
    assert "--drop NAME" in said
    _, said = command(old, capsys, "upgrade", "--drop", "scratch.kept", exit_code=2)
    assert "allowed is what does: table column scratch.kept.who" in said
    _, said = command(old, capsys, "upgrade", "--drop", "scratch.kept.who")
    assert "dropped as named: table column scratch.kept.who" in said
    assert old.rows("SELECT * FROM scratch.kept") == [(7,)]


def test_a_trigger_of_others_that_refuses_is_told_and_the_shop_goes_on_without_it(shop: Shop, usual: dict[str, str]):
    shop.run(duration="6h")
    execute(shop, REFUSING)
    with pytest.raises(Exception, match="not in my database") as failure:
        shop.run(**HALF_A_DAY)
    assert "\n" not in str(failure.value)
    execute(shop, "DROP TRIGGER no ON orders; DROP FUNCTION no()")
    shop.run(**HALF_A_DAY)
    assert differences(shop.digests(), usual) == {}


def test_keys_and_indexes_of_others_stay_while_history_is_loaded(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    execute(shop, THEIRS)
    seen: list[list[tuple[Any, ...]]] = []
    defer = deferred_indexes.defer

    def watched(connection: Any) -> None:
        defer(connection)
        connection.commit()
        seen.append(theirs(shop))

    monkeypatch.setattr("sim.run.history_phase.defer", watched)
    before = theirs(shop)
    shop.run(duration="25h", processes="2")
    assert seen == [before]
    assert theirs(shop) == before
