"""A small shop for the notebooks, seen by the role that only reads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from sim.run.start import run_shop
from sim.settings import Given, resolve
from tests.databases import new_database

SETTINGS = {"speed": "max", "seed": "1", "scale": "0.1", "start": "2026-01-05T00:00Z", "duration": "7d"}


@pytest.fixture(scope="session")
def reader_url(postgres_url: str) -> Iterator[str]:
    """The URL of a shop after a week at a tenth of its size, as bazaar_reader."""
    with new_database(postgres_url) as url:
        run_shop(resolve(Given(SETTINGS, {})), url, lambda _: None, threading.Event())
        reader = make_url(url).update_query_dict({"options": "-c role=bazaar_reader -c statement_timeout=30s"})
        # As people write it: libpq, which some notebooks' commands ask, takes no + for a space.
        yield reader.render_as_string(hide_password=False).replace("+", "%20")
