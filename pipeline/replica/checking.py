"""`check`: wait until the replica has caught up, and compare every table."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from pipeline.replica import chosen, mysql, shop
from pipeline.replica.catching_up import wait_caught_up
from pipeline.replica.comparing import Comparison, compared
from pipeline.replica.pausing import paused
from pipeline.replica.settings import ReplicaSettings


def check(
    settings: ReplicaSettings,
    *,
    pause: bool = False,
    within_s: float = 600.0,
    tell: Callable[[Comparison], None] = lambda _: None,
) -> list[Comparison]:
    """Compare all tables, whole where the shop stands still (`pause` sees to that), else what is settled.

    `tell` hears of each as soon as it is compared. Raises Waiting, NotPossible.
    """
    with paused(settings) if pause else nullcontext():
        as_of = wait_caught_up(settings, within_s).as_of
        with shop.connected(settings) as here, mysql.connected(settings) as there:
            whole = shop.moment(here).stands_still
            found = []
            for table in chosen.tables():
                found.append(compared(here, there, table, None if whole else as_of))
                tell(found[-1])
            return found
