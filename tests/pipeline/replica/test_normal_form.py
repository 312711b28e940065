"""Digests on a real PostgreSQL: what they say by a golden table, and that nothing that differs says the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable

from pipeline.replica import chosen, normal_form, shop
from pipeline.replica.mysql_tables import UnknownType
from tests.pipeline.replica.golden import GOLDEN, ROWS, Row, digest
from tests.pipeline.replica.settings import settings

PAIRS = [
    *(
        ("ab", "c"),
        ("a", "bc"),
        ("abc", ""),
        ("abc", None),
        (None, "abc"),
        ("a ", "b"),
        ("a", " b"),
        ("A", "b"),
        ("a", "b"),
    ),
    *(("-", None), (None, "-"), (None, None), ("", None), (None, ""), ("", ""), ("\\N", None)),
    *(("1:a", "b"), ("1", ":ab"), ("1:a1:b", None)),
]


@pytest.fixture
def here(database_url: str) -> Iterator[Connection]:
    with shop.connected(settings(DATABASE_URL=database_url)) as connection:
        shop.ask(connection, str(CreateTable(GOLDEN).compile(dialect=postgresql.dialect())))
        yield connection


def said(here: Connection, rows: Sequence[Row]) -> str:
    """The server's digest of these rows."""
    shop.ask(here, "TRUNCATE golden")
    for row in rows:
        shop.ask(here, f"INSERT INTO golden VALUES ({', '.join(['%s'] * len(row))})", row)
    [(found,)] = shop.ask(here, f"SELECT {normal_form.postgres_digest(list(GOLDEN.columns))} FROM golden")
    return str(found)


def test_postgresql_says_what_was_worked_out_by_hand(here: Connection):
    assert said(here, ROWS) == digest(ROWS)
    assert said(here, ROWS[::-1]) == digest(ROWS)  # in any order
    assert said(here, []) == "0"
    for row in ROWS:
        assert said(here, [row]) == digest([row]), row


def test_no_two_rows_that_differ_are_spelled_alike(here: Connection):
    blank = (None,) * 6
    found = {pair: said(here, [(1, *blank, *pair, None)]) for pair in PAIRS}
    for one, other in combinations(PAIRS, 2):
        assert found[one] != found[other], (one, other)


def test_a_row_that_is_there_twice_is_not_one_that_is_not_there(here: Connection):
    """As it would be were rows combined by XOR."""
    shop.ask(here, "ALTER TABLE golden DROP CONSTRAINT golden_pkey")
    assert len({said(here, []), said(here, ROWS[:1]), said(here, ROWS[:1] * 2)}) == 3


def test_neighbours_of_a_double_differ(here: Connection):
    values = [0.1, 0.1 + 2**-56, 0.1 - 2**-56]
    assert len({said(here, [(1, *(None,) * 4, each, *(None,) * 4)]) for each in values}) == 3


def test_every_column_that_is_replicated_has_a_normal_form():
    for table in chosen.tables():
        for column in chosen.columns(table):
            assert all("{}" in form for form in normal_form.spelling(column))


def test_a_type_without_one_is_refused_by_name():
    table = Table("odd", MetaData(), Column("what", JSONB))
    with pytest.raises(UnknownType, match=r"odd\.what is JSONB, which has no normal form"):
        normal_form.postgres_digest(list(table.columns))
