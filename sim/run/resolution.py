"""Which configuration a run starts on: what settings and an earlier run's record together come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from pydantic import ValidationError

from sim.clock.units import HOUR_US
from sim.run.configuration import MARKET_DIGEST, RunConfig
from sim.scenario import Scenario
from sim.shop.places import planned_incidents
from sim.shop.rating import horizon_us
from sim.snapshot import ANSWERED_WITHIN

if TYPE_CHECKING:
    from sim.markets import Market
    from sim.run.files import RunFiles
    from sim.settings import Settings
    from sim.snapshot import RunRecord


class Refused(Exception):
    """What was asked cannot be done; one line for people says why. Nothing was changed."""


def new_config(settings: Settings, files: RunFiles, now: datetime) -> RunConfig:
    """Return the configuration of a run in an empty database; it begins at `--start`, or a history ago at a full hour.

    Raises Refused, ScenarioError and MarketError before anything is made.
    """
    market = files.market(settings.market)
    scenario = files.scenario(settings.scenario)
    epoch = settings.start or (now - settings.history).replace(minute=0, second=0, microsecond=0)
    at = epoch.astimezone(UTC)
    return _config(settings, settings.seed, scenario, (settings.market, market), settings.scale, at)


def resumed_config(run: RunRecord, settings: Settings, files: RunFiles) -> RunConfig:
    """Return the configuration on which a run goes on; raises Refused for a seed, market or start not its own."""
    _refuse_other("seed", run.seed, settings.seed, settings)
    _refuse_other("market", run.market, settings.market, settings)
    if settings.start is not None:
        _refuse_other("start", run.epoch.astimezone(UTC), settings.start.astimezone(UTC), settings)
    name, scenario = (
        files.scenario(settings.scenario) if "scenario" in settings.given else (run.scenario, _recorded_scenario(run))
    )
    if scenario.stock.products != (had := run.scenario_config["stock"]["products"]):
        raise Refused(f"scenario: stock.products is {scenario.stock.products}, but this shop was opened with {had}")
    market = files.market(run.market)
    _refuse_edited(market, run)
    scale = settings.scale if "scale" in settings.given else run.scale
    return _config(settings, run.seed, (name, scenario), (run.market, market), scale, run.epoch)


def _config(
    settings: Settings,
    seed: int,
    scenario: tuple[str, Scenario],
    market: tuple[str, Market],
    scale: float,
    epoch: datetime,
) -> RunConfig:
    """Put together, with scenario and market by name, and checked."""
    config = RunConfig(
        seed,
        *scenario,
        *market,
        scale,
        epoch,
        speed=settings.speed,
        catch_up=settings.catch_up,
        until_us=None if settings.duration is None else settings.duration // timedelta(microseconds=1),
        keep=settings.keep,
        processes=settings.processes,
    )
    planned_incidents(config.scenario, config.market)  # refuse places that the market does not have
    _refuse_forgetting(config.keep, config.scenario)
    return config


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


def _refuse_forgetting(keep: timedelta | None, scenario: Scenario) -> None:
    """Refuse to forget what a run still needs: carts to return to, what is to be reviewed, answered or returned."""
    answers_h = ANSWERED_WITHIN / timedelta(hours=1) if any(scenario.review.answered_by_stars) else 0.0
    needed_h = max((horizon_us(scenario) + HOUR_US) / HOUR_US, scenario.demand.cart_return_within_h, answers_h)
    least = timedelta(days=ceil(needed_h / 24))
    if keep is not None and keep < least:
        raise Refused(
            f"keep: {keep / timedelta(days=1):.3g}d is too short: in this scenario carts, reviews and returns look back"
            f" further; allowed are {least.days}d and more, and all"
        )
