"""A session: one shopper's walk through the funnel, entered at the last step it recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.facts import CartClosed, CartOpened, ItemAdded, SessionEnded, ready_made
from sim.luck import geometric
from sim.processes.checkout import attempt_payment, place_order
from sim.processes.experience import record_experience
from sim.processes.funnel import record_step, remove_item
from sim.processes.identification import identify, identify_at_checkout, sign_in, wants_to_be_known
from sim.shop.habits import odds
from sim.shop.region import AbandonedCart
from sim.shop.shopping import (
    ADD,
    COMPLEMENT,
    ENOUGH,
    IDENTIFY,
    REMOVE,
    SAME_CATEGORY,
    VIEW,
    after_arrival,
    after_cart_change,
    after_view,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from simpy import Event

    from sim.processes.world import World
    from sim.shop.shopping import Decision
    from sim.shop.visit import Visit

_ended = ready_made(SessionEnded)
_MOST_UNITS = 12
_TURN = Turn.SESSION  # a name here, since to look it up among the turns at every step takes as long as a call


def arrive(world: World, visit: Visit, abandoned_cart: AbandonedCart | None, *, by_link: bool = False) -> None:
    """Record the visit, and the old cart that the shopper comes back to.

    Whoever follows the link of an e-mail, or asks for that cart, is signed in at once if not before.
    """
    record_step(world, visit, "visit")
    if (by_link or abandoned_cart is not None) and not visit.known:
        sign_in(world, visit)
    if abandoned_cart is None:
        return
    now = world.env.now
    visit.cart_id = visit.region.ids.next("cart")
    world.tell(CartOpened(visit.cart_id, visit.session_id, abandoned_cart.cart_id, now))
    for product_id, quantity in sorted(abandoned_cart.items.items()):
        visit.items[product_id] = quantity
        world.tell(ItemAdded(visit.cart_id, product_id, quantity, now))
        record_step(world, visit, "cart_restored", product_id)


def go_shopping(world: World, visit: Visit) -> None:
    """Begin or take up a session: what follows its last recorded step happens after a while, if anything does."""
    u = visit.draws()
    if _stays(world, visit, decision := _decision(world, visit, u)):
        world.env.begin(_shop_around(world, visit, u, decision), _thought_over(world, visit, u))


def _shop_around(
    world: World, visit: Visit, u: Sequence[float], decision: Decision | None
) -> Generator[Event, None, None]:
    """Do what was decided on at the last recorded step, by its uniforms, and go on so until the session ends."""
    while _carry_out(world, visit, decision, u) if decision else _IN_FORMS[visit.step](world, visit, u):
        u = visit.draws()
        if not _stays(world, visit, decision := _decision(world, visit, u)):
            return
        yield _thought_over(world, visit, u)


def _stays(world: World, visit: Visit, decision: Decision | None) -> bool:
    """Return whether the shopper goes on after that decision; the session of who does not ends here."""
    return decision is None or decision.action != "leave" or leave(world, visit, decision.reason)


def _thought_over(world: World, visit: Visit, u: Sequence[float]) -> Event:
    """Return the event that the shopper has looked long enough."""
    dwell_us = visit.habits.dwell.us(visit.step, visit.person.pace, u[0])
    return world.env.until(visit.last_at + dwell_us, _TURN, visit.session_id)


def _decision(world: World, visit: Visit, u: Sequence[float]) -> Decision | None:
    """Return what the page just recorded makes the shopper do; None at a form, where that is seen when it is sent.

    Whoever leaves does so without a further step: when is known to nobody, so the session ends with the last one.
    """
    decides = _DECISIONS.get(visit.step)
    if decides is None:
        return None
    decision = decides(world, visit, u)
    if visit.seq >= visit.habits.most_steps and decision.action != "leave":
        return ENOUGH
    return decision


def _on_arrival(world: World, visit: Visit, u: Sequence[float]) -> Decision:
    return IDENTIFY if not visit.known and wants_to_be_known(world, visit) else after_arrival(visit, u)


def _on_view(world: World, visit: Visit, u: Sequence[float]) -> Decision:
    product = visit.product
    price_ratio = product.list_price_cents / world.price_cents(product, visit.last_at)
    return after_view(visit, u, price_ratio)


def _on_cart_change(_: World, visit: Visit, u: Sequence[float]) -> Decision:
    return after_cart_change(visit, u)


def _in_checkout(world: World, visit: Visit, u: Sequence[float]) -> bool:
    """Say who one is, if one wants to be known; read the quote and the sum, then order or give up."""
    if not visit.known and identify_at_checkout(world, visit):
        return True
    reason = place_order(world, visit, u)
    if reason is None:
        record_step(world, visit, "order_placed")
        return True
    return leave(world, visit, reason)


def _paying(world: World, visit: Visit, _: Sequence[float]) -> bool:
    """Try to pay; go on trying after a decline, or give up."""
    record_step(world, visit, "payment_attempt")
    if attempt_payment(world, visit):
        return True
    paid = visit.order is not None and visit.order.paid_at is not None
    return leave(world, visit, None if paid else "payment")


_DECISIONS = {
    "visit": _on_arrival,
    "cart_restored": _on_arrival,
    "product_view": _on_view,
    "add_to_cart": _on_cart_change,
    "remove_from_cart": _on_cart_change,
}
_IN_FORMS = {"checkout": _in_checkout, "order_placed": _paying, "payment_attempt": _paying}


def _carry_out(world: World, visit: Visit, decision: Decision, u: Sequence[float]) -> bool:
    """Do what was decided, other than to leave; returns True: the session goes on."""
    if decision is VIEW or decision is SAME_CATEGORY or decision is COMPLEMENT:
        _view(world, visit, decision, u)
    elif decision is ADD:
        _add(world, visit, u)
    elif decision is REMOVE:
        _remove(world, visit, u)
    elif decision is IDENTIFY:
        identify(world, visit)
    else:
        record_step(world, visit, "checkout")
    return True


def _view(world: World, visit: Visit, decision: Decision, u: Sequence[float]) -> None:
    display = world.display(visit.region)
    if decision is SAME_CATEGORY:
        product = display.pick_in_category(visit.product.category_id, u[7])
    elif decision is COMPLEMENT:
        product = world.complements.pick(visit.product, display, u[7])
    elif u[6] < world.traits.category_habit:
        product = display.pick_in_category(visit.person.category_id, u[7])
    else:
        product = display.pick(u[7])
    product_id = product.product_id
    shelf = visit.warehouse.shelves[product_id]
    in_stock = shelf.on_hand > shelf.reserved
    visit.product = product
    visit.saw_empty_shelf = not in_stock
    record_step(world, visit, "product_view", product_id, in_stock)
    if not in_stock and visit.customer is not None:
        record_experience(world, visit.customer, "out_of_stock")


def _add(world: World, visit: Visit, u: Sequence[float]) -> None:
    now, funnel, product = world.env.now, world.scenario.funnel, visit.product
    if visit.cart_id is None:
        visit.cart_id = visit.region.ids.next("cart")
        world.tell(CartOpened(visit.cart_id, visit.session_id, None, now))
    by_category = world.catalogue.category(product.category_id).units_weight
    eager = visit.habits.persona.units_factor * visit.person.units * by_category
    wanted = geometric(u[6], odds(funnel.one_more_unit, eager), _MOST_UNITS)
    shelf = visit.warehouse.shelves[product.product_id]
    quantity = max(1, min(wanted, shelf.available))
    visit.items[product.product_id] = quantity
    world.tell(ItemAdded(visit.cart_id, product.product_id, quantity, now))
    record_step(world, visit, "add_to_cart", product.product_id)


def _remove(world: World, visit: Visit, u: Sequence[float]) -> None:
    product_id = sorted(visit.items)[int(u[6] * len(visit.items))]
    remove_item(world, visit, product_id)
    record_step(world, visit, "remove_from_cart", product_id)


def leave(world: World, visit: Visit, reason: str | None) -> bool:
    """End the session and close its cart; returns False, since nothing follows."""
    now, customer, cart_id = world.env.now, visit.customer, visit.cart_id
    ordered = reason is None
    world.tell(_ended((visit.session_id, "ordered" if ordered else _outcome(visit), reason, now)))
    if cart_id is not None:
        world.tell(CartClosed(cart_id, "ordered" if ordered else "abandoned", reason, now))
        if not ordered and customer is not None and visit.known and visit.items:
            visit.region.abandoned_carts.append(AbandonedCart(cart_id, customer, dict(visit.items), now))
    if customer is not None:
        customer.in_session = False
    else:
        visit.region.strangers_here.discard(visit.person.key)
    return False


def _outcome(visit: Visit) -> str:
    if visit.order is not None:
        return "payment_failed"
    if visit.step == "checkout":
        return "checkout_abandoned"
    if visit.cart_id is not None:
        return "cart_abandoned"
    return "bounced" if visit.step == "visit" else "browsed"
