"""What DuckDB refuses, what stays when a build goes wrong, and Spark's arithmetic in its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg2
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from common.copying import batches
from pipeline.marts.catalogue import named
from pipeline.marts.checks import agree
from pipeline.marts.engines import duckdb as engine
from pipeline.marts.engines.duckdb_file import BUILT, BuildFailed
from pipeline.marts.engines.from_postgres import FromPostgres, from_postgres
from pipeline.marts.engines.translation import macros, translated
from pipeline.marts.head import Mart, parsed
from tests.pipeline.marts.shops import AS_OF, Seen, rows_of

HEAD = """/*
question: How many orders are there?
grain: One row a state.
about: All orders.
key: [state]
reads: [orders]
columns:
  state: text(20), where it stands
  orders: bigint, orders placed
checks:
  orders:
    mart: SELECT SUM(orders) FROM {mart}
    source: SELECT COUNT(*) FROM orders
*/
"""
PAID = (
    "SELECT CASE WHEN paid_at IS NULL THEN 'placed' ELSE 'paid' END AS state, COUNT(*) AS orders FROM orders GROUP BY 1"
)


@pytest.fixture(scope="module")
def source(seen: Seen) -> Iterator[FromPostgres]:
    with from_postgres(seen.shop.url) as source:
        yield source


def build(mart: Mart, source: FromPostgres, out: Path) -> tuple[str, ...]:
    [result] = engine.build([mart], source, out, AS_OF, lambda _: None)
    return result.wrong


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (PAID.replace("paid_at IS NULL", "status = 'placed'"), 'column "status" not found'),
        (PAID.replace("FROM orders", "FROM orders JOIN carts USING (cart_id)"), "carts"),
        (PAID.replace("AS state", "AS kind"), "gives kind, orders, which are not the columns of its head"),
        (PAID.replace("COUNT(*)", "NULL"), "NOT NULL constraint failed"),
        ("SELEKT 1", "orders_by_state: "),
    ],
    ids=["a column that changes", "a table that it does not name", "other columns", "a null", "no SQL"],
)
def test_what_a_mart_may_not_do_is_one_line_with_its_name(source: FromPostgres, tmp_path: Path, sql: str, said: str):
    with pytest.raises(BuildFailed, match=said) as raised:
        build(parsed("orders_by_state", HEAD + sql), source, tmp_path / "marts.duckdb")
    assert str(raised.value).startswith("orders_by_state: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("sql", "wrong"),
    [
        (PAID + " HAVING FALSE", ("not_empty: 1 wrong", "orders: None in the mart, 410 in the shop")),
        (f"{PAID} UNION ALL {PAID}", ("key: 2 wrong", "orders: 820 in the mart, 410 in the shop")),
        (PAID.replace("FROM orders", "FROM orders WHERE paid_at IS NOT NULL"), ("orders: ",)),
    ],
    ids=["empty", "a key twice", "another total"],
)
def test_a_mart_of_which_something_is_wrong_leaves_the_old_one(
    seen: Seen, source: FromPostgres, tmp_path: Path, sql: str, wrong: tuple[str, ...]
):
    out = tmp_path / "marts.duckdb"
    good = parsed("orders_by_state", HEAD + PAID)
    assert build(good, source, out) == ()
    before = rows_of(good, out)
    [(orders,)] = seen.shop.rows("SELECT count(*) FROM orders WHERE placed_at < %s", AS_OF)
    assert sum(row[1] for row in before) == orders
    found = build(parsed("orders_by_state", HEAD + sql), source, out)
    for said, expected in zip(found, wrong, strict=True):
        assert said.startswith(expected.replace("410", str(orders)).replace("820", str(2 * orders)))
    assert rows_of(good, out) == before
    with duckdb.connect(str(out), read_only=True) as connection:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == {"orders_by_state", BUILT}


def test_a_mart_says_of_itself_what_it_is(source: FromPostgres, tmp_path: Path):
    out = tmp_path / "marts.duckdb"
    build(parsed("orders_by_state", HEAD + PAID), source, out)
    with duckdb.connect(str(out), read_only=True) as connection:
        [(grain,)] = connection.execute(
            "SELECT comment FROM duckdb_tables() WHERE table_name LIKE 'orders%'"
        ).fetchall()
        said = connection.execute("SELECT column_name, comment FROM duckdb_columns() WHERE table_name LIKE 'orders%'")
        assert (grain, dict(said.fetchall())) == (
            "One row a state.",
            {"state": "where it stands", "orders": "orders placed"},
        )
        assert connection.execute(f"SELECT mart, as_of FROM {BUILT}").fetchall() == [
            ("orders_by_state", AS_OF.replace(tzinfo=None))
        ]


def test_a_mart_that_was_tampered_with_fails_its_check(source: FromPostgres, tmp_path: Path):
    out = tmp_path / "marts.duckdb"
    mart = replace(named(["average_check"])[0])
    build(mart, source, out)
    [whole] = engine.check([mart], source, out, lambda _: None)
    with duckdb.connect(str(out)) as connection:
        connection.execute(
            "UPDATE average_check SET revenue = revenue + 0.01 WHERE day = '2026-01-07' AND city = 'Berlin'"
        )
    [tampered] = engine.check([mart], source, out, lambda _: None)
    assert whole.wrong == ()
    assert [each.partition(":")[0] for each in tampered.wrong] == ["revenue"]


def test_what_a_killed_build_has_left_is_gone_with_the_next_and_nothing_else(source: FromPostgres, tmp_path: Path):
    out = tmp_path / "marts.duckdb"
    with duckdb.connect(str(out)) as connection:
        connection.execute("CREATE TABLE average_check__new (day DATE)")
        connection.execute('CREATE TABLE "my own__new" (day DATE)')
    good = parsed("orders_by_state", HEAD + PAID)
    build(good, source, out)
    engine.check([good], source, out, lambda _: None)
    with duckdb.connect(str(out), read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    assert tables == [(BUILT,), ("my own__new",), ("orders_by_state",)]


def test_an_instant_that_the_shop_has_not_come_to_is_refused(source: FromPostgres, tmp_path: Path):
    mart = parsed("orders_by_state", HEAD + PAID)
    for as_of in (source.moment.newest + timedelta(microseconds=1), source.moment.opened):
        with pytest.raises(engine.BadInstant, match=r"^as-of: '.*': allowed is after 2026-01-05T00:00:00Z up to"):
            engine.build([mart], source, tmp_path / "marts.duckdb", as_of, lambda _: None)


def test_what_arrives_in_another_form_is_named_and_not_that_its_reading_was_given_up(seen: Seen):
    query = "SELECT 'a word' AS number FROM generate_series(1, 3000000)"
    with (
        seen.shop.connected() as connection,
        pytest.raises(pa.ArrowInvalid, match="conversion error"),
        batches(connection, query, {"number": pa.int64()}) as found,
    ):
        list(found)


def test_what_postgresql_says_in_the_middle_is_the_reason(seen: Seen):
    query = "SELECT 1 / (2000000 - g) AS number FROM generate_series(1, 3000000) g"
    with (
        seen.shop.connected() as connection,
        pytest.raises(psycopg2.Error, match="division by zero"),
        batches(connection, query, {"number": pa.int64()}) as found,
    ):
        list(found)


@pytest.mark.parametrize(
    ("here", "there", "agreed"), [(None, 0, True), (Decimal("0.00"), None, True), (1, None, False)]
)
def test_nothing_to_add_up_is_nothing(here: object, there: object, agreed: bool):
    assert agree(here, there) is agree(there, here) is agreed


@pytest.mark.parametrize(
    ("spark", "said"),
    [
        (
            "CAST(SUM(x) / COUNT(*) AS DECIMAL(12, 2)) FROM VALUES (CAST(10.01 AS DECIMAL(12, 2))), (10.00) AS t(x)",
            "10.01",
        ),
        ("CAST(CAST(-20.01 AS DECIMAL(12, 2)) / 2 AS DECIMAL(12, 2))", "-10.01"),
        ("CAST(CAST(20.01 AS DECIMAL(12, 2)) / -2 AS DECIMAL(12, 2))", "-10.01"),
        ("CAST(CAST(2.01 AS DECIMAL(12, 2)) / 2 AS DECIMAL(12, 2))", "1.01"),  # DuckDB's own quotient comes to 1.00
        ("CAST(1 / 3 AS DECIMAL(9, 6))", "0.333333"),
        ("CAST(2 / 3 AS DECIMAL(9, 6))", "0.666667"),
        ("CAST(1 / 128 AS DECIMAL(9, 6))", "0.007813"),
        ("CAST(CAST(99999999999999.99 AS DECIMAL(18, 2)) / 3 AS DECIMAL(18, 2))", "33333333333333.33"),
        ("CAST(CAST(1 / 8 AS DECIMAL(9, 6)) / CAST(1 AS BIGINT) AS DECIMAL(3, 2))", "0.13"),
        ("CAST(1 / NULLIF(0, 0) AS DECIMAL(3, 2))", None),
        ("7 DIV 2", 3),
        ("-7 DIV 2", -3),
        (
            "CAST(FROM_UTC_TIMESTAMP(TIMESTAMP '2026-01-05 03:30:00', 'America/New_York') AS STRING)",
            "2026-01-04 22:30:00",
        ),
        ("CAST(FROM_UTC_TIMESTAMP(TIMESTAMP '2026-07-05 23:30:00', 'Europe/Berlin') AS DATE)", "2026-07-06"),
    ],
)
def test_what_spark_reckons_duckdb_reckons(spark: str, said: str | int | None):
    """The values are those of a Spark 4.2."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for macro in macros():
            connection.execute(macro)
        [(found,)] = connection.execute(translated(f"SELECT {spark}")).fetchall()
    assert (str(found) if isinstance(said, str) else found) == said
    assert not isinstance(found, float)
    if isinstance(found, Decimal) and isinstance(said, str):
        assert found.as_tuple().exponent == -len(said.partition(".")[2])
