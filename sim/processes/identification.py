"""Identification: the shop learns who came, when they sign in, open an account, or order as guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import CustomerIdentified, DeviceRemembered, ready_made
from sim.luck import Purpose
from sim.processes.funnel import record_aside
from sim.processes.registration import register
from sim.shop.cookies import PRIVATE, has_signed_in, keep_signed_in
from sim.shop.people import Customer

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.visit import Visit

_identified, _remembered = ready_made(CustomerIdentified), ready_made(DeviceRemembered)


def wants_to_be_known(world: World, visit: Visit) -> bool:
    """Return whether who is not known signs in or up before looking around, as some do."""
    identity = world.scenario.identity
    share = identity.sign_up_on_arrival if visit.customer is None else identity.sign_in_on_arrival
    return visit.seq == 1 and visit.u_early < share


def identify(world: World, visit: Visit) -> None:
    """Let somebody sign in, or up who is no customer."""
    if visit.customer is not None:
        sign_in(world, visit)
    else:
        _sign_up(world, visit)


def identify_at_checkout(world: World, visit: Visit) -> bool:
    """Let who is not known sign in or up at the checkout, unless they order as guests; returns whether they did."""
    if visit.customer is None and visit.u_guest < world.scenario.identity.guest_checkout:
        return False
    identify(world, visit)
    return True


def sign_in(world: World, visit: Visit) -> None:
    """Let a customer sign in, now."""
    record_aside(world, visit, "sign_in")
    _now_known(world, visit)


def customer_of_guest(world: World, visit: Visit) -> Customer:
    """Return whose order it is: the account of somebody not known is made at the checkout."""
    return visit.customer if visit.customer is not None and visit.known else _join(world, visit, "checkout")


def _sign_up(world: World, visit: Visit) -> None:
    record_aside(world, visit, "sign_up")
    _join(world, visit, "sign_up")


def _join(world: World, visit: Visit, by: str) -> Customer:
    """Make a customer of a stranger, who lives where the session came from."""
    ids, person, region = visit.region.ids, visit.person, visit.region
    customer_id, address_id = ids.next("customer"), ids.next("address")
    u = world.luck.draws(Purpose.NAMES, customer_id, n=11)
    rhythm = world.traits.rhythm(person.persona, world.luck.draws(Purpose.CUSTOMER, customer_id, n=2))
    satisfaction = world.scenario.satisfaction.new_customer
    customer = Customer(customer_id, person.persona, address_id, *person.home, satisfaction, *rhythm)
    register(world, region, customer, u, world.env.now, by=by)
    region.strangers_here.discard(person.key)
    customer.in_session = True
    visit.customer = customer
    _now_known(world, visit)
    return customer


def _now_known(world: World, visit: Visit) -> None:
    customer, cookie, now = visit.customer, visit.cookie, world.env.now
    if customer is None:
        raise ValueError("only a customer can be known")
    visit.known = True
    world.tell(_identified((visit.session_id, customer.customer_id, now)))
    if cookie.number != PRIVATE:
        is_new = not has_signed_in(customer, cookie.device)
        keep_signed_in(customer, cookie)
        world.tell(_remembered((customer.customer_id, cookie.device, cookie.visitor_id, is_new, now)))
