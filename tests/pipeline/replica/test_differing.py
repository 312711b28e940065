"""How many rows differ, between two tables of one PostgreSQL that stand for both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from pipeline.replica import normal_form, shop
from pipeline.replica.differing import Differing, Side, counted

ONE, OTHER = (
    Table(name, MetaData(), Column("id", BigInteger, primary_key=True), Column("said", Text))
    for name in ("one", "other")
)
ROWS = 3000


@pytest.fixture
def server(database_url: str) -> Iterator[Connection]:
    with closing(psycopg2.connect(database_url)) as connection:
        for table in (ONE, OTHER):
            shop.ask(connection, f"CREATE TABLE {table.name} (id bigint PRIMARY KEY, said text)")
            shop.ask(connection, f"INSERT INTO {table.name} SELECT i, 'row ' || i FROM generate_series(1, {ROWS}) i")
        yield connection


@pytest.fixture
def side(server: Connection) -> Callable[[Table], Side]:
    def of(table: Table) -> Side:
        key = normal_form.postgres_row(list(table.primary_key.columns))
        row = normal_form.postgres_row(list(table.columns))
        return Side(lambda sql, values: shop.ask(server, sql, values), key, row, f"{table.name} WHERE id > %s", (0,))

    return of


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ("SELECT", 0),
        ("UPDATE other SET said = 'otherwise' WHERE id = 7", 1),
        ("UPDATE other SET said = NULL WHERE id % 100 = 0", 30),
        ("DELETE FROM other WHERE id <= 12", 12),
        ("INSERT INTO other VALUES (5000, 'one more')", 1),
        ("UPDATE other SET id = 5000 WHERE id = 7", 2),
        ("DELETE FROM other WHERE id = 1; INSERT INTO other VALUES (5000, 'row 1')", 2),
        ("TRUNCATE other", ROWS),
    ],
)
def test_rows_that_are_otherwise_missing_or_too_many_count_once(server, side, change: str, rows: int):
    shop.ask(server, change)
    assert counted(side(ONE), side(OTHER)) == Differing(rows, exact=True)
    assert counted(side(OTHER), side(ONE)) == Differing(rows, exact=True)


def test_beyond_what_is_fetched_it_is_a_lower_bound(server, side):
    shop.ask(server, "UPDATE other SET said = 'otherwise'")
    found = counted(side(ONE), side(OTHER), most=100)
    assert not found.exact
    assert 900 < found.rows < ROWS  # nearly each of 1,024 groups has a row, and that is all that is known of it


def test_it_is_said_in_words():
    assert str(Differing(1, exact=True)) == "1 row differs"
    assert str(Differing(1234, exact=True)) == "1,234 rows differ"
    assert str(Differing(1234, exact=False)) == "at least 1,234 rows differ"
