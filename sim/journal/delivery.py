"""Rows of the last mile: couriers' shifts and trips, parcels, and attempts at the door."""

from __future__ import annotations

from sim.facts import (
    DeliveryAttempted,
    ParcelBroughtBack,
    ParcelLoaded,
    ParcelReady,
    ParcelWithdrawn,
    ShiftEnded,
    ShiftStarted,
    TripEnded,
    TripStarted,
)
from sim.journal.batch import OpenBatch, Row


def shift_started(batch: OpenBatch, fact: ShiftStarted) -> None:
    """A courier came to work; `ends_at` is the plan."""
    row: Row = {
        "shift_id": fact.shift_id,
        "courier_id": fact.courier_id,
        "started_at": fact.at,
        "ends_at": fact.ends_at,
    }
    batch.insert("courier_shifts", (fact.shift_id,), row)


def shift_ended(batch: OpenBatch, fact: ShiftEnded) -> None:
    """The courier went home, after the last trip."""
    batch.change("courier_shifts", (fact.shift_id,), {"ended_at": fact.at})


def parcel_ready(batch: OpenBatch, fact: ParcelReady) -> None:
    """A parcel on the dock that nobody has tried to deliver."""
    row: Row = {
        "delivery_id": fact.delivery_id,
        "order_id": fact.order_id,
        "status": "ready",
        "ready_at": fact.at,
        "promised_at": fact.promised_at,
        "distance_km": fact.distance_m,
        "attempts": 0,
    }
    batch.insert("deliveries", (fact.delivery_id,), row)


def parcel_withdrawn(batch: OpenBatch, fact: ParcelWithdrawn) -> None:
    """The parcel will not be delivered: its order was cancelled."""
    batch.change("deliveries", (fact.delivery_id,), {"status": "cancelled"})


def trip_started(batch: OpenBatch, fact: TripStarted) -> None:
    """A courier on the way, with the stops and the distance of the planned round."""
    row: Row = {
        "trip_id": fact.trip_id,
        "courier_id": fact.courier_id,
        "shift_id": fact.shift_id,
        "started_at": fact.at,
        "stops": fact.stops,
        "distance_km": fact.distance_m,
        "brought_back": 0,
    }
    batch.insert("trips", (fact.trip_id,), row)


def parcel_loaded(batch: OpenBatch, fact: ParcelLoaded) -> None:
    """The parcel's latest trip, courier and stop."""
    columns: Row = {
        "trip_id": fact.trip_id,
        "courier_id": fact.courier_id,
        "stop_no": fact.stop_no,
        "status": "out_for_delivery",
        "dispatched_at": fact.dispatched_at,
    }
    batch.change("deliveries", (fact.delivery_id,), columns)


def delivery_attempted(batch: OpenBatch, fact: DeliveryAttempted) -> None:
    """The attempt itself, and what it means for the parcel."""
    record = (fact.delivery_id, fact.attempt_no, fact.trip_id, fact.at, fact.outcome)
    batch.append("delivery_attempts", record)
    columns: Row = {"status": fact.delivery_status, "attempts": fact.attempt_no}
    if fact.delivery_status == "delivered":
        columns["delivered_at"] = fact.at
    batch.change("deliveries", (fact.delivery_id,), columns)


def parcel_brought_back(batch: OpenBatch, fact: ParcelBroughtBack) -> None:
    """The parcel waits for the next day, untried on its latest trip."""
    batch.change("deliveries", (fact.delivery_id,), {"status": "awaiting_retry"})


def trip_ended(batch: OpenBatch, fact: TripEnded) -> None:
    """The courier is back."""
    batch.change("trips", (fact.trip_id,), {"ended_at": fact.at, "brought_back": fact.brought_back})
