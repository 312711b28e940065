"""Who is in the sessions that were under way: the shop knew some, and of the others the seed says who they are.

A stranger is one of two people that the session's own luck names; a customer not signed in is found by the cookie,
which nobody else has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.processes.arrivals import cookie_of, earlier_stranger, new_stranger, visitor_draws
from sim.shop.cookie_owners import CookieOwners
from sim.shop.cookies import PRIVATE, Cookie
from sim.shop.traits import home_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.processes.arrivals import ArrivalMix
    from sim.processes.world import World
    from sim.shop.people import Customer
    from sim.shop.traits import Person
    from sim.snapshot import SessionRow


class Recognised(NamedTuple):
    """Who is in a session, with which cookie."""

    customer: Customer | None
    person: Person
    cookie: Cookie


def recognise(
    world: World,
    mix: ArrivalMix,
    sessions: list[SessionRow],
    began_at: Mapping[int, int],
    customers: Mapping[int, Customer],
) -> dict[int, Recognised]:
    """Return by session who is in it."""
    found: dict[int, Recognised] = {}
    for row in sessions:
        at = began_at[row.session_id]
        if row.customer_id is not None:
            customer = customers[row.customer_id]
            person = world.person(customer)
            found[row.session_id] = Recognised(customer, person, _cookie(world, row, at, person.key))
        else:
            for person in _strangers(world, mix, row):
                cookie = _cookie(world, row, at, person.key)
                if row.visitor_id in (None, cookie.visitor_id):
                    found[row.session_id] = Recognised(None, person, cookie)
                    break
    missing = [row for row in sessions if row.session_id not in found]
    found.update(_not_signed_in(world, missing, began_at))
    for row in missing:
        if row.session_id not in found:  # by another scenario: nobody's cookie, as that of a window just closed
            (*_, person) = _strangers(world, mix, row)
            found[row.session_id] = Recognised(
                None, person, Cookie(row.visitor_id or 0, row.device, PRIVATE, kept=False)
            )
    return found


def _strangers(world: World, mix: ArrivalMix, row: SessionRow) -> Iterator[Person]:
    """Whom the session's luck names, the new one last."""
    region = world.region_of[row.city_id]
    u, _ = visitor_draws(world.luck, row.session_id)
    if row.visitor_id is not None:
        yield earlier_stranger(world, region, mix, row.session_id, u)
    yield new_stranger(world, region, mix, u)


def _not_signed_in(
    world: World, sessions: list[SessionRow], began_at: Mapping[int, int]
) -> Iterator[tuple[int, Recognised]]:
    """Look for the customers whose cookies these are."""
    for region in world.regions:
        wanted = [row for row in sessions if row.city_id == region.city.city_id]
        customers = region.customers if wanted else []
        owners = CookieOwners(world.cookies, customers)
        for row in wanted:
            at, visitor_id = began_at[row.session_id], row.visitor_id or 0
            usual = owners.of(visitor_id, row.device, at)
            for which in (*usual, *owners.of_window(visitor_id, row.device, row.session_id)):
                customer = customers[which]
                cookie = _cookie(world, row, at, home_key(customer.latitude, customer.longitude))
                if cookie.visitor_id == row.visitor_id:
                    yield row.session_id, Recognised(customer, world.person(customer), cookie)
                    break


def _cookie(world: World, row: SessionRow, at_us: int, home: int) -> Cookie:
    u, _ = visitor_draws(world.luck, row.session_id)
    return cookie_of(world, home, row.device, at_us, row.session_id, u)
