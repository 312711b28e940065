"""The shop's clock held for a moment, as `python -m sim pause` does: asked for in `sim.controls`, and waited for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2.extensions import connection as ShopConnection  # noqa: N812  a class, though psycopg2 writes it small

from pipeline.replica import shop
from pipeline.replica.problems import NotPossible
from pipeline.replica.settings import ReplicaSettings

_ASK = """
UPDATE sim.controls SET paused = %s, asked_at = clock_timestamp()
WHERE run_id = (SELECT run_id FROM sim.current_run)
"""
_SILENT = "SELECT clock_timestamp() - heartbeat_at > interval '30 s' FROM sim.current_run"
_PATIENCE_S = 60.0  # a batch under way is written first
_LOOK_EVERY_S = 0.2


@contextmanager
def paused(settings: ReplicaSettings) -> Iterator[None]:
    """Hold the shop's clock, unless it stands still already; it goes on afterwards, whatever happened meanwhile."""
    with shop.connected(settings) as here:
        if shop.moment(here).stands_still or shop.ask(here, _SILENT) == [(True,)]:
            yield
            return
    try:
        with shop.connected(settings) as here:
            _ask(here, paused=True)
            _wait_until_it_stands(here)
        yield
    finally:
        with shop.connected(settings) as here:
            _ask(here, paused=False)


def _ask(here: ShopConnection, *, paused: bool) -> None:
    shop.ask(here, _ASK, (paused,))
    shop.ask(here, "NOTIFY bazaar_control")


def _wait_until_it_stands(here: ShopConnection) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while not shop.moment(here).stands_still:
        if time.monotonic() > deadline_s:
            raise NotPossible(f"the shop was asked to pause and goes on after {_PATIENCE_S:.0f} s")
        time.sleep(_LOOK_EVERY_S)
