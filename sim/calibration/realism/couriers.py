"""Couriers and doors: whether couriers differ, rest and come and go, and whether people are at home by the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import binomial_dispersion, effects_over_chance

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_LEGS = 20  # of a courier, before the mean says anything
DISTANCES = 10  # classes of them
GONE = "14 days"  # without a shift, and a courier has left
PARTS = {"morning": (6, 12), "afternoon": (12, 17), "evening": (17, 22)}  # local hours

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
ATTEMPTS = """
SELECT o.customer_id, a.attempt_no, a.outcome, (a.attempted_at <= o.promised_at)::int AS on_time,
       extract(hour FROM a.attempted_at AT TIME ZONE c.timezone)::int AS hour
FROM delivery_attempts a JOIN deliveries d USING (delivery_id) JOIN orders o USING (order_id)
JOIN warehouses w USING (warehouse_id) JOIN cities c USING (city_id)
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


def night_deliveries(attempts: pd.DataFrame) -> float:
    """Share of the deliveries that are made at 22 to 07 h local, in per cent. Needs delivery attempts."""
    return _delivered_between(attempts, 22, 7)


def early_deliveries(attempts: pd.DataFrame) -> float:
    """Share of the deliveries that are made at 05 to 08 h local, in per cent. Needs delivery attempts."""
    return _delivered_between(attempts, 5, 8)


def not_at_home_by_hour(attempts: pd.DataFrame) -> float:
    """First attempts at which nobody is at home: the part of the day with most over that with least (a ratio).

    Needs delivery attempts: of those in time, in the morning (6 h), afternoon (12 h) and evening (17 to 22 h), where
    each has a hundredth of them.
    """
    first = _first_in_time(attempts)
    parts = [first[first["hour"].between(begin, end - 1)] for begin, end in PARTS.values()]
    rates = [float(_nobody(part).mean()) for part in parts if len(part) >= len(first) / 100 and len(part)]
    return max(rates) / min(rates) if rates and min(rates) > 0.0 else float("nan")


def not_at_home_by_customer(attempts: pd.DataFrame) -> float:
    """First attempts at which nobody is at home, by customer: chi-square over degrees of freedom against one rate.

    Needs delivery attempts in time, of customers with two or more.
    """
    first = _first_in_time(attempts)
    by_customer = _nobody(first).groupby(first["customer_id"]).agg(["sum", "size"])
    several = by_customer[by_customer["size"] >= 2]
    chi_square, freedom = binomial_dispersion(several["sum"], several["size"])
    return chi_square / freedom if freedom else float("nan")


def _delivered_between(attempts: pd.DataFrame, begin: int, end: int) -> float:
    hour = attempts["hour"][attempts["outcome"] == "delivered"]
    inside = (hour >= begin) & (hour < end) if begin < end else (hour >= begin) | (hour < end)
    return 100.0 * float(inside.mean())


def _first_in_time(attempts: pd.DataFrame) -> pd.DataFrame:
    return attempts[(attempts["attempt_no"] == 1) & (attempts["on_time"] == 1)]


def _nobody(attempts: pd.DataFrame) -> pd.Series:
    return attempts["outcome"] == "nobody_home"


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
    Figure(
        "night_deliveries", "deliveries at 22–07 h local",
        0, 3, "%", OUR_CHOICE, ATTEMPTS, night_deliveries,
    ),
    Figure(
        "early_deliveries", "deliveries at 05–08 h local",
        0, 6, "%", "Olist: 0.8 %", ATTEMPTS, early_deliveries,
    ),
    Figure(
        "not_at_home_by_hour", "nobody at home at the first attempt: worst part of the day over best",
        1.5, 4, "×", OUR_CHOICE, ATTEMPTS, not_at_home_by_hour,
    ),
    Figure(
        "not_at_home_by_customer", "nobody at home at the first attempt, by customer: chi-square / df",
        1.05, 2, "", OUR_CHOICE, ATTEMPTS, not_at_home_by_customer,
    ),
)  # fmt: skip
