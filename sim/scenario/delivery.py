"""Couriers, vehicles, trips, attempts and the promise."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.demand import Weight
from sim.scenario.parameter import Section, parameter, share

Factor = Annotated[float, Field(gt=0.0, le=20.0)]


class Vehicle(Section):
    """One kind of vehicle."""

    share_of_fleet: float = parameter(1.0, "weight in the fleet", unit="weight", ge=0.0)
    capacity_parcels: int = parameter(8, "parcels a trip at most", unit="parcels", ge=1, le=200)
    capacity_kg: float = parameter(100.0, "weight a trip at most", unit="kg", gt=0.0, le=10_000.0)
    speed_km_per_h: float = parameter(
        20.0, "door to door without traffic", unit="km/h", source="courier speed", gt=0.0, le=130.0
    )
    reach_km: float = parameter(30.0, "longest way to a customer it is sent on", unit="km", gt=0.0, le=500.0)


VEHICLES = {
    "van": Vehicle(share_of_fleet=50, capacity_parcels=10, capacity_kg=400.0, speed_km_per_h=24.0, reach_km=60.0),
    "scooter": Vehicle(share_of_fleet=30, capacity_parcels=5, capacity_kg=45.0, speed_km_per_h=23.0, reach_km=12.0),
    "bicycle": Vehicle(share_of_fleet=20, capacity_parcels=4, capacity_kg=25.0, speed_km_per_h=15.0, reach_km=6.0),
}


class ShiftPattern(Section):
    """One of the shifts that the roster deals out."""

    from_hour: float = parameter(8.0, "start, local time", unit="h", ge=0.0, lt=24.0)
    hours: float = parameter(8.0, "length", unit="h", gt=0.0, le=16.0)
    share: float = parameter(1.0, "weight among couriers", unit="weight", gt=0.0)


class Delivery(Section):
    """Couriers work shifts and drive trips of several stops."""

    couriers: float = parameter(235.0, "couriers employed in all cities at scale 1", unit="people", gt=0.0, le=1e6)
    couriers_at_least: int = parameter(4, "couriers a warehouse at least, whatever the scale", unit="people", ge=1)
    working_days_per_week: int = parameter(5, "days a week that a courier works", unit="days", ge=1, le=7)
    absence_share: float = share(0.03, "shifts that a courier does not turn up for")
    shifts: tuple[ShiftPattern, ...] = parameter(
        (
            ShiftPattern(from_hour=7.5, hours=8.0, share=32),
            ShiftPattern(from_hour=9.5, hours=8.0, share=16),
            ShiftPattern(from_hour=12.0, hours=8.0, share=16),
            ShiftPattern(from_hour=14.0, hours=8.0, share=38),
        ),
        "the shifts that couriers work", unit="table", min_length=1,
    )  # fmt: skip
    pace_sigma: float = parameter(
        0.12,
        "spread of couriers' own time for everything (sigma of a lognormal of median 1)",
        unit="log",
        ge=0.0,
        le=2.0,
    )
    novice_slower: float = share(0.35, "and how much more of it somebody needs who was hired just now")
    learning_days: float = parameter(
        15.0, "after so many days a novice is slower by 1/e of that", unit="days", gt=0.0, le=3650.0
    )
    loading_min: float = parameter(
        8.0, "median time to load, when a shift has begun or a trip has ended", unit="min", ge=0.0, le=600.0
    )
    loading_sigma: float = parameter(0.4, "its spread (sigma of a lognormal)", unit="log", ge=0.0, le=2.0)
    break_after_h: float = parameter(
        3.5, "the first trip that ends so long after the shift began is followed by a break", unit="h", ge=0.0, le=16.0
    )
    break_min: float = parameter(30.0, "length of the break", unit="min", ge=0.0, le=600.0)
    vehicles: dict[Literal["van", "scooter", "bicycle"], Vehicle] = parameter(
        VEHICLES, "the fleet", unit="table", min_length=1
    )
    dispatch_policy: Literal["urgent_first", "one_by_one"] = parameter(
        "urgent_first", "how parcels are put on a trip: the most urgent and its neighbours, or each alone", unit="name"
    )
    hold_min: float = parameter(
        48.0, "a parcel waits this long for company, if its promise allows", unit="min", ge=0.0, le=1440.0
    )
    hold_slack_min: float = parameter(
        75.0, "no waiting for company with less time than this left to the promise", unit="min", ge=0.0, le=10_000.0
    )
    enough_for_a_trip: float = share(0.8, "a trip this full leaves at once")
    detour_factor: float = parameter(
        1.35, "way on streets over distance as the crow flies", unit="ratio", ge=1.0, le=5.0
    )
    traffic_by_hour: tuple[Factor, ...] = parameter(
        (0.8, 0.8, 0.8, 0.8, 0.8, 0.85, 0.95, 1.15, 1.3, 1.2, 1.05, 1.05,
         1.1, 1.1, 1.1, 1.15, 1.25, 1.4, 1.4, 1.25, 1.1, 0.95, 0.9, 0.85),
        "travel time against free streets by local hour", unit="ratio", source="general knowledge",
        min_length=24, max_length=24,
    )  # fmt: skip
    travel_sigma: float = parameter(
        0.25, "spread of a leg's travel time (sigma of a lognormal)", unit="log", ge=0.0, le=2.0
    )
    stop_min: float = parameter(2.8, "median time at a door", unit="min", source="courier stop time", gt=0.0, le=120.0)
    stop_shape: float = parameter(
        3.2, "shape of the log-logistic time at a door", unit="shape", source="courier stop time", gt=1.0, le=50.0
    )
    attempt_fails: float = share(0.038, "nobody can take the parcel, on time", source="first attempt succeeds")
    attempt_fails_late: float = share(0.10, "the same when it comes later than promised")
    absence_by_hour: tuple[Weight, ...] = parameter(
        (0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.8, 1.0, 1.25, 1.5, 1.6, 1.6,
         1.5, 1.5, 1.5, 1.5, 1.4, 1.1, 0.8, 0.65, 0.6, 0.6, 0.6, 0.6),
        "both by local hour, over what is usual: who works is out by day", unit="ratio", source="general knowledge",
        min_length=24, max_length=24,
    )  # fmt: skip
    failure_weight: dict[str, Weight] = parameter(
        {"nobody_home": 78.0, "address_problem": 17.0, "refused": 5.0}, "why attempts fail", unit="weight"
    )
    most_attempts: int = parameter(3, "attempts before the parcel goes back for good", unit="attempts", ge=1, le=10)
    retry_after_h: float = parameter(3.0, "median pause before the next attempt", unit="h", gt=0.0, le=240.0)
    retry_sigma: float = parameter(0.5, "its spread (sigma of a lognormal)", unit="log", ge=0.0, le=2.0)
    overtime_min: float = parameter(
        15.0, "a trip may be expected to end this long after the shift", unit="min", ge=0.0, le=600.0
    )

    def vehicle_of(self, kind: str) -> Vehicle:
        """Return the vehicle of a courier, whose kind comes from a row."""
        return self.vehicles[kind]  # type: ignore[index]


class Promise(Section):
    """What the shop quotes at checkout, from its current load."""

    margin_factor: float = parameter(
        1.15, "quoted lead time over the reckoned one, both of hours with couriers", unit="ratio", gt=0.0, le=10.0
    )
    margin_min: float = parameter(10.0, "and this on top", unit="min", ge=0.0, le=10_000.0)
    planned_parcels_per_courier_h: float = parameter(
        2.2, "parcels a courier on shift is reckoned to take in an hour", unit="parcels/h", gt=0.0, le=100.0
    )
    planned_last_departure_min: float = parameter(
        105.0, "couriers are reckoned with only until this long before their shift ends", unit="min", ge=0.0, le=480.0
    )
    planned_speed_km_per_h: float = parameter(20.0, "speed the promise reckons with", unit="km/h", gt=0.0, le=130.0)
    planned_stops_before_min: float = parameter(
        22.0, "time at and between earlier stops of the trip that it reckons with", unit="min", ge=0.0, le=1000.0
    )
