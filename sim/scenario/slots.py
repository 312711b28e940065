"""Slots: the windows of time that the shop offers at checkout, and how customers choose among them."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from sim.scenario.parameter import Section, parameter


class Slots(Section):
    """Windows of the local day, one after the other or overlapping; outside their hours nobody is rung at."""

    from_hour: float = parameter(
        8.0, "the first slot begins, and doors may be rung from then on", unit="h", ge=0.0, lt=24.0
    )
    until_hour: float = parameter(
        22.0, "the last slot ends by then, and no door is rung later", unit="h", gt=0.0, le=24.0
    )
    hours: float = parameter(3.0, "length of a slot", unit="h", gt=0.0, le=24.0)
    every_min: float = parameter(60.0, "a slot begins each", unit="min", ge=5.0, le=1440.0)
    offered: int = parameter(16, "slots that a customer is shown, from the soonest on", unit="slots", ge=1, le=500)
    patience_h: float = parameter(
        3.0, "a slot that ends so much later than the soonest is chosen 1/e times as often", unit="h", gt=0.0, le=1000.0
    )
    presence: float = parameter(
        1.0, "slots are chosen with `delivery.absence_by_hour` to minus this power", unit="exponent", ge=0.0, le=10.0
    )

    @model_validator(mode="after")
    def _a_slot_fits_into_the_day(self) -> Self:
        if self.from_hour + self.hours > self.until_hour:
            raise ValueError(
                f"slots.hours must fit between from_hour {self.from_hour:g} and until_hour {self.until_hour:g}"
            )
        return self
