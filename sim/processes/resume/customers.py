"""The customers as they were, with what the seed gave them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sim.luck import Purpose
from sim.luck_bulk import LUCK_AT_ONCE, draws_of_many
from sim.shop.cookies import keep_from_before, keep_signed_in, lost
from sim.shop.ids import city_of
from sim.shop.people import Customer, earlier_life_by
from sim.shop.traits import home_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.processes.world import World
    from sim.snapshot import CustomerRow, Snapshot


def restore_customers(world: World, snapshot: Snapshot) -> dict[int, Customer]:
    """The customers of all regions, by id; what the seed gave each is drawn again, many at once."""
    known, rows = {}, iter(snapshot.customers)
    while some := list(islice(rows, LUCK_AT_ONCE)):
        ids = [row.customer_id for row in some]
        active = draws_of_many(world.luck, Purpose.CUSTOMER, ids, 2)
        earlier = draws_of_many(world.luck, Purpose.OPENING_CUSTOMER, ids, 4)
        for row, u_own, u_life in zip(some, active, earlier, strict=True):
            customer = known[row.customer_id] = _customer(world, row, u_own, u_life)
            world.region_of[row.city_id].add_customer(customer, established=row.established)
    return known


def restore_second_addresses(world: World, snapshot: Snapshot) -> None:
    """What other addresses than their home the shop knows of customers."""
    for row in snapshot.second_addresses:
        world.region_of[city_of(row.customer_id)].second_addresses[row.customer_id] = row.address_id


def restore_devices(world: World, snapshot: Snapshot, customers: dict[int, Customer]) -> None:
    """Keep customers signed in where they were; by another scenario a device may have lost its cookie meanwhile."""
    for row in snapshot.devices:
        customer = customers[row.customer_id]
        home = home_key(customer.latitude, customer.longitude)
        cookie = world.cookies.of(home, row.device, row.signed_in_at, city_of(row.customer_id))
        keep_signed_in(customer, cookie if cookie.visitor_id == row.visitor_id else lost(row.device))


def _customer(world: World, row: CustomerRow, u_own: Sequence[float], u_life: Sequence[float]) -> Customer:
    rhythm = world.traits.rhythm(row.persona, u_own)
    customer = Customer(
        row.customer_id,
        row.persona,
        row.address_id,
        row.latitude,
        row.longitude,
        row.satisfaction,
        *rhythm,
        row.satisfaction_seq,
        row.tier,
        row.points,
        row.lifetime_points,
        row.loyalty_seq,
        row.last_order_at,
    )
    if row.established:
        keep_from_before(customer)
    if row.last_order_at is None and row.established:
        customer.last_order_at = earlier_life_by(u_life, rhythm.activity, world.scenario).last_order_at
    return customer
