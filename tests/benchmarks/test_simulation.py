"""The benchmark of the simulation alone counts what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from simpy import Environment

from benchmarks import simulation
from sim.clock.units import MINUTE_US

if TYPE_CHECKING:
    from sim.facts import Fact


class Counting(Environment):
    """SimPy that counts its steps."""

    steps = 0

    def step(self) -> None:
        Counting.steps += 1
        super().step()


@pytest.mark.parametrize("processes", [1, 40])
def test_bare_simpy_does_as_many_events_as_it_is_credited_with(monkeypatch: pytest.MonkeyPatch, processes: int):
    monkeypatch.setattr(simulation, "Environment", Counting)
    monkeypatch.setattr(simulation, "BARE_EVENTS", 5_000)
    Counting.steps = 0
    assert simulation.bare_events_per_s(processes) > 0.0
    beginnings_and_ends = processes + 4
    assert 5_000 - processes <= Counting.steps <= 5_000 + beginnings_and_ends


def test_event_by_event_the_shop_tells_the_same_facts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(simulation, "UNTIL_US", 20 * MINUTE_US)
    told: list[Fact] = []
    world = simulation.opened(told.append)
    opening = len(told)
    world.env.run_through(20 * MINUTE_US, lambda: False)
    counted = simulation.count()
    assert counted["facts"] == len(told) - opening > 0
    couriers = sum(len(warehouse.couriers) for warehouse in world.warehouses.values())
    assert counted["live_processes"] > couriers  # each has one for ever, and there are shoppers too
    assert counted["events"] > counted["facts"] / 10
