"""A replay leaves the very rows that the shop wrote, in the whole schema and in the bare one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from benchmarks import shop
from benchmarks.databases import ask, new_database
from benchmarks.recording import Figures, recorded
from benchmarks.replay import make_bare_schema, replay
from benchmarks.shop import DEFAULT
from db.apply import apply_schema
from tests.contract.conftest import engine_of
from tools.torture.digests import table_digests

SMALL = {**DEFAULT, "scale": "0.1", "duration": "9h"}
KEYS = "SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = ANY (%s)"
CHANGED_LATER = {"sessions", "orders", "carts", "deliveries", "inventory", "trips"}


class Recorded:
    """A run that was recorded: its file, its figures and its rows."""

    def __init__(self, path: Path, figures: Figures, digests: dict[str, str]) -> None:
        self.path = path
        self.figures = figures
        self.digests = digests


def digests(url: str) -> dict[str, str]:
    connection = psycopg2.connect(url)
    try:
        return table_digests(connection)
    finally:
        connection.close()


@pytest.fixture(scope="module", params=["1", "2"])
def run(
    request: pytest.FixtureRequest, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recorded]:
    """Made by one process with keys set aside and built in the end, and by two."""
    path = tmp_path_factory.mktemp("recording") / "sent"
    with new_database(postgres_url) as url:
        figures = shop.run(url, {**SMALL, "processes": request.param}, path)
        yield Recorded(path, figures, digests(url))


def test_a_run_has_written_what_its_row_says(run: Recorded):
    assert run.figures["rows"] == sum(sent.rows for sent in recorded(run.path)) > 0
    assert run.figures["rows_per_s"] == pytest.approx(run.figures["rows"] / run.figures["wall_s"])


def test_replayed_with_every_key(run: Recorded, database_url: str):
    engine = engine_of(database_url)
    with engine.connect() as connection:
        apply_schema(connection)
    engine.dispose()
    assert replay(database_url, run.path)["rows"] == run.figures["rows"]
    assert digests(database_url) == run.digests


def test_replayed_without_keys(run: Recorded, database_url: str):
    make_bare_schema(database_url, run.path)
    assert ask(database_url, KEYS, (["f", "u"],)) == [(0,)]
    primary = ask(database_url, "SELECT tablename FROM pg_indexes WHERE schemaname = 'public'")
    assert {table for (table,) in primary} >= CHANGED_LATER
    replay(database_url, run.path)
    assert digests(database_url) == run.digests
    assert ask(database_url, "SELECT count(*) FROM sim.session_quarters") == [(0,)]
