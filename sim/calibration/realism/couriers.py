"""Couriers: whether one is faster than another, and whether they rest, come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import effects_over_chance

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_LEGS = 20  # of a courier, before the mean says anything
DISTANCES = 10  # classes of them
GONE = "14 days"  # without a shift, and a courier has left

LEGS = """
SELECT t.courier_id, co.warehouse_id, co.vehicle,
       extract(hour FROM a.attempted_at AT TIME ZONE c.timezone)::int AS hour,
       (extract(epoch FROM a.attempted_at - coalesce(lag(a.attempted_at) OVER trip, t.started_at)) / 60)::float8
           AS minutes,
       111.2 * sqrt(power(home.latitude - coalesce(lag(home.latitude) OVER trip, w.latitude), 2)
                    + power(cos(radians(w.latitude))
                            * (home.longitude - coalesce(lag(home.longitude) OVER trip, w.longitude)), 2)) AS km
FROM delivery_attempts a JOIN deliveries d USING (delivery_id) JOIN orders o USING (order_id)
JOIN addresses home USING (address_id) JOIN trips t ON t.trip_id = a.trip_id
JOIN couriers co ON co.courier_id = t.courier_id JOIN warehouses w ON w.warehouse_id = co.warehouse_id
JOIN cities c ON c.city_id = w.city_id
WINDOW trip AS (PARTITION BY a.trip_id ORDER BY a.attempted_at)
"""
GAPS = """
SELECT extract(epoch FROM started_at - lag(ended_at) OVER (PARTITION BY shift_id ORDER BY started_at))::float8 AS gap_s
FROM trips
"""
STAFF = f"""
SELECT (hired_at > epoch)::int AS is_new, extract(epoch FROM sim_now - epoch) / 86400 / 365.25 AS years,
       (NOT EXISTS (SELECT FROM courier_shifts s
                   WHERE s.courier_id = co.courier_id AND s.started_at > sim_now - interval '{GONE}'))::int AS is_gone
FROM couriers co, sim.current_run
"""


def courier_effect(legs: pd.DataFrame) -> float:
    """Standard deviation of couriers' mean leg time about their warehouse's, over chance (a ratio; 1 is none).

    Needs delivery attempts, trips and addresses. Leg time is ln minutes from stop to stop, about the mean of legs by
    the same vehicle, in the same hour, as far (in tenths).
    """
    far = legs[legs["minutes"] > 0].assign(tenth=lambda some: pd.qcut(some["km"].rank(method="first"), DISTANCES))
    far["ln"] = np.log(far["minutes"].to_numpy(dtype=float))
    usual = far.groupby(["vehicle", "hour", "tenth"], observed=True)["ln"].transform("mean")
    counted = far[far.groupby("courier_id")["ln"].transform("size") >= LEAST_LEGS]
    return effects_over_chance(counted["ln"] - usual.loc[counted.index], counted["courier_id"], counted["warehouse_id"])


def trips_without_a_pause(gaps: pd.DataFrame) -> float:
    """Share of a shift's follow-up trips that begin at the very instant at which the last ended, in per cent.

    Needs trips and shifts: whoever loads, drinks or looks for the keys takes a while.
    """
    following = gaps["gap_s"].dropna()
    return 100.0 * float((following <= 0.0).mean()) if len(following) else float("nan")


def couriers_hired(staff: pd.DataFrame) -> float:
    """Couriers hired since the opening, of all couriers, in per cent a year. Needs couriers' dates of hiring."""
    return 100.0 * float(staff["is_new"].mean()) / float(staff["years"].iloc[0])


def couriers_gone(staff: pd.DataFrame) -> float:
    """Couriers without a shift in the last 14 days, of all couriers, in per cent a year. Needs shifts."""
    return 100.0 * float(staff["is_gone"].mean()) / (float(staff["years"].iloc[0]) - 14 / 365.25)


FIGURES: Sequence[Figure] = (
    Figure(
        "courier_effect", "leg time: standard deviation of couriers' effects, over chance",
        3, 12, "×", OUR_CHOICE, LEGS, courier_effect,
    ),
    Figure(
        "trips_without_a_pause", "trips that begin at the instant at which the last ended",
        0, 5, "%", OUR_CHOICE, GAPS, trips_without_a_pause,
    ),
    Figure(
        "couriers_hired", "couriers hired since the opening, a year",
        15, 150, "%", OUR_CHOICE, STAFF, couriers_hired, days=28,
    ),
    Figure(
        "couriers_gone", "couriers who have left (no shift in 14 days), a year",
        15, 150, "%", OUR_CHOICE, STAFF, couriers_gone, days=28,
    ),
)  # fmt: skip
