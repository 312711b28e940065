"""A shop whose events are read by many tests: none of them changes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.test_running import Shop


@pytest.fixture(scope="session")
def day(postgres_url: str) -> Iterator[Shop]:
    """A small shop, a day old."""
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(duration="1d")
        yield shop
