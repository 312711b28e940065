"""Timed incidents: what goes wrong, or otherwise than usual, for some hours somewhere."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from sim.scenario.parameter import Section, parameter


class Kind(NamedTuple):
    """What a kind of incident is, where it may be, and what its strength means; without a meaning it has none."""

    sentence: str
    narrowest: Literal["warehouse", "city", "everywhere"]
    strength: str = ""
    usual: float = 0.0
    above: float = 0.0
    most: float = 1.0

    @property
    def allowed(self) -> str:
        """The range of the strength, in words."""
        return f"above {self.above:g} up to {self.most:g}"


_FACTOR = {"usual": 2.0, "above": 1.0, "most": 20.0}

KINDS: dict[str, Kind] = {
    "courier_strike": Kind(
        "couriers do not come to work, and those at work begin no trip",
        "warehouse", "share of the couriers who strike", usual=1.0,
    ),
    "warehouse_outage": Kind("nobody begins to pick or pack", "warehouse"),
    "traffic_jam": Kind("roads are slower", "city", "factor on travel time", **_FACTOR),
    "demand_surge": Kind("more sessions arrive", "city", "factor on arrivals", **_FACTOR),
    "payment_outage": Kind(
        "the payment provider declines", "city", "share of the payment attempts that it declines", usual=1.0
    ),
    "flash_sale": Kind(
        "more products are sold below list price", "everywhere", "share of the products", usual=0.5
    ),
}  # fmt: skip
"""Every kind of incident by its name; the database has the same names."""

LONGEST_H = 3660 * 24.0
Place = Annotated[str, Field(min_length=1, max_length=200)] | Annotated[int, Field(ge=1, le=999)] | None


class Incident(Section):
    """One incident; without city and warehouse it is everywhere."""

    kind: Literal[
        "courier_strike", "warehouse_outage", "traffic_jam", "demand_surge", "payment_outage", "flash_sale"
    ] = parameter(..., "what happens", unit="name")
    city: Place = parameter(None, "the city, by its name or number in the market", unit="name")
    warehouse: Place = parameter(None, "the warehouse, by its name or its number (city × 10 + 1, 2 …)", unit="name")
    after_hours: float = parameter(0.0, "begins so long after the epoch", unit="h", ge=0.0, le=LONGEST_H)
    hours: float = parameter(6.0, "how long it lasts", unit="h", gt=0.0, le=LONGEST_H)
    strength: float | None = parameter(None, "how strong it is, as its kind says; else its usual strength", unit="kind")

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        complaint = misplaced(self.kind, self.city, self.warehouse) or misjudged(self.kind, self.strength)
        if complaint:
            raise ValueError(complaint)
        return self


def misplaced(kind: str, city: Any, warehouse: Any) -> str | None:
    """Say why such an incident cannot be in such a place, or None where it can."""
    narrowest = KINDS[kind].narrowest
    if warehouse is not None and narrowest != "warehouse":
        where = "cities" if narrowest == "city" else "the whole market"
        return f"warehouse: {warehouse!r} was given, but a {kind} concerns {where}"
    if city is not None and narrowest == "everywhere":
        return f"city: {city!r} was given, but a {kind} concerns the whole market, whose prices are one"
    return None


def misjudged(kind: str, strength: float | None) -> str | None:
    """Say why such an incident cannot have such a strength, or None where it can."""
    if strength is None:
        return None
    if not KINDS[kind].strength:
        return f"strength: {strength:g} was given, but a {kind} has none"
    if not KINDS[kind].above < strength <= KINDS[kind].most:
        return (
            f"strength: {strength:g} is not allowed; of a {kind} it is the {KINDS[kind].strength},"
            f" {KINDS[kind].allowed}"
        )
    return None


def usual_strength(kind: str, strength: float | None) -> float | None:
    """Return the strength of an incident, its kind's usual one when none was given; None where the kind has none."""
    if not KINDS[kind].strength:
        return None
    return KINDS[kind].usual if strength is None else strength
