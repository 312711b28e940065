"""The last mile: couriers' shifts and trips, parcels, and the attempts to hand them over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from models.base import (
    PURGED_ALONE,
    Base,
    Small,
    Thousandths,
    by_time,
    check,
    column,
    in_order,
    key,
    one_of,
    planned,
    table_options,
    to,
)


class CourierShift(Base):
    __tablename__ = "courier_shifts"
    __table_args__ = (
        check("ends_at_after_started_at", "ends_at > started_at"),
        in_order("started_at", "ended_at"),
        Index(None, "courier_id", "started_at"),
        Index("ix_courier_shifts_open", "courier_id", postgresql_where=text("ended_at IS NULL")),
        by_time("started_at"),
        by_time("ended_at"),
        table_options("Couriers' working times.", fillfactor=85, entity="shift", purged=PURGED_ALONE),
    )

    shift_id: Mapped[int] = key("The shift; the last two digits are the city.")
    courier_id: Mapped[int] = column("The courier.", to("couriers.courier_id"))
    started_at: Mapped[datetime] = column("When it began.")
    ends_at: Mapped[datetime] = planned("When it should end; may lie after sim_now(). No trip starts after it.")
    ended_at: Mapped[datetime | None] = column("When it ended: later than ends_at if the last trip ran over.")


class Trip(Base):
    __tablename__ = "trips"
    __table_args__ = (
        check("stops_positive", "stops > 0"),
        check("distance_km_not_negative", "distance_km >= 0"),
        check("brought_back_of_its_stops", "brought_back BETWEEN 0 AND stops"),
        in_order("started_at", "ended_at"),
        Index(None, "courier_id", "started_at"),
        Index("ix_trips_open", "courier_id", postgresql_where=text("ended_at IS NULL")),
        Index(None, "shift_id"),
        by_time("started_at"),
        by_time("ended_at"),
        table_options(
            "Couriers' rounds, each a row from departure on.", fillfactor=85, entity="trip", purged=PURGED_ALONE
        ),
    )

    trip_id: Mapped[int] = key("The trip; the last two digits are the city.")
    courier_id: Mapped[int] = column("The courier.", to("couriers.courier_id"))
    shift_id: Mapped[int] = column("The shift it was made in.", to("courier_shifts.shift_id"))
    started_at: Mapped[datetime] = column("When the courier left the warehouse.")
    ended_at: Mapped[datetime | None] = column("When the courier was back; null while out.")
    stops: Mapped[Small] = column("Parcels taken along, one stop each.")
    distance_km: Mapped[Thousandths] = column("Length of the round as planned, km.")
    brought_back: Mapped[Small] = column(
        "Parcels brought back untried, for it had become too late in the evening to ring.", default="0"
    )


class Delivery(Base):
    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("order_id"),
        one_of("status", "ready", "out_for_delivery", "awaiting_retry", "delivered", "undeliverable", "cancelled"),
        check("trip_known_as_a_whole", "num_nonnulls(trip_id, courier_id, stop_no, dispatched_at) IN (0, 4)"),
        check(
            "trip_agrees_with_status",
            "CASE status WHEN 'ready' THEN trip_id IS NULL WHEN 'cancelled' THEN true ELSE trip_id IS NOT NULL END",
        ),
        check("delivered_at_agrees_with_status", "(status = 'delivered') = (delivered_at IS NOT NULL)"),
        check("stop_no_positive", "stop_no > 0"),
        check("attempts_not_negative", "attempts >= 0"),
        check("distance_km_not_negative", "distance_km >= 0"),
        in_order("ready_at", "dispatched_at"),
        in_order("dispatched_at", "delivered_at"),
        Index(None, "trip_id"),
        by_time("ready_at"),
        table_options(
            "Parcels, one an order, from the packing desk to the door.",
            fillfactor=70,
            entity="delivery",
            purged="deliveries",
        ),
    )

    delivery_id: Mapped[int] = key("The parcel; the last two digits are the city.")
    order_id: Mapped[int] = column("The order in it.", to("orders.order_id"))
    trip_id: Mapped[int | None] = column("The trip of the latest attempt; null before the first.", to("trips.trip_id"))
    courier_id: Mapped[int | None] = column("The courier of that trip.", to("couriers.courier_id"))
    stop_no: Mapped[Small | None] = column("Its place in the round: 1 is the first stop.")
    status: Mapped[str] = column("ready, out_for_delivery, awaiting_retry, delivered, undeliverable or cancelled.")
    ready_at: Mapped[datetime] = column("When it stood on the dock, waiting for a courier.")
    promised_at: Mapped[datetime] = planned("Delivery promised at checkout, as in orders.")
    dispatched_at: Mapped[datetime | None] = column("When it left the warehouse for the first time.")
    delivered_at: Mapped[datetime | None] = column("When it was handed over.")
    distance_km: Mapped[Thousandths] = column("Way from the warehouse to the address, km.")
    attempts: Mapped[Small] = column("Attempts so far.", default="0")


class DeliveryAttempt(Base):
    __tablename__ = "delivery_attempts"
    __table_args__ = (
        one_of("outcome", "delivered", "nobody_home", "address_problem", "refused"),
        check("attempt_no_positive", "attempt_no > 0"),
        Index(None, "trip_id"),
        by_time("attempted_at"),
        table_options("Attempts to hand a parcel over.", appended=True, purged="deliveries"),
    )

    delivery_id: Mapped[int] = key("The parcel.", to("deliveries.delivery_id"))
    attempt_no: Mapped[Small] = key("Number of the attempt: 1, 2, 3.")
    trip_id: Mapped[int] = column("The trip it was made on.", to("trips.trip_id"))
    attempted_at: Mapped[datetime] = column("When the courier was at the door and done there.")
    outcome: Mapped[str] = column("delivered, nobody_home, address_problem or refused.")
