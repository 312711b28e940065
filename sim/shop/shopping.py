"""A shopper's decisions: what follows each step of the funnel, given luck and what the shop offers.

Each cause of giving up has its own stated chance and its own draw, so the reason recorded is the cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.funnel import Funnel, Persona
    from sim.shop.visit import Visit

TYPICAL_CART = 30.0  # price level units; a cart of this value meets the stated second thoughts about its price


class Decision(NamedTuple):
    """What the shopper does next; `reason` is given when leaving."""

    action: str  # view | view_same_category | add | remove | checkout | leave
    reason: str | None = None


VIEW, SAME_CATEGORY, ADD = Decision("view"), Decision("view_same_category"), Decision("add")
REMOVE, CHECKOUT = Decision("remove"), Decision("checkout")
_NOT_INTERESTED, _WHIM, _PRICE = (
    Decision("leave", "not_interested"),
    Decision("leave", "whim"),
    Decision("leave", "price"),
)
_EMPTY_SHELF = Decision("leave", "out_of_stock")


def odds(chance: float, factor: float) -> float:
    """Return the chance whose odds are `factor` times those of `chance`."""
    weight = chance * factor
    return weight / (1.0 - chance + weight) if weight > 0.0 else 0.0


def after_arrival(visit: Visit, u: Sequence[float], funnel: Funnel) -> Decision:
    """Bounce, or look at a first product; who finds an old cart may go straight to checkout."""
    if visit.items and u[1] < funnel.restored_checkout:
        return CHECKOUT
    if not visit.items and u[1] < funnel.bounce:
        return _NOT_INTERESTED
    return VIEW


def after_view(visit: Visit, u: Sequence[float], funnel: Funnel, persona: Persona, price_ratio: float) -> Decision:
    """Add the product, take another out, look on, go to checkout or leave; `price_ratio` is list price over price."""
    if visit.saw_empty_shelf:
        return _at_empty_shelf(visit, u, funnel, persona)
    new = visit.product_id not in visit.items and visit.product_id not in visit.removed
    against_others = price_ratio * funnel.competitor_price_ratio
    eager = visit.eagerness * persona.cart_factor * against_others**persona.price_elasticity
    if visit.items:
        eager *= funnel.another_item_factor
    if new and u[1] < odds(funnel.add_to_cart, eager):
        return ADD
    if len(visit.items) > 1 and u[2] < funnel.remove:
        return REMOVE
    return _look_on(visit, u, funnel, persona)


def _at_empty_shelf(visit: Visit, u: Sequence[float], funnel: Funnel, persona: Persona) -> Decision:
    if u[1] < funnel.empty_shelf_leave:
        return _EMPTY_SHELF
    if u[2] < funnel.empty_shelf_swap:
        return SAME_CATEGORY
    return _look_on(visit, u, funnel, persona)


def _look_on(visit: Visit, u: Sequence[float], funnel: Funnel, persona: Persona) -> Decision:
    if u[3] < odds(funnel.view_more, persona.browse_factor):
        return SAME_CATEGORY if u[4] < funnel.same_category else VIEW
    if not visit.items:
        return _NOT_INTERESTED
    if u[5] < odds(funnel.after_add_checkout, visit.eagerness * persona.checkout_factor):
        return CHECKOUT
    return _PRICE if u[4] < min(1.0, funnel.leave_for_price * persona.price_shy) else _WHIM


def after_cart_change(visit: Visit, u: Sequence[float], funnel: Funnel, persona: Persona) -> Decision:
    """Go to checkout, leave the cart behind by whim, or shop on."""
    if visit.items and u[1] < odds(funnel.after_add_checkout, visit.eagerness * persona.checkout_factor):
        return CHECKOUT
    if u[2] < odds(funnel.after_add_leave, persona.whim_factor):
        return _WHIM
    return SAME_CATEGORY if u[4] < funnel.same_category else VIEW


def second_thoughts(
    u: Sequence[float], funnel: Funnel, persona: Persona, *, subtotal: float, fee: float, wait_h: float
) -> str | None:
    """Return the reason to give up in the checkout form, or None to order.

    `subtotal` and `fee` are in price level units, `wait_h` is the promised wait in hours.
    """
    if u[2] >= 0.5 ** (wait_h / persona.patience_h):
        return "promise"
    if fee > 0.0 and u[3] < odds(funnel.fee_second_thoughts, persona.price_shy):
        return "delivery_fee"
    dearer = funnel.competitor_price_ratio**-persona.price_elasticity
    if u[4] < odds(funnel.price_second_thoughts, persona.price_shy * (subtotal / TYPICAL_CART) ** 0.5 * dearer):
        return "price"
    if u[5] < odds(funnel.checkout_whim, persona.whim_factor):
        return "whim"
    return None
