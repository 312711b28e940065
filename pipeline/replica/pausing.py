"""The shop's clock held for a moment, as `python -m sim pause` does: asked for in `sim.controls`, and waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.extensions import connection as ShopConnection  # noqa: N812  a class, though psycopg2 writes it small
from pymysql.connections import Connection as ReplicaConnection

from pipeline.replica import held, mysql, shop
from pipeline.replica.problems import NotPossible
from pipeline.replica.settings import ReplicaSettings
from pipeline.waiting import awaited

_PAUSE = """
UPDATE sim.controls SET paused = true, asked_at = %s
WHERE run_id = (SELECT run_id FROM sim.current_run)
"""
_RESUME = """
UPDATE sim.controls SET paused = false, asked_at = clock_timestamp()
WHERE run_id = (SELECT run_id FROM sim.current_run)
"""
# Whoever has steered it since it was asked to pause decides when it goes on.
_HELD = "paused AND asked_at = %s"
_RESUME_IF_HELD = f"{_RESUME} AND {_HELD} RETURNING true"
_STILL_HELD = f"SELECT {_HELD} FROM sim.controls WHERE run_id = (SELECT run_id FROM sim.current_run)"
_TELL = "NOTIFY bazaar_control"
_NOW = "SELECT clock_timestamp()"
_SILENT = "SELECT clock_timestamp() - heartbeat_at > interval '30 s' FROM sim.current_run"
_HAS_CONTROLS = "SELECT to_regclass('sim.controls') IS NOT NULL"
# Held by the session that holds the shop: when it can be had, nobody does.
_LOCK = 0x68656C64  # "held"
_PATIENCE_S = 60.0  # a batch under way is written first


@contextmanager
def paused(settings: ReplicaSettings) -> Iterator[None]:
    """Hold the shop's clock, unless it stands still already; it goes on afterwards, whatever happened meanwhile.

    After a SIGKILL it is `let_go_on` by whoever comes next. Raises NotPossible, also while another comparison holds it.
    """
    with shop.connected(settings) as here, mysql.connected(settings) as there:
        now, alone, asked_at = shop.moment(here), _alone(here), held.noted(there)
        is_held = asked_at is not None and shop.ask(here, _STILL_HELD, (asked_at,)) == [(True,)]
        if not is_held and (now.stands_still or shop.ask(here, _SILENT) == [(True,)]):
            yield
            return
        if not alone:
            raise NotPossible("another comparison holds the shop just now")
        try:
            if not is_held:
                _ask_to_pause(here, there)
            _wait_until_it_stands(here)
            yield
        finally:
            _resume(settings)


def let_go_on(here: ShopConnection, there: ReplicaConnection[Any]) -> bool:
    """Let a shop go on that a comparison holds which is no more; whether there was one."""
    asked_at = held.noted(there)
    if asked_at is None or not _alone(here):
        return False
    try:
        there_is_one = shop.ask(here, _HAS_CONTROLS) == [(True,)]  # else the shop was reset meanwhile
        went_on = there_is_one and bool(shop.ask(here, _RESUME_IF_HELD, (asked_at,)))
        shop.ask(here, _TELL)
        held.forget(there)
    finally:
        shop.ask(here, "SELECT pg_advisory_unlock(%s)", (_LOCK,))
    return went_on


def _alone(here: ShopConnection) -> bool:
    """Whether no other comparison holds the shop; none does then until this session ends."""
    return shop.ask(here, "SELECT pg_try_advisory_lock(%s)", (_LOCK,)) == [(True,)]


def _ask_to_pause(here: ShopConnection, there: ReplicaConnection[Any]) -> None:
    [(asked_at,)] = shop.ask(here, _NOW)
    held.note(there, asked_at)  # first: whoever finds a note of something that was not asked does nothing
    shop.ask(here, _PAUSE, (asked_at,))
    shop.ask(here, _TELL)


def _resume(settings: ReplicaSettings) -> None:
    """By connections of its own: those before may be what went wrong."""
    with shop.connected(settings) as here:
        shop.ask(here, _RESUME)
        shop.ask(here, _TELL)
    with mysql.connected(settings) as there:
        held.forget(there)


def _wait_until_it_stands(here: ShopConnection) -> None:
    if not awaited(lambda: shop.moment(here).stands_still, _PATIENCE_S):
        raise NotPossible(f"the shop was asked to pause and goes on after {_PATIENCE_S:.0f} s")
