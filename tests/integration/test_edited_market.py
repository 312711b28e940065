"""A shop is of one market: it goes on in the one that it was opened in, whoever edits the file and whenever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from sim.embedded.clients import connect
from sim.markets import load_market
from sim.run.files import RunFiles
from sim.run.start import Refused, run_shop
from sim.run.status import Status
from sim.settings import Given, resolve

SETTINGS = {"speed": "max", "scale": "0.02", "start": "2026-01-05T00:00Z"}
ORIGINAL = (Path(__file__).parents[2] / "sim" / "markets" / "international.yaml").read_text(encoding="utf-8")

EDITED = ORIGINAL.replace("name: London\n", "name: Londinium\n")


def run(url: str, market: Path, hours: int) -> None:
    given = Given(SETTINGS | {"market": str(market), "duration": f"{hours}h"}, {})
    run_shop(resolve(given), url, lambda _: None, threading.Event())


def test_an_edited_market_is_refused_and_the_old_one_goes_on(database_url: str, tmp_path: Path):
    market = tmp_path / "own.yaml"
    market.write_text(ORIGINAL, encoding="utf-8")
    run(database_url, market, 2)
    market.write_text(ORIGINAL.replace("title: International", "title: Elsewhere"), encoding="utf-8")
    with pytest.raises(Refused, match=r"^market: \S+own.yaml says something else than when this shop was opened"):
        run(database_url, market, 4)
    market.write_text("# a remark says nothing else\n" + ORIGINAL, encoding="utf-8")
    run(database_url, market, 4)


def test_a_run_that_noted_nothing_goes_on(database_url: str, tmp_path: Path):
    market = tmp_path / "own.yaml"
    market.write_text(ORIGINAL, encoding="utf-8")
    run(database_url, market, 2)
    with connect(database_url) as connection:
        connection.execute(text("UPDATE sim.runs SET scenario_config = scenario_config - 'market_digest'"))
    run(database_url, market, 4)


class Editor:
    """Watches a run, and edits its market as soon as there is anything to be seen of it."""

    def __init__(self, market: Path) -> None:
        self._market = market
        self.phases: list[str] = []

    def observe(self, status: Status) -> None:
        if not self.phases:
            self._market.write_text(EDITED, encoding="utf-8")
        self.phases.append(status.phase)


def cities_and_digest(url: str) -> tuple[set[str], str]:
    with connect(url) as connection:
        names = set(connection.execute(text("SELECT name FROM cities")).scalars())
        return names, connection.execute(text("SELECT scenario_config ->> 'market_digest' FROM sim.runs")).scalar_one()


@pytest.mark.parametrize("processes", [None, "2"], ids=["one process", "history by two"])
def test_an_edit_while_a_run_starts_is_for_the_next_start(database_url: str, tmp_path: Path, processes: str | None):
    """Between what is noted of a run and what makes its rows there is no second look at the file."""
    market = tmp_path / "own.yaml"
    market.write_text(ORIGINAL, encoding="utf-8")
    original = load_market(market)
    editor = Editor(market)
    given = Given(SETTINGS | {"market": str(market), "duration": "3h", "processes": processes}, {})
    run_shop(resolve(given), database_url, editor.observe, threading.Event())
    assert editor.phases[0] == "opening"
    assert load_market(market).digest() != original.digest()
    assert cities_and_digest(database_url) == ({city.name for city in original.cities}, original.digest())


def test_an_edit_between_the_check_of_the_names_and_the_start_is_for_the_next_start(database_url: str, tmp_path: Path):
    market = tmp_path / "own.yaml"
    market.write_text(ORIGINAL, encoding="utf-8")
    files = RunFiles()
    original = files.market(str(market))
    market.write_text(EDITED, encoding="utf-8")
    given = Given(SETTINGS | {"market": str(market), "duration": "1h"}, {})
    run_shop(resolve(given), database_url, lambda _: None, threading.Event(), files)
    assert cities_and_digest(database_url) == ({city.name for city in original.cities}, original.digest())
