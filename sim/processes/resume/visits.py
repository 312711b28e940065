"""Visits at the step that they had come to, with their carts, and the carts of visits that ended without an order."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sim.processes.arrivals import ArrivalMix, enter, new_visit, visitor_draws
from sim.processes.funnel import ASIDES
from sim.processes.resume.recognition import recognise
from sim.processes.session import go_shopping
from sim.shop.ids import city_of
from sim.shop.region import AbandonedCart

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.order import Order
    from sim.shop.people import Customer
    from sim.shop.visit import Visit
    from sim.snapshot import CartItemRow, Snapshot, StepRow


def resume_visits(world: World, snapshot: Snapshot, customers: dict[int, Customer], orders: dict[int, Order]) -> None:
    """Go on with every visit from the step that was recorded last."""
    mix = ArrivalMix(world.scenario)
    order_of_cart = {order.cart_id: order for order in orders.values()}
    steps: dict[int, list[StepRow]] = defaultdict(list)
    for step in sorted(snapshot.steps, key=lambda step: step[:2]):
        steps[step.session_id].append(step)
    items = _by_cart(snapshot)
    began_at = {session_id: taken[0].at for session_id, taken in steps.items()}
    who = recognise(world, mix, snapshot.sessions, began_at, customers)
    for row in snapshot.sessions:
        region = world.region_of[row.city_id]
        u, steps_to_come = visitor_draws(world.luck, row.session_id)
        customer, person, cookie = who[row.session_id]
        habits = mix.habits(person.persona, row.channel, row.device)
        visit = new_visit(world, region, row.session_id, customer, person, habits, cookie, u, steps_to_come)
        visit.known = row.customer_id is not None
        enter(visit)
        _replay(world, visit, steps[row.session_id])
        if row.cart_id is not None:
            visit.cart_id = row.cart_id
            visit.items = {item.product_id: item.quantity for item in items[row.cart_id] if not item.removed}
            visit.removed = frozenset(item.product_id for item in items[row.cart_id] if item.removed)
            visit.order = order_of_cart.get(row.cart_id)
        go_shopping(world, visit)


def _replay(world: World, visit: Visit, steps: list[StepRow]) -> None:
    for step in steps:
        visit.seq, visit.last_at = step.seq, step.at
        if step.event_type not in ASIDES:
            visit.step = step.event_type
        if step.event_type == "product_view":
            visit.product, visit.saw_empty_shelf = world.catalogue.product(step.product_id or 0), not step.in_stock


def _by_cart(snapshot: Snapshot) -> dict[int, list[CartItemRow]]:
    items: dict[int, list[CartItemRow]] = defaultdict(list)
    for item in snapshot.cart_items:
        items[item.cart_id].append(item)
    return items


def restore_abandoned_carts(world: World, snapshot: Snapshot, customers: dict[int, Customer]) -> None:
    """Hand the carts that may be taken up again back to their regions, oldest first."""
    items = _by_cart(snapshot)
    for row in sorted(snapshot.abandoned_carts, key=lambda row: (row.closed_at, row.session_id)):
        kept = {item.product_id: item.quantity for item in items[row.cart_id] if not item.removed}
        if kept:
            cart = AbandonedCart(row.cart_id, customers[row.customer_id], kept, row.closed_at)
            world.region_of[city_of(row.cart_id)].abandoned_carts.append(cart)
