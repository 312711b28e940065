"""A replication: one seeded run of one scenario from its opening to its end, in memory, watched by an observer."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import DAY_US
from sim.engines.job import Interrupted, never
from sim.experiments.observers import Observer, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sim.facts import Fact
    from sim.markets import Market
    from sim.processes.world import World
    from sim.scenario import Scenario
    from sim.shop.staffing import StaffSchedule

_LOOK_EVERY = 1024  # instants; some ten thousand pass in a second


@dataclass(frozen=True, slots=True)
class Conditions:
    """What all replications of an experiment have in common."""

    epoch: datetime
    days: float
    warm_up_days: float
    market: Market
    scale: float = 1.0
    cities: tuple[str, ...] = ()  # none means all

    @property
    def window(self) -> Window:
        """What the figures are of."""
        return Window(round(self.warm_up_days * DAY_US), round(self.days * DAY_US))


@dataclass(frozen=True, slots=True)
class Variant:
    """What is compared: a scenario under a label; in a sweep, with the parameter's value by which it differs."""

    label: str
    scenario: Scenario
    value: float | None = None


class Job(NamedTuple):
    """One replication to be done."""

    variant: Variant
    replication: int
    seed: int
    conditions: Conditions

    def carried_out(self, interrupted: Callable[[], bool]) -> Outcome:
        """Live through it; raises Interrupted soon after `interrupted` says so."""
        return replicate(self, interrupted)


class Outcome(NamedTuple):
    """What came of it: the figures by metric; NaN where nothing happened that one could be made of."""

    label: str
    value: float | None
    replication: int
    seed: int
    figures: dict[str, float]


def jobs_of(variants: Iterable[Variant], replications: int, seed: int, conditions: Conditions) -> list[Job]:
    """All replications of some variants: number n has the seed `seed + n` in every one, so that luck is common."""
    return [Job(variant, n, seed + n, conditions) for n in range(replications) for variant in variants]


def replicate(job: Job, interrupted: Callable[[], bool] = never) -> Outcome:
    """Live through a replication; raises Interrupted soon after `interrupted` says so."""
    window = job.conditions.window
    observer = Observer(window)
    world = _open_world(job, observer.tell)
    gc.collect()
    gc.freeze()  # what is there now stays until the end: the collector need not look at it again
    try:
        _live(world, window.ends_us, interrupted)
    finally:
        gc.unfreeze()
    on_duty_us = sum(person_time_us(warehouse.pickers.schedule, window) for warehouse in world.warehouses.values())
    return Outcome(job.variant.label, job.variant.value, job.replication, job.seed, observer.figures(on_duty_us))


def _open_world(job: Job, tell: Callable[[Fact], None]) -> World:
    """The one place of this room that knows how a world is made: opened, alive, and about to begin."""
    from sim.processes.build import build_world  # noqa: PLC0415  only who replicates needs the model

    on = job.conditions
    return build_world(
        tell,
        seed=job.seed,
        scenario=job.variant.scenario,
        market=on.market,
        scale=on.scale,
        epoch=on.epoch,
        cities=[city.city_id for city in on.market.cities if not on.cities or city.name in on.cities],
    )


def _live(world: World, until_us: int, interrupted: Callable[[], bool]) -> None:
    looked = 0

    def enough() -> bool:
        nonlocal looked
        looked += 1
        return not looked % _LOOK_EVERY and interrupted()

    world.env.run_through(until_us, enough)
    if world.env.now < until_us or interrupted():
        raise Interrupted


def person_time_us(schedule: StaffSchedule, window: Window) -> int:
    """Time on duty within the window, of all people together."""
    at, total = window.begins_us, 0
    while at < window.ends_us:
        until = min(schedule.next_change(at), window.ends_us)
        total += schedule.on_duty(at) * (until - at)
        at = until
    return total
