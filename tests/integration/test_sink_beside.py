"""A second sink beside the database gets every row that the database gets, history's too."""

from __future__ import annotations

import threading

import pytest

from sim.journal.batch import Key, Row
from sim.run.start import Refused, run_shop
from sim.settings import Given, resolve
from sim.sinks.memory import MemorySink
from tests.integration.test_running import Shop

SETTINGS = {"speed": "max", "seed": "1", "start": "2026-01-05T00:00Z", "scale": "0.05"}


def run(shop: Shop, hours: int, processes: str | None = None) -> MemorySink:
    sink = MemorySink()
    given = Given(SETTINGS | {"duration": f"{hours}h", "processes": processes}, {})
    run_shop(resolve(given), shop.url, lambda _: None, threading.Event(), beside=[sink])
    return sink


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


def rows_in(shop: Shop, sink: MemorySink) -> dict[str, int]:
    """How many rows each table has that the sink knows."""
    return {name: shop.rows(f"SELECT count(*) FROM {name}")[0][0] for name in sink.tables}


def counts(sink: MemorySink) -> dict[str, int]:
    return {name: len(rows) for name, rows in sink.tables.items()}


def test_it_gets_all_of_a_history_made_by_several_processes(shop: Shop, postgres_url: str):
    made_together = run(shop, 12, processes="2")
    assert made_together.sim_now_us == 12 * 3_600_000_000
    assert counts(made_together) == rows_in(shop, made_together)
    assert sum(counts(made_together).values()) > 10_000
    with Shop.in_new_database(postgres_url) as another:
        alone: dict[str, dict[Key, Row]] = run(another, 12).tables
    assert made_together.tables == alone


def test_gone_on_with_it_gets_what_is_new(shop: Shop):
    first = run(shop, 6, processes="2")
    before = rows_in(shop, first)
    new = 0

    class Counting(MemorySink):
        """Takes what is new without the rows that it changes."""

        def write(self, batch) -> None:
            nonlocal new
            new += sum(map(len, batch.appended.values())) + sum(map(len, batch.inserted.values()))

    given = Given(SETTINGS | {"duration": "12h", "processes": "2"}, {})
    run_shop(resolve(given), shop.url, lambda _: None, threading.Event(), beside=[Counting()])
    assert new == sum(rows_in(shop, first).values()) - sum(before.values()) > 1_000


def test_it_is_closed_whatever_happens(shop: Shop):
    class Closing(MemorySink):
        closed = 0

        def close(self) -> None:
            self.closed += 1

    def started(market: str) -> None:
        given = Given(SETTINGS | {"duration": "1h", "market": market}, {})
        run_shop(resolve(given), shop.url, lambda _: None, threading.Event(), beside=[sink])

    sink = Closing()
    started("international")
    assert sink.closed == 1
    started("international")  # it has reached its end
    assert sink.closed == 2
    with pytest.raises(Refused):
        started("russian")
    assert sink.closed == 3
