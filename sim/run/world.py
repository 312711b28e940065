"""The world of a run's configuration, new or resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.processes.build import build_world

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sim.facts import Fact
    from sim.processes.world import World
    from sim.run.configuration import RunConfig
    from sim.snapshot import Snapshot


def world_of(
    config: RunConfig,
    tell: Callable[[Fact], None],
    snapshot: Snapshot | None = None,
    cities: Collection[int] | None = None,
) -> World:
    """Return it about to go on: just opened, or resumed from a snapshot; of some cities only, when they are given."""
    return build_world(
        tell,
        seed=config.seed,
        scenario=config.scenario,
        market=config.market,
        scale=config.scale,
        epoch=config.epoch,
        snapshot=snapshot,
        cities=cities,
    )
