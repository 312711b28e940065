"""Configurations of runs: the baseline in the international market, and whatever a test wants to be otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sim.clock.pacer import Speed
from sim.markets import load_market
from sim.run.configuration import RunConfig
from sim.scenario import load_scenario

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
_USUAL = RunConfig(
    1, *load_scenario("baseline"), "international", load_market("international"), 1.0, EPOCH, Speed.parse("10x")
)


def configuration(speed: str | Speed = "10x", **changes: Any) -> RunConfig:
    """A configuration that begins in January 2026 at 10x, but for what is said."""
    return replace(_USUAL, speed=Speed.parse(speed) if isinstance(speed, str) else speed, **changes)
