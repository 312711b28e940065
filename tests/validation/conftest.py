"""The week that several proofs look at, simulated once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from sim.embedded.clients import connect
from sim.run.start import run_shop
from sim.settings import Given, resolve
from tests.databases import new_database

SETTINGS = {"speed": "max", "seed": "1", "scale": "0.2", "start": "2026-01-05T00:00Z", "duration": "7d"}


@pytest.fixture(scope="session")
def week(postgres_url: str) -> Iterator[Connection]:
    """A connection to the database of a week of the baseline at a fifth of its size."""
    with new_database(postgres_url) as url:
        run_shop(resolve(Given(SETTINGS, {})), url, lambda _: None, threading.Event())
        with connect(url) as connection:
            yield connection
