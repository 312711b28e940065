"""A small shop for the notebooks, seen by the role that only reads."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text

from sim.bootstrap import run_shop
from sim.embedded.clients import connect
from sim.settings import Given, resolve

SETTINGS = {"speed": "max", "seed": "1", "scale": "0.1", "start": "2026-01-05T00:00Z", "duration": "7d"}


@pytest.fixture(scope="session")
def reader_url(postgres_url: str) -> Iterator[str]:
    """The URL of a shop after a week at a tenth of its size, as bazaar_reader."""
    name = f"bazaar_notebooks_{uuid.uuid4().hex}"
    with connect(postgres_url) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(postgres_url).set(database=name)
    try:
        run_shop(
            resolve(Given(SETTINGS, {})), url.render_as_string(hide_password=False), lambda _: None, threading.Event()
        )
        reader = url.update_query_dict({"options": "-c role=bazaar_reader -c statement_timeout=30s"})
        yield reader.render_as_string(hide_password=False)
    finally:
        with connect(postgres_url) as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
