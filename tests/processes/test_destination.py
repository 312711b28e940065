"""Where an order goes: home, or to the second place of those who have one."""

from __future__ import annotations

from sim.facts import AddressAdded, CustomerRegistered, OrderPlaced, ParcelReady
from sim.luck import Purpose
from tests.processes.world import HOUR_S, Script, Tiny, north, scenario

THERE, HOME = {0: 0.1}, {0: 0.9}  # three orders in ten of those who have a second place go there


def tiny(luck: Script | None = None) -> Tiny:
    return Tiny(scenario(traits={"second_address": 1.0, "second_address_orders": 0.3}), luck)


def test_the_second_address_is_given_with_the_first_order_that_goes_there():
    shop = tiny(
        {
            (Purpose.DESTINATION, 101, 0): HOME,
            (Purpose.DESTINATION, 201, 0): THERE,
            (Purpose.DESTINATION, 301, 0): THERE,
        }
    )
    customer = shop.customer()
    for at_s in (0.0, 1000.0, 2000.0):
        shop.visit(customer, at_s)
    shop.run(3000)
    (address,) = shop.told(AddressAdded)
    first, second, third = shop.told(OrderPlaced)
    assert first.address_id == customer.address_id
    assert second.address_id == third.address_id == address.address_id != customer.address_id
    assert (address.customer_id, address.at) == (customer.customer_id, second.at)
    assert (address.latitude, address.longitude) == shop.region.home(0.5, 0.5, 0.5)


def test_a_guest_has_a_home_first():
    shop = tiny({(Purpose.DESTINATION, 101, 0): THERE})
    shop.visit()
    shop.run(1000)
    (registered,), (home, other) = shop.told(CustomerRegistered), shop.told(AddressAdded)
    (order,) = shop.told(OrderPlaced)
    assert home.address_id < other.address_id == order.address_id
    assert {home.customer_id, other.customer_id} == {registered.customer_id}
    assert [customer.address_id for customer in shop.region.customers] == [home.address_id]


def test_the_way_is_that_to_the_second_address():
    shop = tiny({(Purpose.DESTINATION, 101, 0): HOME, (Purpose.DESTINATION, 201, 0): THERE})
    for _ in range(2):
        shop.visit(shop.customer(north(1000)))
    shop.run(HOUR_S)
    metres = [parcel.distance_m for parcel in shop.told(ParcelReady)]
    assert metres == [1000, shop.warehouse.landmark.distance_m(*shop.region.home(0.5, 0.5, 0.5))]


def test_others_order_to_their_home():
    shop = Tiny(luck={(Purpose.DESTINATION, 101, 0): THERE})
    shop.visit(shop.customer())
    shop.run(1000)
    assert shop.told(AddressAdded) == []
