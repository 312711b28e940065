"""Experiments that take a second: one city at a fifth of its size, for a day or two."""

from __future__ import annotations

from datetime import UTC, datetime

from sim.experiments.replication import Conditions, Job, Outcome, Variant
from sim.markets import load_market
from sim.scenario import Scenario, load_scenario

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
MARKET = load_market("international")
CONDITIONS = Conditions(EPOCH, 1.5, 0.5, MARKET, scale=0.2, cities=("Berlin",))
BASELINE = Variant(*load_scenario("baseline"))


def fleet(couriers: int) -> Variant:
    """The baseline with so many couriers in all cities at scale 1, and no fewer than one a warehouse."""
    return Variant(
        f"couriers={couriers}",
        Scenario.model_validate({"delivery": {"couriers": couriers, "couriers_at_least": 1}}),
        float(couriers),
    )


def job(replication: int = 0, variant: Variant = BASELINE, conditions: Conditions = CONDITIONS, seed: int = 1) -> Job:
    return Job(variant, replication, seed + replication, conditions)


def figure(outcomes: list[Outcome], name: str) -> list[float]:
    return [outcome.figures[name] for outcome in outcomes]
