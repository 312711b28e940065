"""Destination: where an order goes, which is home for most people and most orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.luck import Purpose
from sim.processes.registration import add_second_address
from sim.shop.people import Address
from sim.shop.second_address import UNIFORMS, SecondPlace, second_place

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.people import Customer
    from sim.shop.visit import Visit


def elsewhere(world: World, visit: Visit) -> SecondPlace | None:
    """Return the second place of who is at the checkout, if they want it brought there this time."""
    traits = world.scenario.traits
    u = world.luck.draws(Purpose.SECOND_ADDRESS, visit.person.key, n=UNIFORMS)
    place = second_place(visit.region, traits, u)
    if place is None:
        return None
    (u_goes,) = world.luck.draws(Purpose.DESTINATION, visit.session_id, n=1)
    return place if u_goes < traits.second_address_orders else None


def address_of(world: World, visit: Visit, customer: Customer, place: SecondPlace | None) -> Address:
    """Return the address where that is; the first time the customer gives the shop that of the second place."""
    if place is None:
        return customer.address
    known = visit.region.second_addresses
    if customer.customer_id not in known:
        add_second_address(world, visit.region, customer, place, world.env.now)
    return Address(known[customer.customer_id], place.latitude, place.longitude)
