"""The terms of a run: what settings and an earlier run's record together come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import ValidationError

from sim.markets import load_market
from sim.running import Plan
from sim.scenario import Scenario, load_scenario
from sim.shop.places import planned_incidents

if TYPE_CHECKING:
    from sim.settings import Settings
    from sim.snapshot import RunRecord


class Refused(Exception):
    """What was asked cannot be done; one line for people says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that a run's rows depend on, and how fast and how far it goes."""

    seed: int
    scenario_name: str
    scenario: Scenario
    market: str
    scale: float
    plan: Plan


def new_terms(settings: Settings, now: datetime) -> Terms:
    """Return the terms of a run in an empty database; its epoch is `--start`, or a history ago at a full hour."""
    market = load_market(settings.market)  # refuse an unknown one before anything is made
    name, scenario = load_scenario(settings.scenario)
    planned_incidents(scenario, market)  # and places that it does not have
    epoch = settings.start or (now - settings.history).replace(minute=0, second=0, microsecond=0)
    return Terms(settings.seed, name, scenario, settings.market, settings.scale, _plan(settings, epoch.astimezone(UTC)))


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
    planned_incidents(scenario, load_market(run.market))  # refuse places that it does not have
    scale = settings.scale if "scale" in settings.given else run.scale
    return Terms(run.seed, name, scenario, run.market, scale, _plan(settings, run.epoch))


def _recorded_scenario(run: RunRecord) -> Scenario:
    try:
        return Scenario.model_validate(run.scenario_config)
    except ValidationError as error:
        raise Refused(
            f"scenario: the one recorded as {run.scenario!r} is not of this version; name one with --scenario"
        ) from error


def _refuse_other(name: str, had: object, asked: object, settings: Settings) -> None:
    if name in settings.given and asked != had:
        raise Refused(
            f"{name}: {asked} was asked, but the shop in this database runs with {had};"
            f" leave it out to go on, or `python -m sim reset` to begin anew"
        )


def _plan(settings: Settings, epoch: datetime) -> Plan:
    until = None if settings.duration is None else settings.duration // timedelta(microseconds=1)
    return Plan(epoch, settings.speed, settings.catch_up, until)
