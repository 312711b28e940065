"""A run's configuration: one object for all who work at the run, in whatever process; and its files, read once."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from sim.markets import Market, load_market
from sim.run.configuration import MARKET_DIGEST
from sim.run.files import RunFiles
from sim.scenario import load_scenario
from tests.configurations import configuration

MARKETS = Path(__file__).parents[3] / "sim" / "markets"


def test_another_process_gets_the_market_itself_and_not_its_name():
    config = configuration(market_name="/nowhere/gone.yaml", until_us=5)
    there = pickle.loads(pickle.dumps(config))
    assert there == config
    assert isinstance(there.market, Market)
    assert there.market.digest() == config.market.digest()


def test_nobody_changes_it():
    with pytest.raises(FrozenInstanceError):
        configuration().market = load_market("russian")  # type: ignore[misc]


def test_its_record_is_of_the_market_that_it_holds():
    recorded = configuration(market_name="mine.yaml", market=load_market("russian")).recorded
    assert (recorded["market"], recorded["currency"]) == ("mine.yaml", "RUB")
    assert recorded["scenario_config"][MARKET_DIGEST] == load_market("russian").digest()
    assert {**load_scenario("baseline")[1].resolved(), **recorded["scenario_config"]} == recorded["scenario_config"]


def test_a_file_is_read_once(tmp_path: Path):
    market, scenario = tmp_path / "own.yaml", tmp_path / "calm.yaml"
    market.write_text((MARKETS / "international.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    scenario.write_text("demand: {sessions_per_day: 1000}\n", encoding="utf-8")
    files = RunFiles()
    read = files.market(str(market)), files.scenario(str(scenario))
    market.write_text("no market any more", encoding="utf-8")
    scenario.unlink()
    assert (files.market(str(market)), files.scenario(str(scenario))) == read
