"""The week that several proofs look at, simulated once."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, make_url, text

from sim.bootstrap import run_shop
from sim.embedded.clients import connect
from sim.settings import Given, resolve

SETTINGS = {"speed": "max", "seed": "1", "scale": "0.2", "start": "2026-01-05T00:00Z", "duration": "7d"}


@pytest.fixture(scope="session")
def week(postgres_url: str) -> Iterator[Connection]:
    """A connection to the database of a week of the baseline at a fifth of its size."""
    name = f"bazaar_week_{uuid.uuid4().hex}"
    with connect(postgres_url) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    try:
        run_shop(resolve(Given(SETTINGS, {})), url, lambda _: None, threading.Event())
        with connect(url) as connection:
            yield connection
    finally:
        with connect(postgres_url) as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
