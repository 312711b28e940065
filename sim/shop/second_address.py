"""Second addresses: some people have parcels brought to another place too, to work or to relatives.

Who does and where it is are a pure function of the seed and of the home, as all traits are; so the place needs no
memory. The shop knows it from the first order that goes there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.traits import Traits
    from sim.shop.people import EarlierLife
    from sim.shop.region import Region

UNIFORMS = 9
_HAS, _DISTRICT, _DISTANCE, _BEARING, _KNOWN, _SINCE, _STREET, _NUMBER, _CODE = range(UNIFORMS)


class SecondPlace(NamedTuple):
    """Where it is (degrees), and the uniforms that make street, house number and postal code."""

    latitude: float
    longitude: float
    u_street: float
    u_number: float
    u_code: float


def second_place(region: Region, traits: Traits, u: Sequence[float]) -> SecondPlace | None:
    """Return the second place of who draws these uniforms (Purpose.SECOND_ADDRESS, of the home), if they have one."""
    if u[_HAS] >= traits.second_address:
        return None
    place = region.home(u[_DISTRICT], u[_DISTANCE], u[_BEARING])
    return SecondPlace(*place, u[_STREET], u[_NUMBER], u[_CODE])


def known_since(traits: Traits, life: EarlierLife, u: Sequence[float]) -> int | None:
    """Return since when (before the opening, so negative) the shop knows the place, or None where no order went there.

    Each earlier order did with its chance; the first of those may have come at any time until the last order.
    """
    never = (1.0 - traits.second_address_orders) ** life.orders
    if life.last_order_at is None or u[_KNOWN] < never:
        return None
    return life.registered_at + int(u[_SINCE] * (life.last_order_at - life.registered_at))
