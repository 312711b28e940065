"""Where the replica stands: what a mart is made of has to be the same from its first table to its last check."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from pymysql.connections import Connection

from pipeline.replica import state
from pipeline.replica.mysql import ask
from pipeline.replica.problems import NotPossible, Waiting

_KEPT = "SELECT kept_since FROM retention"


class Standing(NamedTuple):
    """Up to when the replica has everything, since when its past is complete, and since when it is this replica."""

    as_of: datetime
    since: datetime | None
    rebuilt_at: datetime | None


def standing(replica: Connection[Any]) -> Standing:
    """How it stands. Raises Waiting where there is nothing to ask yet."""
    now = state.read(replica)
    if now is None or now.phase != state.Phase.FOLLOWING:
        raise Waiting("there is no replica yet, or it is being made anew")
    if now.as_of is None:
        raise Waiting("the replica has not got its first instant yet")
    kept = [row[0].replace(tzinfo=UTC) for row in ask(replica, _KEPT)]
    return Standing(now.as_of.replace(tzinfo=UTC), kept[0] if kept else None, now.rebuilt_at)


def refuse_unless_there(now: Standing, as_of: datetime) -> None:
    """Raise NotPossible where the replica does not come so far, or no longer goes back so far."""
    if as_of > now.as_of:
        raise NotPossible(
            f"as-of: '{as_of.isoformat()}': allowed is up to {now.as_of.isoformat()}, where the replica is"
        )
    if now.since is not None and as_of <= now.since:
        raise NotPossible(
            f"as-of: '{as_of.isoformat()}': allowed is after {now.since.isoformat()}, when its past begins"
        )


def refuse_other(before: Standing, now: Standing) -> None:
    """Raise NotPossible where what was read at first is not what is there at last."""
    if now.rebuilt_at != before.rebuilt_at:
        raise NotPossible("the replica was made anew meanwhile; the next build is of the new one")
    if now.since != before.since:
        raise NotPossible("the past was cut off meanwhile; the next build is of what is left")
