"""Which intervals of history several processes shall make, if it is worth beginning them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import DAY_US

if TYPE_CHECKING:
    from sim.run.configuration import RunConfig

WORTH_SESSIONS = 40_000
"""Some quarter of a million rows: seconds of work, against one or two to begin and end the processes."""


class Interval(NamedTuple):
    """History to be made: up to `target_us`, from `begins_us` on; None for all of it, the opening included."""

    begins_us: int | None
    target_us: int

    @property
    def is_ahead(self) -> bool:
        """Whether there is anything to be made."""
        return self.begins_us is None or self.begins_us < self.target_us


def history_intervals(config: RunConfig, now_us: int | None, wall_us: int, *, deferring: bool) -> list[Interval]:
    """Return the intervals from `now_us` (None before the opening) on: none when there is too little to make.

    The past can be cut off by keys only, so where some shall be and the keys are still to be built (`deferring`), they
    are built as soon as it begins. Where somebody says how many processes, it need not be worth it.
    """
    begins_us = now_us or 0
    if config.speed.paced:
        target_us = min(config.end_us, wall_us) if config.catch_up else begins_us
    else:
        target_us = config.end_us
    if target_us <= begins_us:
        return []
    sessions_per_day = config.scenario.demand.sessions_per_day * config.scale
    if config.processes is None and sessions_per_day * (target_us - begins_us) / DAY_US < WORTH_SESSIONS:
        return []
    cut_off_us = target_us if config.keep is None else config.keep // timedelta(microseconds=1)
    if deferring and begins_us < cut_off_us < target_us:
        return [Interval(now_us, cut_off_us), Interval(cut_off_us, target_us)]
    return [Interval(now_us, target_us)]
