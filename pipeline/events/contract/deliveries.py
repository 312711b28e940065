"""Deliveries: parcels on the dock and at the door, couriers' shifts and trips."""

from __future__ import annotations

from pipeline.events.event_type import EventType, of

TOPIC = "shop.deliveries"

TYPES = (
    EventType(
        "shift.started",
        TOPIC,
        "courier_shifts",
        "A courier began to work.",
        "shift_id",
        "courier_id",
        of("courier_shifts", "shift_id", "courier_id", "ends_at"),
    ),
    EventType(
        "shift.ended",
        TOPIC,
        "courier_shifts",
        "A courier went home.",
        "shift_id",
        "courier_id",
        of("courier_shifts", "shift_id", "courier_id", "started_at"),
    ),
    EventType(
        "parcel.ready",
        TOPIC,
        "deliveries",
        "A parcel stood on the dock.",
        "delivery_id",
        "order_id",
        of("deliveries", "delivery_id", "order_id", "promised_at", "distance_km"),
    ),
    EventType(
        "trip.started",
        TOPIC,
        "trips",
        "A courier left the warehouse.",
        "trip_id",
        "trip_id",
        of("trips", "trip_id", "courier_id", "shift_id", "stops", "distance_km"),
    ),
    EventType(
        "trip.ended",
        TOPIC,
        "trips",
        "A courier was back at the warehouse.",
        "trip_id",
        "trip_id",
        of("trips", "trip_id", "courier_id", "shift_id", "started_at", "brought_back"),
        version=2,
    ),
    EventType(
        "parcel.delivery_attempted",
        TOPIC,
        "delivery_attempts",
        "A courier was at the door, and done there.",
        "delivery_id.attempt_no",
        "order_id",
        of("delivery_attempts", "delivery_id")
        + of("deliveries", "order_id")
        + of("delivery_attempts", "attempt_no", "trip_id", "outcome"),
    ),
)
