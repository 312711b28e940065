"""What people keep from visit to visit: how strong their habits are, and how far they differ from each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from sim.scenario.parameter import Section, parameter, share

Channel = Literal["direct", "search", "social", "email", "ads", "referral"]
Device = Literal["mobile", "desktop", "tablet"]
Relative = Annotated[float, Field(ge=0.0, le=20.0)]


def _with_all(names: Any, usual: float | dict[str, float]) -> Callable[[Any], Any]:
    """Give a table that says some of it all its rows, so that each has a name to change it by."""
    return lambda table: {**dict.fromkeys(get_args(names), usual), **table} if isinstance(table, dict) else table


ChannelFactors = Annotated[dict[Channel, Relative], BeforeValidator(_with_all(Channel, 1.0))]
DeviceFactors = Annotated[dict[Device, Relative], BeforeValidator(_with_all(Device, 1.0))]
FactorsByDevice = Annotated[dict[Device, ChannelFactors], BeforeValidator(_with_all(Device, {}))]


class Traits(Section):
    """Habits keep the mix that the weights state: who does not follow one chooses by the same weights anew."""

    device_habit: float = share(0.81, "sessions on the person's own device, rather than on any", source="habits")
    channel_habit: float = share(0.6, "sessions by the channel that the person is used to", source="habits")
    method_habit: float = share(0.84, "orders paid by the person's own method, rather than by any", source="habits")
    category_habit: float = share(
        0.45, "looks at something new that go to the person's favourite category", source="habits"
    )
    channel_factor_by_device: FactorsByDevice = parameter(
        {
            "mobile": {"social": 1.25, "ads": 1.1, "direct": 0.95},
            "desktop": {"social": 0.5, "search": 1.15, "email": 1.25, "referral": 1.2},
            "tablet": {"email": 1.2},
        },
        "weight of a channel on a device, over `demand.channel_weight`", unit="ratio", source="general knowledge",
    )  # fmt: skip
    second_address: float = share(0.2, "people who have parcels brought to a second place too: to work, to relatives")
    second_address_orders: float = share(0.25, "orders of theirs that go there")
    hours_concentration: float = parameter(
        1.4, "how much people keep to their own hours (kappa of a von Mises density over the day)",
        unit="kappa", source="habits", ge=0.0, le=10.0,
    )  # fmt: skip
    price_taste_sigma: float = parameter(
        1.3, "spread of people's liking for dear goods: odds of adding go with price to this power times a normal",
        unit="exponent", source="habits", ge=0.0, le=2.0,
    )  # fmt: skip
    basket_sigma: float = parameter(
        0.9, "spread of the odds of adding a further product (sigma of a lognormal of mean 1)", unit="log",
        source="habits", ge=0.0, le=2.0,
    )  # fmt: skip
    units_sigma: float = parameter(
        0.9, "spread of the odds of one more unit (sigma of a lognormal of mean 1)", unit="log", ge=0.0, le=2.0
    )
    pace_sigma: float = parameter(
        0.35, "spread of people's pace (sigma of a lognormal of median 1)", unit="log", ge=0.0, le=2.0
    )
    absence_sigma: float = parameter(
        1.0, "spread of how often people are out when a courier rings (sigma of a lognormal of mean 1)",
        unit="log", ge=0.0, le=2.0,
    )  # fmt: skip
