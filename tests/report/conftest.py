"""A small shop to report on, simulated once for all of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.dashboards.asking import QUICK_SUPPLIERS, new_database, trade


@pytest.fixture(scope="session")
def traded(postgres_url: str) -> Iterator[Engine]:
    """The owner's engine on a shop that stands at Tuesday, 6 January 2026, 12:00 UTC, after a day and a half."""
    with new_database(postgres_url) as engine:
        trade(engine.url, timedelta(hours=36), 0.03, QUICK_SUPPLIERS)
        yield engine
