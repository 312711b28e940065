"""A shop goes on in the market that it was opened in, and says so when the file has changed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from sim.embedded.clients import connect
from sim.run.start import Refused, run_shop
from sim.settings import Given, resolve

SETTINGS = {"speed": "max", "scale": "0.02", "start": "2026-01-05T00:00Z"}
ORIGINAL = (Path(__file__).parents[2] / "sim" / "markets" / "international.yaml").read_text(encoding="utf-8")


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
