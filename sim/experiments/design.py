"""The design of an experiment: what was asked for, understood and checked before anything runs."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sim.experiments.metrics import METRICS, TRADE_OFF, metrics_named
from sim.experiments.parameters import parameter_named, parse_values, variants_of
from sim.experiments.planner import Goal
from sim.experiments.replication import Conditions, Variant
from sim.experiments.results import FORMATS, PICTURE_FORMATS
from sim.markets import load_market
from sim.scenario import load_scenario, scenario_names
from sim.settings import LARGEST_SEED, BadSetting, parse_scale, parse_seed, parse_start
from sim.shop.places import planned_incidents

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.experiments.metrics import Metric
    from sim.markets import Market

MOST_REPLICATIONS = 100_000
LONGEST_DAYS = 3660.0
MOST_PROCESSES = 1024
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for, as text; None is what was not stated and has no default."""

    scenarios: Sequence[str] = ()
    replications: str = "20"
    days: str = "14"
    warm_up: str = "3"
    seed: str = "1"
    scale: str = "1"
    market: str = "international"
    start: str = "2026-01-05T00:00Z"
    cities: str | None = None
    vary: str | None = None
    find: str | None = None
    until: str | None = None
    show: str | None = None
    processes: str | None = None
    on: str | None = None
    out: str | None = None
    chart: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is compared under which conditions. With a `parameter` it is a sweep, with a `goal` too a search."""

    variants: list[Variant]
    parameter: str | None
    goal: Goal | None
    replications: int
    seed: int
    conditions: Conditions
    metrics: list[Metric]
    processes: int | None
    on: str | None
    out: Path | None
    chart: Path | None

    def told(self) -> str:
        """The conditions in a line."""
        on = self.conditions
        cities = ", ".join(on.cities) or "all cities"
        days = f"{on.days:g} {'day' if on.days == 1 else 'days'}"
        return (
            f"{self.replications} replications of {days}, the first {on.warm_up_days:g} left out as warm-up;"
            f" seeds {self.seed} to {self.seed + self.replications - 1}; market {on.market.name} ({cities})"
            f" at scale {on.scale:g}; from {on.epoch:%Y-%m-%d %H:%M} UTC"
        )


def design_of(asked: Asked) -> Design:
    """Understand what was asked. Raises BadSetting, ScenarioError and MarketError: one line each."""
    replications = _read("replications", asked.replications, lambda text: _whole(text, 2, MOST_REPLICATIONS))
    seed = _read("", asked.seed, parse_seed)
    if seed + replications - 1 > LARGEST_SEED:
        raise BadSetting(f"seed: {seed} leaves no room for {replications} replications; allowed up to {LARGEST_SEED}")
    if asked.on is not None and asked.processes is not None:
        raise BadSetting("processes: they are of this machine and go without --on; give one of them")
    market = load_market(asked.market)
    variants, parameter, goal = _variants(asked)
    for variant in variants:
        planned_incidents(variant.scenario, market)  # refuse places that the market does not have
    if asked.chart is not None and parameter is None and len(variants) == 1:
        raise BadSetting("chart: it shows differences, and one scenario alone has none; name another")
    return Design(
        variants=variants,
        parameter=parameter,
        goal=goal,
        replications=replications,
        seed=seed,
        conditions=_conditions(asked, market),
        metrics=_metrics(asked, sweep=parameter is not None),
        processes=None if asked.processes is None else _read("processes", asked.processes, _processes),
        on=None if asked.on is None else _engine(asked.on),
        out=None if asked.out is None else _read("out", asked.out, lambda text: _file(text, FORMATS)),
        chart=None if asked.chart is None else _read("chart", asked.chart, lambda text: _file(text, PICTURE_FORMATS)),
    )


def _read(name: str, text: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise BadSetting(f"{name}: {error}" if name else str(error)) from error


def _conditions(asked: Asked, market: Market) -> Conditions:
    days = _read("days", asked.days, lambda text: _days(text, above_zero=True))
    warm_up = _read("warm-up", asked.warm_up, lambda text: _days(text, above_zero=False))
    if warm_up >= days:
        raise BadSetting(f"warm-up: {asked.warm_up!r} days leave nothing of {days:g}; allowed is less than --days")
    return Conditions(
        epoch=_read("", asked.start, parse_start),
        days=days,
        warm_up_days=warm_up,
        scale=_read("", asked.scale, parse_scale),
        market=market,
        cities=() if asked.cities is None else _read("cities", asked.cities, lambda text: _cities(text, market)),
    )


def _variants(asked: Asked) -> tuple[list[Variant], str | None, Goal | None]:
    if asked.vary is not None and asked.find is not None:
        raise BadSetting("find: it goes without --vary; give one of them")
    if (asked.find is None) != (asked.until is None):
        raise BadSetting("until: --find and --until go together, such as --find couriers=60:240:5 --until 'late<5'")
    spread = asked.vary if asked.find is None else asked.find
    if spread is None:
        return _compared(asked.scenarios), None, None
    option = "vary" if asked.find is None else "find"
    if len(asked.scenarios) > 1:
        raise BadSetting(f"{option}: it starts from one scenario, but {len(asked.scenarios)} are named")
    _, scenario = load_scenario(asked.scenarios[0] if asked.scenarios else "baseline")
    name, values = _read(option, spread, parse_values)
    path = _read(option, name, lambda text: parameter_named(text, scenario))
    variants = _read(option, spread, lambda _: variants_of(scenario, path, values))
    return variants, path, None if asked.until is None else _read("until", asked.until, Goal.parse)


def _compared(names: Sequence[str]) -> list[Variant]:
    if not names:
        raise BadSetting(
            f"scenario: none is named; known are {', '.join(scenario_names())}, or the path of a YAML file"
        )
    variants = [Variant(*load_scenario(name)) for name in names]
    for label, count in Counter(variant.label for variant in variants).items():
        if count > 1:
            raise BadSetting(f"scenario: {label!r} is named {count} times; allowed is once")
    return variants


def _metrics(asked: Asked, *, sweep: bool) -> list[Metric]:
    if asked.show is not None:
        return _read("show", asked.show, metrics_named)
    return metrics_named(",".join(TRADE_OFF)) if sweep else list(METRICS)


def _cities(text: str, market: Market) -> tuple[str, ...]:
    known = [city.name for city in market.cities]
    wanted = [name.strip() for name in text.split(",")]
    for name in wanted:
        if name not in known:
            raise ValueError(f"{name!r} is no city of the market {market.name}; allowed are {', '.join(known)}")
    return tuple(name for name in known if name in wanted)


def _whole(text: str, low: int, high: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not low <= number <= high:
        raise ValueError(f"{text!r} is not allowed; allowed are whole numbers from {low} to {high}")
    return number


def _processes(text: str) -> int:
    return _whole(text, 1, MOST_PROCESSES)


def _days(text: str, *, above_zero: bool) -> float:
    days = float(text) if _NUMBER.fullmatch(text) else -1.0
    if not 0.0 <= days <= LONGEST_DAYS or (above_zero and not days):
        least = "above 0" if above_zero else "from 0"
        raise ValueError(f"{text!r} is not allowed; allowed are numbers of days {least}, up to {LONGEST_DAYS:g}")
    return days


def _engine(text: str) -> str:
    from sim.engines.dask_engine import scheduler_address  # noqa: PLC0415  only who asks for an engine needs it

    _read("on", text, scheduler_address)
    return text


def _file(text: str, formats: tuple[str, ...]) -> Path:
    """A file that can be written, as far as can be known beforehand: nobody should wait for an hour to hear no."""
    path = Path(text)
    if path.suffix not in formats:
        raise ValueError(f"{text!r} is of no known kind; allowed are names that end in {', '.join(formats)}")
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(f"{text!r} can't be written; allowed is a file in a folder that is there")
    if not os.access(path.parent, os.W_OK):
        raise ValueError(f"{text!r} can't be written; the folder allows no new files")
    return path
