"""The whole configuration of a run."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from sim.scenario.checkout import Checkout, Loyalty, Payment
from sim.scenario.delivery import Delivery, Promise
from sim.scenario.demand import Demand
from sim.scenario.funnel import PERSONAS, Funnel
from sim.scenario.identity import Identity
from sim.scenario.incidents import Incident
from sim.scenario.parameter import Section, parameter
from sim.scenario.post_delivery import Cancellation, Return, Review, Satisfaction, Survey
from sim.scenario.products import Products
from sim.scenario.slots import Slots
from sim.scenario.traits import Traits
from sim.scenario.warehouse import Stock, Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIXED_KEYS = {
    ("demand", "channel_weight"), ("demand", "device_weight"), ("funnel", "personas"), ("funnel", "channel_eagerness"),
    ("funnel", "device_eagerness"), ("funnel", "device_dwell"), ("payment", "method_weight"),
    ("payment", "declined"), ("payment", "decline_reason_weight"), ("loyalty", "tier_from"),
    ("checkout", "tier_discount_percent"),
    ("delivery", "failure_weight"), ("satisfaction", "delta"),
    ("returns", "bad_reason_weight"), ("returns", "other_reason_weight"), ("returns", "restock_odds"),
}  # fmt: skip


class Scenario(Section):
    """All inputs of the model; see docs/model.md for the table of parameters."""

    description: str = Field("", description="what the scenario is about and what one should see")
    demand: Demand = Field(default_factory=Demand)
    traits: Traits = Field(default_factory=Traits)
    identity: Identity = Field(default_factory=Identity)
    funnel: Funnel = Field(default_factory=Funnel)
    checkout: Checkout = Field(default_factory=Checkout)
    payment: Payment = Field(default_factory=Payment)
    loyalty: Loyalty = Field(default_factory=Loyalty)
    products: Products = Field(default_factory=Products)
    stock: Stock = Field(default_factory=Stock)
    warehouse: Warehouse = Field(default_factory=Warehouse)
    delivery: Delivery = Field(default_factory=Delivery)
    slots: Slots = Field(default_factory=Slots)
    promise: Promise = Field(default_factory=Promise)
    cancellation: Cancellation = Field(default_factory=Cancellation)
    review: Review = Field(default_factory=Review)
    returns: Return = Field(default_factory=Return)
    survey: Survey = Field(default_factory=Survey)
    satisfaction: Satisfaction = Field(default_factory=Satisfaction)
    incidents: tuple[Incident, ...] = parameter((), "what happens when and where, for some hours", unit="list")

    @model_validator(mode="after")
    def _tables_have_their_rows(self) -> Self:
        """The database knows these words: a table of a scenario has exactly them as keys."""
        for section, name in _FIXED_KEYS:
            model = getattr(self, section)
            given = set(getattr(model, name))
            default = PERSONAS if name == "personas" else type(model).model_fields[name].default
            if given != set(default):
                raise ValueError(f"{section}.{name} needs exactly the keys {', '.join(sorted(default))}")
            if name.endswith("_weight"):
                _refuse_all_zero(f"{section}.{name}", getattr(model, name).values())
        for name in ("share_of_customers", "share_of_visitors", "visit_factor"):
            _refuse_all_zero(f"funnel.personas.*.{name}", (getattr(p, name) for p in self.funnel.personas.values()))
        _refuse_all_zero(
            "delivery.vehicles.*.share_of_fleet", (v.share_of_fleet for v in self.delivery.vehicles.values())
        )
        if self.loyalty.tier_from["bronze"] != 0:
            raise ValueError("loyalty.tier_from.bronze must be 0: it is the tier of everybody else")
        if self.satisfaction.opening_low > self.satisfaction.opening_high:
            raise ValueError("satisfaction.opening_low must not be above satisfaction.opening_high")
        _refuse_all_zero("demand.hour_of_day_share", self.demand.hour_of_day_share)
        _refuse_all_zero("demand.day_of_week_factor", self.demand.day_of_week_factor)
        _refuse_all_zero("warehouse.pickers_by_hour", self.warehouse.pickers_by_hour)
        _refuse_all_zero("warehouse.packers_by_hour", self.warehouse.packers_by_hour)
        _refuse_all_zero("stock.received_by_hour", self.stock.received_by_hour)
        _refuse_all_zero("review.by_hour", self.review.by_hour)
        return self

    def resolved(self) -> dict[str, Any]:
        """Return every parameter with its value, as JSON knows it."""
        return self.model_dump(mode="json", exclude={"description"})

    def digest(self) -> str:
        """Return a SHA-256 of the resolved parameters: equal digests, equal inputs."""
        canonical = json.dumps(self.resolved(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def _refuse_all_zero(name: str, values: Iterable[float]) -> None:
    if not any(value > 0.0 for value in values):
        raise ValueError(f"{name} needs at least one value above 0")
