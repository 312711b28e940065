"""The small hand-made world, and a shop that has lived for a week; neither is to be changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.apply import apply_schema
from tests.contract.conftest import engine_of
from tests.contract.small_world import settle
from tests.databases import new_database
from tests.integration.test_running import Shop
from tests.pipeline.events.shops import day

__all__ = ["day"]  # a fixture


@pytest.fixture(scope="module")
def small_world(postgres_url: str) -> Iterator[str]:
    """The URL of a database with the small world."""
    with new_database(postgres_url) as url:
        engine = engine_of(url)
        with engine.connect() as connection:
            apply_schema(connection)
            settle(connection)
            connection.commit()
        engine.dispose()
        yield url


@pytest.fixture(scope="module")
def week(postgres_url: str) -> Iterator[Shop]:
    """A small shop, a week old."""
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(scale="0.02", duration="7d")
        yield shop
