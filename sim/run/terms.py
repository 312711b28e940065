"""The terms of a run: what settings and an earlier run's record together come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from pydantic import ValidationError

from sim.clock.units import HOUR_US
from sim.markets import load_market
from sim.processes.build import Deed
from sim.run.pacing import Plan
from sim.scenario import Scenario, load_scenario
from sim.shop.places import planned_incidents
from sim.shop.rating import horizon_us

if TYPE_CHECKING:
    from sim.markets import Market
    from sim.settings import Settings
    from sim.snapshot import RunRecord


MARKET_DIGEST = "market_digest"
"""Noted among a run's resolved inputs, beside the scenario's sections."""


class Refused(Exception):
    """What was asked cannot be done; one line for people says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that a run's rows depend on, and how fast and how far it goes."""

    seed: int
    scenario_name: str
    scenario: Scenario
    market: str
    market_digest: str
    currency: str  # the market's
    scale: float
    plan: Plan

    @property
    def deed(self) -> Deed:
        """All that the rows depend on."""
        return Deed(self.seed, self.scenario, self.market, self.scale, self.plan.epoch)


def new_terms(settings: Settings, now: datetime) -> Terms:
    """Return the terms of a run in an empty database; its epoch is `--start`, or a history ago at a full hour."""
    market = load_market(settings.market)  # refuse an unknown one before anything is made
    name, scenario = load_scenario(settings.scenario)
    planned_incidents(scenario, market)  # and places that it does not have
    _refuse_forgetting(settings.keep, scenario)
    epoch = settings.start or (now - settings.history).replace(minute=0, second=0, microsecond=0)
    plan = _plan(settings, epoch.astimezone(UTC))
    return Terms(settings.seed, name, scenario, settings.market, market.digest(), market.currency, settings.scale, plan)


def terms_of(run: RunRecord, settings: Settings) -> Terms:
    """Return the terms on which a run goes on; raises Refused for a seed, market or start that is not its own."""
    _refuse_other("seed", run.seed, settings.seed, settings)
    _refuse_other("market", run.market, settings.market, settings)
    if settings.start is not None:
        _refuse_other("start", run.epoch.astimezone(UTC), settings.start.astimezone(UTC), settings)
    name, scenario = (
        load_scenario(settings.scenario) if "scenario" in settings.given else (run.scenario, _recorded_scenario(run))
    )
    if scenario.stock.products != (had := run.scenario_config["stock"]["products"]):
        raise Refused(f"scenario: stock.products is {scenario.stock.products}, but this shop was opened with {had}")
    market = load_market(run.market)
    _refuse_edited(market, run)
    planned_incidents(scenario, market)  # refuse places that it does not have
    _refuse_forgetting(settings.keep, scenario)
    scale = settings.scale if "scale" in settings.given else run.scale
    plan = _plan(settings, run.epoch)
    return Terms(run.seed, name, scenario, run.market, market.digest(), market.currency, scale, plan)


def _recorded_scenario(run: RunRecord) -> Scenario:
    try:
        return Scenario.model_validate({k: v for k, v in run.scenario_config.items() if k != MARKET_DIGEST})
    except ValidationError as error:
        raise Refused(
            f"scenario: the one recorded as {run.scenario!r} is not of this version; name one with --scenario"
        ) from error


def _refuse_edited(market: Market, run: RunRecord) -> None:
    """Refuse a market that says something else than when the shop was last at work (older runs noted nothing)."""
    if run.scenario_config.get(MARKET_DIGEST, market.digest()) != market.digest():
        raise Refused(
            f"market: {run.market} says something else than when this shop was opened, and its rows are of that;"
            f" bring the old one back, or `python -m sim reset` to begin anew"
        )


def _refuse_other(name: str, had: object, asked: object, settings: Settings) -> None:
    if name in settings.given and asked != had:
        raise Refused(
            f"{name}: {asked} was asked, but the shop in this database runs with {had};"
            f" leave it out to go on, or `python -m sim reset` to begin anew"
        )


def _plan(settings: Settings, epoch: datetime) -> Plan:
    until = None if settings.duration is None else settings.duration // timedelta(microseconds=1)
    return Plan(epoch, settings.speed, settings.catch_up, until, settings.keep)


def _refuse_forgetting(keep: timedelta | None, scenario: Scenario) -> None:
    """Refuse to forget what the run itself still needs: carts to return to, deliveries to be reviewed or returned."""
    needed_h = max((horizon_us(scenario) + HOUR_US) / HOUR_US, scenario.demand.cart_return_within_h)
    least = timedelta(days=ceil(needed_h / 24))
    if keep is not None and keep < least:
        raise Refused(
            f"keep: {keep / timedelta(days=1):.3g}d is too short: in this scenario carts, reviews and returns look back"
            f" further; allowed are {least.days}d and more, and all"
        )
