"""How each stage of the replica is: its lag, when it last went well, what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from pipeline.replica import mysql, shop, slot, state, topic
from pipeline.replica.catching_up import lag
from pipeline.replica.connect import Connect, Connector
from pipeline.replica.connectors import SINK, SOURCE
from pipeline.replica.problems import NotPossible, Waiting
from pipeline.replica.settings import ReplicaSettings

ENSURE = "python -m pipeline.replica ensure"
_LATE_S = 60.0


class Stage(NamedTuple):
    """A row of the table; `wrong` is empty where all is well."""

    name: str
    lag: str = ""
    last: datetime | None = None
    wrong: str = ""
    to_do: str = ""


def status(settings: ReplicaSettings) -> list[Stage]:
    """Every stage from the shop to MySQL. What does not answer is a row too: nothing is raised."""
    asked: list[tuple[str, Callable[[ReplicaSettings], Stage]]] = [
        ("shop", _shop),
        ("log kept for Debezium", _slot),
        (SOURCE, lambda given: _connector(given, SOURCE)),
        ("Kafka", _topic),
        (SINK, lambda given: _connector(given, SINK)),
        ("replica", _replica),
    ]
    return [_said(name, ask, settings) for name, ask in asked]


def _said(name: str, ask: Callable[[ReplicaSettings], Stage], settings: ReplicaSettings) -> Stage:
    try:
        return ask(settings)
    except (NotPossible, Waiting) as error:
        return Stage(name, wrong=str(error))


def _shop(settings: ReplicaSettings) -> Stage:
    with shop.connected(settings) as here:
        now = shop.moment(here)
    if now.building:
        return Stage("shop", "history is under way", now.heartbeat_at)
    return Stage("shop", f"{now.status} at {now.sim_now:%Y-%m-%d %H:%M:%S}", now.heartbeat_at)


def _slot(settings: ReplicaSettings) -> Stage:
    name = "log kept for Debezium"
    with shop.connected(settings) as here:
        held = slot.found(here)
    if held is None or held.lost:
        what = f"the slot {slot.NAME} is {'gone' if held is None else 'lost'}"
        return Stage(name, wrong=what, to_do=f"{ENSURE} makes the replica anew")
    kept = f"{held.behind_bytes or 0:,} bytes"
    if held.active_pid is None:
        return Stage(name, kept, wrong="nobody reads it", to_do=f"is Connect up? then {ENSURE}")
    return Stage(name, kept)


def _connector(settings: ReplicaSettings, name: str) -> Stage:
    with Connect(settings.connect_url) as connect:
        found = connect.connector(name)
    if found is None:
        return Stage(name, wrong="it is not there", to_do=ENSURE)
    if not found.runs:
        return Stage(name, wrong=_how(found), to_do=ENSURE)
    return Stage(name, "running")


def _how(connector: Connector) -> str:
    if connector.failed:
        return f"has failed: {connector.trace}"
    if connector.state == "RUNNING":
        return f"its task is {connector.tasks[0].lower()}" if connector.tasks else "it has no task"
    return f"is {connector.state.lower()}"


def _topic(settings: ReplicaSettings) -> Stage:
    with topic.asked(settings) as kafka:
        if topic.identity(kafka) is None:
            return Stage("Kafka", wrong=f"the topic {topic.NAME} is gone", to_do=f"{ENSURE} makes the replica anew")
        ends = topic.ends(kafka)
    wrong = "what MySQL has to take next is gone" if ends.cut_off else ""
    return Stage("Kafka", f"{ends.behind:,} changes", wrong=wrong, to_do=wrong and f"{ENSURE} makes the replica anew")


def _replica(settings: ReplicaSettings) -> Stage:
    with mysql.connected(settings) as there:
        now = state.read(there)
    if now is None:
        return Stage("replica", wrong="there is none yet", to_do=ENSURE)
    last = now.caught_up_at.replace(tzinfo=UTC) if now.caught_up_at else None
    if now.phase != state.Phase.FOLLOWING:
        return Stage("replica", "rebuilding", last, f"it is being made anew: {now.reason}", ENSURE)
    behind = lag(settings)
    if behind.wall_seconds is None:
        return Stage("replica", "no shop is in it", last)
    said = f"{behind.wall_seconds:.1f} s ({behind.sim_seconds:.1f} s of the shop's)"
    late = "it is late" if behind.wall_seconds > _LATE_S else ""
    return Stage("replica", said, last, late, late and "look at the rows above")
