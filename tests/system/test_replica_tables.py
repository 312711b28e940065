"""The replica's tables and digests on a real MySQL beside a real PostgreSQL: two catalogues, and rows spelled alike."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from psycopg2.extensions import connection as ShopConnection  # noqa: N812  a class, though psycopg2 writes it small
from pymysql import MySQLError
from pymysql.connections import Connection as ReplicaConnection
from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from db.apply import apply_schema
from pipeline.replica import catalogue, chosen, mysql, mysql_tables, normal_form, shop, state
from pipeline.replica.comparing import compared
from pipeline.replica.loading import load
from pipeline.replica.problems import NotPossible
from pipeline.replica.settings import ReplicaSettings
from sim.embedded.clients import connect
from tests.pipeline.replica.golden import GOLDEN, ROWS, Row, digest
from tests.system.compose import NEEDS_DAEMON, Compose, answers
from tests.system.conftest import settings, up
from tools.env import read

pytestmark = NEEDS_DAEMON

IMAGE = "mysql:8.4"
# PostgreSQL's own names for what MySQL calls so.
KINDS = {
    "bigint": "bigint", "smallint": "smallint", "integer": "int", "boolean": "tinyint(1)",
    "double precision": "double", "timestamp with time zone": "datetime(6)",
}  # fmt: skip
_COLUMNS = """
SELECT table_name, column_name, data_type, numeric_precision, numeric_scale, is_nullable = 'YES',
       coalesce(col_description((quote_ident(table_schema) || '.' || quote_ident(table_name))::regclass,
                                ordinal_position), '')
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema IN ('public', 'sim') AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Compose]:
    """MySQL as Compose has it."""
    if not answers("docker", "image", "inspect", IMAGE):
        pytest.skip(f"the image {IMAGE} is not here (docker pull {IMAGE})")
    own = settings() | {"COMPOSE_PROFILES": "pipeline"}
    made = Compose.of(f"bazaar-tables-{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("tables"), own)
    try:
        made.run(*up("mysql"), within_s=480)
        yield made
    finally:
        made.down("--rmi", "local")


def asking(server: Compose, shop_url: str, user: str, password: str) -> ReplicaSettings:
    host, port = server.address("mysql", 3306)
    secret = read(server.settings.read_text(encoding="utf-8"))[password]
    return ReplicaSettings(DATABASE_URL=shop_url, MYSQL_URL=f"mysql://{user}:{secret}@{host}:{port}/bazaar")


@pytest.fixture
def owner(server: Compose, database_url: str) -> ReplicaSettings:
    return asking(server, database_url, "bazaar", "MYSQL_PASSWORD")


@contextmanager
def both(owner: ReplicaSettings) -> Iterator[tuple[ShopConnection, ReplicaConnection[Any]]]:
    with shop.connected(owner) as here, mysql.connected(owner) as there:
        for name in catalogue.found(there):
            mysql.ask(there, f"DROP TABLE `{name}`")
        yield here, there


def test_both_catalogues_say_the_same(owner: ReplicaSettings):
    with connect(owner.database_url) as connection:
        apply_schema(connection)
    with both(owner) as (here, there):
        for table in mysql_tables.of_models():
            mysql.ask(there, mysql_tables.create(table))
        found = catalogue.found(there)
        assert found == {table.name: catalogue.wanted(table) for table in mysql_tables.of_models()}
        wanted: dict[str, list[tuple[str, str, bool, str]]] = {name: [] for name in chosen.replicated_tables()}
        left_out = {tuple(name.split(".")[1:]) for name in chosen.LEFT_OUT}
        for table_name, column, kind, digits, places, null, comment in shop.ask(here, _COLUMNS):
            if table_name in wanted and (table_name, column) not in left_out:
                spelled = f"decimal({digits},{places})" if kind == "numeric" else KINDS.get(kind, "text")
                wanted[table_name].append((column, spelled, null, comment))
        for name, columns in wanted.items():
            words = [(c, "text" if k == "varchar(255)" else k, null) for c, k, null in found[name].columns]
            said = found[name].comments[1:]
            assert [(*each, comment) for each, comment in zip(words, said, strict=True)] == columns, name


def test_as_of_is_the_sim_now_before_the_newest(owner: ReplicaSettings):
    [runs] = [table for table in mysql_tables.of_models() if table.name == "runs"]
    with both(owner) as (_, there):
        mysql.ask(there, mysql_tables.create(runs))
        state.begin_rebuilding(there, "a test")
        state.make_trigger(there)
        state.make_trigger(there)  # once more changes nothing
        values: dict[str, object] = {c.name: 1 if c.type.python_type in {int, float} else "x" for c in runs.columns}
        values |= {c.name: datetime(2026, 1, 5) for c in runs.columns if c.type.python_type is datetime}  # noqa: DTZ001
        marks = ", ".join(["%s"] * len(values))
        mysql.ask(there, f"INSERT INTO runs ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
        seen = []
        for hour in (1, 1, 2, 3):
            mysql.ask(there, "UPDATE runs SET sim_now = %s, batches = batches + 1", (f"2026-01-05 0{hour}:00",))
            now = state.read(there)
            assert now is not None
            assert now.as_of is not None
            seen.append(now.as_of.hour)
        assert seen == [0, 0, 1, 2]


def put(here: ShopConnection, there: ReplicaConnection[Any], rows: Sequence[Row]) -> None:
    """The same rows in both."""
    shop.ask(here, "TRUNCATE golden")
    mysql.ask(there, "TRUNCATE golden")
    for row in rows:
        values = f"INSERT INTO golden VALUES ({', '.join(['%s'] * len(row))})"
        shop.ask(here, values, row)
        mysql.ask(there, values, tuple(v.replace(tzinfo=None) if isinstance(v, datetime) else v for v in row))


def digests(here: ShopConnection, there: ReplicaConnection[Any]) -> tuple[str, str]:
    columns = list(GOLDEN.columns)
    [(ours,)] = shop.ask(here, f"SELECT {normal_form.postgres_digest(columns)} FROM golden")
    [(theirs,)] = mysql.ask(there, f"SELECT {normal_form.mysql_digest(columns)} FROM golden")
    return ours, theirs


def golden(here: ShopConnection, there: ReplicaConnection[Any]) -> None:
    """The golden table in both."""
    columns = [
        Column(each.name, mysql_tables.mysql_type(each), nullable=not each.primary_key, autoincrement=False)
        for each in GOLDEN.columns
    ]
    table = Table("golden", MetaData(), *columns, PrimaryKeyConstraint("id"), mysql_collate=catalogue.COLLATION)
    mysql.ask(there, mysql_tables.create(table))
    shop.ask(here, str(CreateTable(GOLDEN).compile(dialect=postgresql.dialect())))


def of_doubles() -> list[Row]:
    luck = random.Random(1)
    doubles = [luck.choice([-1, 1]) * luck.random() * 10.0 ** luck.randint(-12, 14) for _ in range(500)]
    return [(100 + i, *(None,) * 4, double, *(None,) * 4) for i, double in enumerate(doubles)]


def test_golden_rows_have_the_digest_that_was_worked_out_by_hand(owner: ReplicaSettings):
    with both(owner) as (here, there):
        golden(here, there)
        for row in ROWS:
            put(here, there, [row])
            assert digests(here, there) == (digest([row]),) * 2, row
        rows = of_doubles()
        put(here, there, rows)
        assert digests(here, there) == (digest(rows),) * 2


def test_golden_rows_come_by_the_first_load_as_they_are(owner: ReplicaSettings, monkeypatch: pytest.MonkeyPatch):
    rows = [*ROWS, *of_doubles()]
    monkeypatch.setattr(chosen, "tables", lambda: [GOLDEN])
    with both(owner) as (here, there):
        golden(here, there)
        put(here, there, rows)
        mysql.ask(there, "TRUNCATE golden")
        assert load(owner, there).rows == len(rows)
        assert digests(here, there) == (digest(rows),) * 2
        mysql.ask(there, "TRUNCATE golden")
        shop.ask(here, "ALTER TABLE golden ALTER code TYPE text; UPDATE golden SET code = repeat('x', 40)")
        with pytest.raises(MySQLError, match="Data too long"):  # nothing is cut to fit
            load(owner, there)


def test_one_row_more_and_one_value_that_differs_are_found(owner: ReplicaSettings):
    [cities] = [table for table in chosen.tables() if table.name == "cities"]
    [in_mysql] = [table for table in mysql_tables.of_models() if table.name == "cities"]
    row = (1, "Köln", "Germany", 50.9375, 6.9603, "Europe/Berlin", 1_084_831)
    values = f"VALUES ({', '.join(['%s'] * len(row))})"
    with connect(owner.database_url) as connection:
        apply_schema(connection)
    with both(owner) as (here, there):
        mysql.ask(there, mysql_tables.create(in_mysql))
        shop.ask(
            here,
            f"INSERT INTO cities (city_id, name, country, latitude, longitude, timezone, population) {values}",
            row,
        )
        assert compared(here, there, cities, None).difference == "1 rows fewer in MySQL (0) than in the shop"
        mysql.ask(
            there,
            f"INSERT INTO cities (city_id, name, country, latitude, longitude, timezone, population) {values}",
            row,
        )
        assert compared(here, there, cities, None).equal
        mysql.ask(there, "UPDATE cities SET name = 'KÖLN'")
        assert "not the same ones" in compared(here, there, cities, None).difference


def test_who_may_not_is_told_the_right_that_is_missing(server: Compose, database_url: str):
    reader = asking(server, database_url, "bazaar_reader", "BAZAAR_READER_PASSWORD")
    said = r"CREATE command denied .* the replica's owner needs: GRANT ALL ON `bazaar`\.\* TO 'bazaar_reader'@'%'"
    with pytest.raises(NotPossible, match=said), mysql.connected(reader) as there:
        state.begin_rebuilding(there, "a test")
    wrong = reader.model_copy(update={"mysql_url": reader.mysql_url.replace("bazaar_reader:", "bazaar_reader:x")})
    with pytest.raises(NotPossible, match="Access denied for user 'bazaar_reader'"), mysql.connected(wrong):
        pass
