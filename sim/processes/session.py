"""A session: one shopper's walk through the funnel, entered at the last step it recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.clock.units import seconds_us
from sim.facts import CartClosed, CartOpened, ItemAdded, SessionEnded
from sim.luck import geometric, lognormal
from sim.processes.checkout import attempt_payment, place_order
from sim.processes.experience import feel
from sim.processes.steps import record_step, take_out
from sim.shop.region import LeftCart
from sim.shop.shopping import after_arrival, after_cart_change, after_view, odds

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from simpy import Event

    from sim.processes.world import World
    from sim.shop.catalogue import Product
    from sim.shop.region import Region
    from sim.shop.shopping import Decision
    from sim.shop.visit import Visit

_MOST_UNITS = 12


def arrive(world: World, region: Region, visit: Visit, left_cart: LeftCart | None) -> None:
    """Record the visit, and the old cart that the shopper comes back to."""
    record_step(world, visit, "visit")
    if left_cart is None:
        return
    now = world.env.now
    visit.cart_id = region.ids.next("cart")
    world.tell(CartOpened(visit.cart_id, visit.session_id, left_cart.cart_id, now))
    for product_id, quantity in sorted(left_cart.items.items()):
        visit.items[product_id] = quantity
        world.tell(ItemAdded(visit.cart_id, product_id, quantity, now))
        record_step(world, visit, "cart_restored", product_id)


def shop_around(world: World, region: Region, visit: Visit) -> Generator[Event, None, None]:
    """Go on from the last recorded step until the session ends."""
    env = world.env
    going_on = True
    while going_on:
        u = visit.draws()
        dwell_us = seconds_us(lognormal(u[0], _median_dwell_s(world, visit), world.scenario.funnel.dwell_sigma))
        yield env.until(visit.last_at + dwell_us, Turn.SESSION, visit.session_id)
        going_on = _NEXT[visit.step](world, region, visit, u)


def _median_dwell_s(world: World, visit: Visit) -> float:
    funnel = world.scenario.funnel
    if visit.step == "checkout":
        return funnel.checkout_dwell_s
    return funnel.payment_dwell_s if visit.order else funnel.view_dwell_s


def _after_arrival(world: World, region: Region, visit: Visit, u: Sequence[float]) -> bool:
    return _carry_out(world, region, visit, after_arrival(visit, u, world.scenario.funnel), u)


def _after_view(world: World, region: Region, visit: Visit, u: Sequence[float]) -> bool:
    product = world.catalogue.product(visit.product_id or 0)
    price_ratio = product.list_price_cents / world.price_cents(product, world.env.now)
    funnel = world.scenario.funnel
    decision = after_view(visit, u, funnel, funnel.personas[visit.persona], price_ratio)
    return _carry_out(world, region, visit, decision, u)


def _after_cart_change(world: World, region: Region, visit: Visit, u: Sequence[float]) -> bool:
    funnel = world.scenario.funnel
    decision = after_cart_change(visit, u, funnel, funnel.personas[visit.persona])
    return _carry_out(world, region, visit, decision, u)


def _in_checkout(world: World, region: Region, visit: Visit, u: Sequence[float]) -> bool:
    """Read the quote and the sum, then order or give up."""
    reason = place_order(world, region, visit, u)
    if reason is None:
        record_step(world, visit, "order_placed")
        return True
    return leave(world, region, visit, reason)


def _paying(world: World, region: Region, visit: Visit, _: Sequence[float]) -> bool:
    """Try to pay; go on trying after a decline, or give up."""
    record_step(world, visit, "payment_attempt")
    if attempt_payment(world, region, visit):
        return True
    paid = visit.order is not None and visit.order.paid_at is not None
    return leave(world, region, visit, None if paid else "payment")


_NEXT = {
    "visit": _after_arrival,
    "cart_restored": _after_arrival,
    "product_view": _after_view,
    "add_to_cart": _after_cart_change,
    "remove_from_cart": _after_cart_change,
    "checkout": _in_checkout,
    "order_placed": _paying,
    "payment_attempt": _paying,
}


def _carry_out(world: World, region: Region, visit: Visit, decision: Decision, u: Sequence[float]) -> bool:
    """Do what was decided; returns whether the session goes on."""
    if decision.action == "leave" or visit.seq >= world.scenario.funnel.most_steps:
        return leave(world, region, visit, decision.reason or "not_interested")
    if decision.action == "add":
        _add(world, region, visit, u)
    elif decision.action == "remove":
        _remove(world, visit, u)
    elif decision.action == "checkout":
        record_step(world, visit, "checkout")
    else:
        _view(world, visit, _next_product(world, visit, decision, u))
    return True


def _next_product(world: World, visit: Visit, decision: Decision, u: Sequence[float]) -> Product:
    catalogue = world.catalogue
    if decision.action == "view_same_category" and visit.product_id is not None:
        category_id = catalogue.product(visit.product_id).category_id
        return catalogue.pick_in_category(category_id, u[7])
    return catalogue.pick(u[7])


def _view(world: World, visit: Visit, product: Product) -> None:
    shelf = world.warehouses[visit.warehouse_id].shelves[product.product_id]
    in_stock = shelf.available > 0
    visit.product_id = product.product_id
    visit.saw_empty_shelf = not in_stock
    record_step(world, visit, "product_view", product.product_id, in_stock)
    if not in_stock and visit.customer is not None:
        feel(world, visit.customer, "out_of_stock")


def _add(world: World, region: Region, visit: Visit, u: Sequence[float]) -> None:
    now, funnel = world.env.now, world.scenario.funnel
    product = world.catalogue.product(visit.product_id or 0)
    if visit.cart_id is None:
        visit.cart_id = region.ids.next("cart")
        world.tell(CartOpened(visit.cart_id, visit.session_id, None, now))
    eager = funnel.personas[visit.persona].units_factor * world.catalogue.category(product.category_id).units_weight
    wanted = geometric(u[6], odds(funnel.one_more_unit, eager), _MOST_UNITS)
    shelf = world.warehouses[visit.warehouse_id].shelves[product.product_id]
    quantity = max(1, min(wanted, shelf.available))
    visit.items[product.product_id] = quantity
    world.tell(ItemAdded(visit.cart_id, product.product_id, quantity, now))
    record_step(world, visit, "add_to_cart", product.product_id)


def _remove(world: World, visit: Visit, u: Sequence[float]) -> None:
    product_id = sorted(visit.items)[int(u[6] * len(visit.items))]
    take_out(world, visit, product_id)
    record_step(world, visit, "remove_from_cart", product_id)


def leave(world: World, region: Region, visit: Visit, reason: str | None) -> bool:
    """End the session and close its cart; returns False, since nothing follows."""
    now, customer, cart_id = world.env.now, visit.customer, visit.cart_id
    ordered = reason is None
    world.tell(SessionEnded(visit.session_id, "ordered" if ordered else _outcome(visit), reason, now))
    if cart_id is not None:
        world.tell(CartClosed(cart_id, "ordered" if ordered else "abandoned", reason, now))
        if not ordered and customer is not None and visit.items:
            region.left_carts.append(LeftCart(cart_id, customer, dict(visit.items), now))
    if customer is not None:
        customer.in_session = False
    return False


def _outcome(visit: Visit) -> str:
    if visit.order is not None:
        return "payment_failed"
    if visit.step == "checkout":
        return "checkout_abandoned"
    if visit.cart_id is not None:
        return "cart_abandoned"
    return "bounced" if visit.step == "visit" else "browsed"
