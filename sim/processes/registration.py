"""Registration: a person gets a name, an address and an entry in the customer list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import AddressAdded, CustomerDrawn, CustomerRegistered
from sim.shop.people import Address
from sim.shop.traits import middle_hour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.processes.world import World
    from sim.shop.people import Customer
    from sim.shop.region import Region
    from sim.shop.second_address import SecondPlace


def register(
    world: World,
    region: Region,
    customer: Customer,
    u: Sequence[float],
    registered_at: int,
    points: int = 0,
    *,
    by: str,
) -> None:
    """Add a customer to the region and tell who it is.

    Of eleven uniforms the first five make name, street and postal code, the last the mail address. The account came
    `by` sign_up or checkout.
    """
    names, address = world.names[region.city.city_id], customer.address
    full_name = names.full_name(u[0], u[1])
    world.tell(
        CustomerRegistered(
            customer.customer_id,
            region.city.city_id,
            full_name,
            names.email(full_name, customer.customer_id, u[10]),
            registered_at,
            customer.tier,
            points,
            by,
        )
    )
    world.tell(_drawn(world, customer))
    _tell_address(world, region, customer, address, u[2:5], registered_at)
    region.add_customer(customer, established=registered_at < 0)


def add_second_address(world: World, region: Region, customer: Customer, place: SecondPlace, at: int) -> None:
    """Add a customer's second address."""
    address_id = region.second_addresses[customer.customer_id] = region.ids.next("address")
    address = Address(address_id, place.latitude, place.longitude)
    _tell_address(world, region, customer, address, (place.u_street, place.u_number, place.u_code), at)


def _tell_address(
    world: World, region: Region, customer: Customer, address: Address, u: Sequence[float], at: int
) -> None:
    """Tell of an address; three uniforms make street, house number and postal code."""
    street = world.names[region.city.city_id].street(u[0], u[1])
    code = region.postal_areas.code(address.latitude, address.longitude, u[2])
    world.tell(AddressAdded(address.address_id, customer.customer_id, street, code, *address[1:], at))


def _drawn(world: World, customer: Customer) -> CustomerDrawn:
    person = world.person(customer)
    device = person.usual_device
    return CustomerDrawn(
        customer.customer_id,
        customer.persona,
        customer.satisfaction,
        round(customer.activity, 9),
        middle_hour(customer.hours),
        device,
        person.usual_channel(device),
        person.usual_method,
        person.category_id,
        round(person.absence, 9),
        round(person.price_taste, 9),
        round(person.basket, 9),
        round(person.units, 9),
        round(person.pace, 9),
    )
