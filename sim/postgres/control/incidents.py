"""Incidents asked for by hand: rows of `sim.incidents` that the running simulator has still to begin or to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import text

from sim.postgres.control.controls import CHANNEL
from sim.snapshot import IncidentRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_PLACES = """
SELECT city_id, c.name, warehouse_id, w.name FROM cities c JOIN warehouses w USING (city_id) ORDER BY warehouse_id
"""
# Nobody else may take the same number; who reads is not in the way, and the simulator's writer waits for a moment.
_LOCK = "LOCK TABLE sim.incidents IN SHARE ROW EXCLUSIVE MODE"
_ASK = """
INSERT INTO sim.incidents (incident_id, kind, city_id, warehouse_id, strength, hours, origin, asked_at)
SELECT coalesce(max(incident_id) FILTER (WHERE origin = 'hand'), 0) + 2, :kind, :city_id, :warehouse_id, :strength,
       :hours, 'hand', clock_timestamp()
FROM sim.incidents RETURNING incident_id
"""
_ASK_TO_END = """
UPDATE sim.incidents SET end_asked_at = clock_timestamp()
WHERE incident_id = :incident_id AND (ends_at IS NULL OR ends_at > sim_now())
"""
_SHOWN = """
SELECT i.incident_id, i.kind, c.name AS city, w.name AS warehouse, i.strength, i.hours, i.origin, i.began_at,
       i.ends_at, sim_now() AS sim_now
FROM sim.incidents i LEFT JOIN cities c USING (city_id) LEFT JOIN warehouses w USING (warehouse_id)
"""
PENDING = """
SELECT incident_id, kind, city_id, warehouse_id, strength, hours, began_at IS NOT NULL, end_asked_at IS NOT NULL
FROM sim.incidents WHERE began_at IS NULL OR (end_asked_at IS NOT NULL AND ends_at > public.sim_now())
ORDER BY coalesce(end_asked_at, asked_at), incident_id
"""


class Shown(NamedTuple):
    """An incident as people see it; not begun yet where there are no instants."""

    incident_id: int
    kind: str
    city: str | None
    warehouse: str | None
    strength: float | None
    hours: float
    origin: str
    began_at: datetime | None
    ends_at: datetime | None
    sim_now: datetime


def places_there(connection: Connection) -> list[tuple[Any, ...]]:
    """Every warehouse: number and name of its city, its own number and name."""
    return [tuple(row) for row in connection.execute(text(_PLACES))]


def ask_for(
    connection: Connection,
    kind: str,
    city_id: int | None,
    warehouse_id: int | None,
    strength: float | None,
    hours: float,
) -> int:
    """Ask for an incident to begin, and commit; returns its id."""
    connection.execute(text(_LOCK))
    asked = {"kind": kind, "city_id": city_id, "warehouse_id": warehouse_id, "strength": strength, "hours": hours}
    incident_id = int(connection.execute(text(_ASK), asked).scalar_one())
    connection.execute(text(f"NOTIFY {CHANNEL}"))
    connection.commit()
    return incident_id


def ask_to_end(connection: Connection, incident_id: int) -> bool:
    """Ask for an incident to end now, and commit; False when there is none that lasts."""
    asked = connection.execute(text(_ASK_TO_END), {"incident_id": incident_id}).rowcount
    connection.execute(text(f"NOTIFY {CHANNEL}"))
    connection.commit()
    return bool(asked)


def shown(connection: Connection, incident_id: int | None = None) -> Sequence[Shown]:
    """Every incident, or the one with that id if it is there, as of the newest commit."""
    values = {} if incident_id is None else {"incident_id": incident_id}
    sql = (
        _SHOWN + (" WHERE incident_id = :incident_id" if values else "") + " ORDER BY began_at NULLS LAST, incident_id"
    )
    found = [Shown(*row) for row in connection.execute(text(sql), values)]
    connection.rollback()
    return found


def pending(connection: Connection) -> list[IncidentRequest]:
    """What was asked for and has not been done, in the order of asking."""
    found = [IncidentRequest(*row) for row in connection.execute(text(PENDING))]
    connection.rollback()
    return found
