"""Pickers, packers and the stock they take from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.demand import Weight
from sim.scenario.parameter import Section, parameter, share

Discount = Annotated[int, Field(ge=1, le=90)]
Staffing = Annotated[float, Field(ge=0.0, le=100_000.0)]


class Warehouse(Section):
    """Two stations in a row: orders queue for a picker, then for a packer.

    Staffing is that of all warehouses together by local hour; a warehouse gets its share of demand of it, rounded to
    whole people and at least one while open. An hour with 0 is closed.
    """

    pickers_by_hour: tuple[Staffing, ...] = parameter(
        (0, 0, 0, 0, 22, 24, 16, 12, 10, 10, 10, 12, 14, 16, 17, 19, 21, 23, 24, 24, 24, 22, 19, 17),
        "pickers on duty by local hour, all warehouses, at scale 1", unit="people", min_length=24, max_length=24,
    )  # fmt: skip
    packers_by_hour: tuple[Staffing, ...] = parameter(
        (0, 0, 0, 0, 14, 16, 12, 10, 8, 8, 8, 8, 9, 10, 10, 11, 12, 14, 16, 16, 16, 14, 12, 10),
        "packers on duty by local hour, all warehouses, at scale 1", unit="people", min_length=24, max_length=24,
    )  # fmt: skip
    queue_policy: Literal["promise_first", "first_come"] = parameter(
        "promise_first", "which waiting order is taken next", unit="name"
    )
    pick_base_s: float = parameter(
        240.0, "mean time to fetch the list and walk, an order", unit="s", ge=0.0, le=36_000.0
    )
    pick_line_s: float = parameter(100.0, "mean time a line", unit="s", ge=0.0, le=36_000.0)
    pick_unit_s: float = parameter(15.0, "mean time a unit", unit="s", ge=0.0, le=36_000.0)
    pack_base_s: float = parameter(150.0, "mean packing time, an order", unit="s", ge=0.0, le=36_000.0)
    pack_unit_s: float = parameter(25.0, "mean packing time a unit", unit="s", ge=0.0, le=36_000.0)
    service_distribution: Literal["lognormal", "exponential", "constant"] = parameter(
        "lognormal", "the shape of pick and pack times about their mean", unit="name"
    )
    service_cv: float = parameter(
        0.45, "coefficient of variation of lognormal service times", unit="ratio", ge=0.0, le=5.0
    )


class Stock(Section):
    """A reorder point and an order-up-to level per warehouse and product."""

    products: int = parameter(800, "products in the catalogue", unit="products", ge=1, le=200_000)
    popularity_exponent: float = parameter(
        0.85,
        "popularity goes with rank to minus this power",
        unit="exponent",
        source="product popularity",
        ge=0.0,
        le=3.0,
    )
    promotion_share: float = share(0.06, "products on promotion in a week")
    promotion_discounts_percent: tuple[Discount, ...] = parameter(
        (10, 15, 20, 30), "promotions, equally likely", unit="%", min_length=1
    )
    lead_time_days: float = parameter(2.5, "median lead time of a replenishment", unit="days", gt=0.0, le=365.0)
    lead_time_sigma: float = parameter(0.35, "its spread (sigma of a lognormal)", unit="log", ge=0.0, le=2.0)
    received_by_hour: tuple[Weight, ...] = parameter(
        (0, 0, 0, 0, 0, 0, 0.5, 1, 1.25, 1.4, 1.3, 1.1, 0.8, 0.9, 1, 0.9, 0.6, 0.25, 0, 0, 0, 0, 0, 0),
        "how much is taken in at which local hour, replenishments and what customers send back",
        unit="weight", min_length=24, max_length=24,
    )  # fmt: skip
    receiving_days_per_week: int = parameter(
        6, "days a week on which goods are taken in, from Monday on", unit="days", ge=1, le=7
    )
    cover_days: float = parameter(
        9.0, "expected demand between reorder point and order-up-to level", unit="days", gt=0.0, le=365.0
    )
    safety_factor: float = parameter(
        1.3, "safety stock in standard deviations of demand in the lead time (Poisson)", unit="ratio", ge=-5.0, le=10.0
    )
    least_units: int = parameter(2, "order-up-to level above the reorder point at least", unit="units", ge=1)
    planned_units_per_session: float = parameter(
        0.075, "units a session that the planner reckons with", unit="units/session", ge=0.0, le=100.0
    )
