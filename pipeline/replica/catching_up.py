"""How far the replica is behind, and waiting until it has all that the shop has: by the data, whatever Connect says."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as ShopConnection  # noqa: N812  a class, though psycopg2 writes it small

from pipeline.replica import mysql, shop, slot, state, topic
from pipeline.replica.problems import NotPossible
from pipeline.replica.settings import ReplicaSettings
from pipeline.waiting import awaited

_LOOK_EVERY_S = 0.5
_NOW = "SELECT pg_current_wal_insert_lsn()::text"  # what a commit without flushing has written counts too
_REACHED = "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = %s"
_NEWEST = "SELECT sim_now, heartbeat_at FROM runs ORDER BY run_id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """Everything before `as_of` is whole on both sides; it took so many seconds to be sure."""

    as_of: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the replica is behind the shop; None where there is nothing to tell it by."""

    sim_seconds: float | None  # on the shop's clock
    wall_seconds: float | None  # between the signs of life that each has of the simulator
    slot_bytes: int | None  # of PostgreSQL's log that has not come through Debezium
    safe_bytes: int | None  # how many more may come before PostgreSQL gives it up
    sink_offsets: int | None  # changes on Kafka that MySQL has still to take


def wait_caught_up(settings: ReplicaSettings, within_s: float = 600.0) -> CaughtUp:
    """Wait until MySQL has all that the shop has now. Raises NotPossible when it does not come so far in time."""
    begun_s = time.monotonic()
    with ExitStack() as stack:
        here = stack.enter_context(shop.connected(settings))
        there = stack.enter_context(mysql.connected(settings))
        kafka = stack.enter_context(topic.asked(settings))
        now = shop.moment(here)
        _refuse_unless_following(state.read(there), now.identity)
        [(written,)] = shop.ask(here, _NOW)
        deadline_s = begun_s + within_s
        _wait(lambda: _has_left_postgres(here, written), deadline_s, lambda: _said_of_slot(here), within_s)
        end = topic.ends(kafka).end
        _wait(
            lambda: (topic.ends(kafka).sink or 0) >= end,
            deadline_s,
            lambda: f"MySQL has still to take {topic.ends(kafka).behind:,} changes",
            within_s,
        )
        state.caught_up(there, now.identity, now.sim_now)
    return CaughtUp(now.sim_now, time.monotonic() - begun_s)


def lag(settings: ReplicaSettings) -> Lag:
    """How far behind it is just now. Raises Waiting, NotPossible."""
    with ExitStack() as stack:
        here = stack.enter_context(shop.connected(settings))
        there = stack.enter_context(mysql.connected(settings))
        kafka = stack.enter_context(topic.asked(settings))
        newest = mysql.ask(there, _NEWEST) if state.read(there) is not None else []
        offsets = topic.ends(kafka).behind if topic.identity(kafka) is not None else None
        now, held = shop.moment(here), slot.found(here)
        sim_s, wall_s = (
            (_between(now.sim_now, newest[0][0]), _between(now.heartbeat_at, newest[0][1])) if newest else (None, None)
        )
        return Lag(sim_s, wall_s, held and held.behind_bytes, held and held.safe_bytes, offsets)


def _refuse_unless_following(now: state.State | None, shop_there: str) -> None:
    if now is None or now.phase != state.Phase.FOLLOWING:
        raise NotPossible("the replica is not there yet, or is being rebuilt: `python -m pipeline.replica ensure`")
    if now.shop != shop_there:
        raise NotPossible("the replica is of another shop: `python -m pipeline.replica ensure` makes it anew")


def _has_left_postgres(here: ShopConnection, written: str) -> bool:
    for (reached,) in shop.ask(here, _REACHED, (written, slot.NAME)):
        return bool(reached)
    raise NotPossible(f"the slot {slot.NAME} is gone: `python -m pipeline.replica ensure` makes the replica anew")


def _said_of_slot(here: ShopConnection) -> str:
    held = slot.found(here)
    return f"Debezium has still to read {held.behind_bytes or 0:,} bytes of PostgreSQL's log" if held else "no slot"


def _wait(reached: Callable[[], bool], deadline_s: float, said: Callable[[], str], within_s: float) -> None:
    if not awaited(reached, deadline_s - time.monotonic(), _LOOK_EVERY_S):
        raise NotPossible(f"not caught up within {within_s:g} s: {said()}")


def _between(shop_time: datetime, replica_time: datetime) -> float:
    return (shop_time.replace(tzinfo=None) - replica_time).total_seconds()
