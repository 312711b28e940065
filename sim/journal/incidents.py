"""Rows of incidents, which are the simulator's own: they stand in schema sim."""

from __future__ import annotations

from sim.facts import IncidentBegan, IncidentEnded
from sim.journal.batch import OpenBatch, Row

TABLE = "sim.incidents"


def incident_began(batch: OpenBatch, fact: IncidentBegan) -> None:
    """An incident of the scenario as a row of its own; what was asked for by hand has a row already."""
    times: Row = {"began_at": fact.at, "ends_at": fact.ends_at}
    if fact.origin == "hand":
        batch.change(TABLE, (fact.incident_id,), times)
        return
    row: Row = {
        "incident_id": fact.incident_id,
        "kind": fact.kind,
        "city_id": fact.city_id,
        "warehouse_id": fact.warehouse_id,
        "strength": fact.strength,
        "hours": fact.hours,
        "origin": fact.origin,
        **times,
    }
    batch.insert(TABLE, (fact.incident_id,), row)


def incident_ended(batch: OpenBatch, fact: IncidentEnded) -> None:
    """The end was moved to now."""
    batch.change(TABLE, (fact.incident_id,), {"ends_at": fact.at})
