"""The publication, in a real PostgreSQL: our tables by name, and nobody else is in its way."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small

from db.apply import apply_schema
from db.dependents import dependents
from pipeline.replica import chosen, publication, shop
from pipeline.replica.problems import NotPossible
from pipeline.replica.shop import ask
from sim.embedded.clients import connect
from tests.pipeline.replica.settings import settings


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    """The owner of a database with a shop's tables."""
    with connect(database_url) as connection:
        apply_schema(connection)
    with shop.connected(settings(DATABASE_URL=database_url)) as connection:
        yield connection


def test_our_tables_are_published_and_no_others(owner: Connection):
    ask(owner, "CREATE TABLE scratch (a int)")
    publication.make(owner)
    found = publication.found(owner)
    assert found is not None
    assert not found.otherwise
    assert found.tables == {chosen.qualified(table) for table in chosen.tables()}
    publication.make(owner)  # once more changes nothing
    assert publication.found(owner) == found


def test_a_table_of_somebody_else_without_a_key_can_still_be_changed(owner: Connection):
    ask(owner, "CREATE TABLE scratch (a int); INSERT INTO scratch VALUES (1), (2)")
    publication.make(owner)
    ask(owner, "UPDATE scratch SET a = 3 WHERE a = 1; DELETE FROM scratch WHERE a = 2")
    assert ask(owner, "SELECT a FROM scratch") == [(3,)]
    ask(
        owner, f"DROP PUBLICATION {publication.NAME}; CREATE PUBLICATION {publication.NAME} FOR TABLES IN SCHEMA public"
    )
    with pytest.raises(psycopg2.Error, match="does not have a replica identity"):
        ask(owner, "UPDATE scratch SET a = 4")


OTHERWISE = [
    "FOR ALL TABLES",
    "FOR TABLES IN SCHEMA public",
    "FOR TABLE orders WHERE (order_id > 5)",
    "FOR TABLE orders (order_id)",
    "FOR TABLE orders WITH (publish = 'insert')",
]


@pytest.mark.parametrize("kind", OTHERWISE)
def test_one_that_is_no_plain_list_is_seen_and_put_right(owner: Connection, kind: str):
    ask(owner, f"CREATE PUBLICATION {publication.NAME} {kind}")
    found = publication.found(owner)
    assert found is not None
    assert found.otherwise
    publication.make(owner)
    found = publication.found(owner)
    assert found is not None
    assert (found.otherwise, found.tables) == (False, publication.wanted())


def test_a_reset_takes_the_tables_out_of_it(owner: Connection):
    publication.make(owner)
    ask(owner, "DROP TABLE deliveries CASCADE")
    found = publication.found(owner)
    assert found is not None
    assert publication.wanted() - found.tables == {"public.deliveries"}


def test_it_is_not_in_the_way_of_a_reset_and_somebody_else_s_is_named(owner: Connection, database_url: str):
    publication.make(owner)
    ask(owner, "CREATE PUBLICATION theirs FOR TABLE orders")
    with connect(database_url) as connection:
        assert [each.name for each in dependents(connection)] == ["public.orders in publication theirs"]
    ask(owner, "DROP PUBLICATION theirs")
    with connect(database_url) as connection:
        assert dependents(connection) == []


def test_who_may_not_is_told_what_is_missing(owner: Connection):
    ask(owner, "CREATE ROLE somebody; GRANT ALL ON ALL TABLES IN SCHEMA public TO somebody; SET ROLE somebody")
    try:
        with pytest.raises(NotPossible, match=r"permission denied for database \w+; it needs .* GRANT CREATE ON"):
            publication.make(owner)
        assert ask(owner, "SELECT 1") == [(1,)]  # and nothing is left open
    finally:
        ask(owner, "RESET ROLE; DROP OWNED BY somebody; DROP ROLE somebody")
