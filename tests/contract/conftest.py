"""Databases with the schema and the small hand-made world in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, make_url

from db.apply import apply_schema
from tests.contract.small_world import settle
from tests.databases import new_database


def engine_of(url: str | URL) -> Engine:
    """An engine that leaves no connection open behind it; takes plain postgresql:// too."""
    return create_engine(make_url(url).set(drivername="postgresql+psycopg2"))


@pytest.fixture
def empty(database_url: str) -> Iterator[Connection]:
    """A connection to an empty database."""
    engine = engine_of(database_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def small_world(postgres_url: str) -> Iterator[Engine]:
    """One database with the small world for a whole module: change it only in transactions that are rolled back."""
    with new_database(postgres_url) as url:
        world = engine_of(url)
        with world.connect() as connection:
            apply_schema(connection)
            settle(connection)
            connection.commit()
        yield world
        world.dispose()


@pytest.fixture
def shop(small_world: Engine) -> Iterator[Connection]:
    """A transaction on the small world that is rolled back."""
    with small_world.connect() as connection:
        yield connection
        connection.rollback()
