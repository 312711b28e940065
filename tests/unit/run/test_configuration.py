"""A run's configuration: one object for all who work at the run, in whatever process."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import pytest

from sim.markets import Market, load_market
from sim.run.configuration import MARKET_DIGEST
from sim.scenario import load_scenario
from tests.configurations import configuration


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
