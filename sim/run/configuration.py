"""The configuration of a run: everything that its rows depend on, and how fast and how far it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from sim.clock.pacer import Speed
    from sim.markets import Market
    from sim.scenario import Scenario

MARKET_DIGEST = "market_digest"
"""Noted among a run's resolved inputs, beside the scenario's sections."""
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What one start of a run goes by, and each of its processes: nobody reads a scenario or a market again."""

    seed: int
    scenario_name: str
    scenario: Scenario
    market_name: str  # as it was asked for: a name, or the path of a file
    market: Market
    scale: float
    epoch: datetime
    speed: Speed
    catch_up: bool = True
    until_us: int | None = None  # the end, counted from the epoch; None to go on for ever
    keep: timedelta | None = None  # how much of the past stays in the database; None for all of it
    processes: int | None = None  # that make history; None for as many as there are processors, if it is worth it

    @property
    def end_us(self) -> int:
        """The end, or an instant that never comes."""
        return _NEVER if self.until_us is None else self.until_us

    def is_over(self, sim_now: datetime) -> bool:
        """Whether a run that has come to `sim_now` has nothing left to do."""
        return (sim_now - self.epoch) // timedelta(microseconds=1) >= self.end_us

    @property
    def recorded(self) -> dict[str, Any]:
        """What the run's row in the database says of it, by column."""
        return {
            "seed": self.seed,
            "scenario": self.scenario_name,
            "scenario_config": {**self.scenario.resolved(), MARKET_DIGEST: self.market.digest()},
            "scenario_digest": self.scenario.digest(),
            "market": self.market_name,
            "currency": self.market.currency,
            "scale": self.scale,
            "epoch": self.epoch,
            "speed": str(self.speed),
        }
