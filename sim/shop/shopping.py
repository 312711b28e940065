"""A shopper's decisions: what follows each step of the funnel, given luck and what the shop offers.

Each cause of giving up has its own stated chance and its own draw, so the reason recorded is the cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.shop.habits import odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.funnel import Funnel, Persona
    from sim.shop.visit import Visit

TYPICAL_CART = 30.0  # price level units; a cart of this value meets the stated second thoughts about its price


class Decision(NamedTuple):
    """What the shopper does next; `reason` is given when leaving."""

    action: str  # identify | view | view_same_category | view_complement | add | remove | checkout | leave
    reason: str | None = None


VIEW, SAME_CATEGORY, COMPLEMENT = Decision("view"), Decision("view_same_category"), Decision("view_complement")
ADD, REMOVE, CHECKOUT, IDENTIFY = Decision("add"), Decision("remove"), Decision("checkout"), Decision("identify")
_NOT_INTERESTED, _WHIM, _PRICE = (
    Decision("leave", "not_interested"),
    Decision("leave", "whim"),
    Decision("leave", "price"),
)
_EMPTY_SHELF = Decision("leave", "out_of_stock")
ENOUGH = _NOT_INTERESTED


def after_arrival(visit: Visit, u: Sequence[float]) -> Decision:
    """Bounce, or look at a first product; who finds an old cart may go straight to checkout."""
    habits = visit.habits
    if visit.items:
        return CHECKOUT if u[1] < habits.funnel.restored_checkout else VIEW
    return _NOT_INTERESTED if u[1] < habits.bounce else VIEW


def after_view(visit: Visit, u: Sequence[float], price_ratio: float) -> Decision:
    """Add the product, take another out, look on, go to checkout or leave; `price_ratio` is list price over price."""
    if visit.saw_empty_shelf:
        return _at_empty_shelf(visit, u)
    items, habits, product_id = visit.items, visit.habits, visit.product.product_id
    if product_id not in items and product_id not in visit.removed:
        weight = habits.add * visit.person.taste[product_id]
        if items:
            weight *= habits.funnel.another_item_factor * visit.person.basket
        if price_ratio != 1.0:  # seldom
            weight *= price_ratio**habits.persona.price_elasticity
        if u[1] * (habits.not_add + weight) < weight:  # the chance whose odds they are, see `odds`
            return ADD
    if len(items) > 1 and u[2] < habits.funnel.remove:
        return REMOVE
    return _look_on(visit, u)


def _at_empty_shelf(visit: Visit, u: Sequence[float]) -> Decision:
    funnel = visit.habits.funnel
    if u[1] < funnel.empty_shelf_leave:
        return _EMPTY_SHELF
    if u[2] < funnel.empty_shelf_swap:
        return SAME_CATEGORY
    return _look_on(visit, u)


def _look_on(visit: Visit, u: Sequence[float]) -> Decision:
    habits = visit.habits
    if u[3] < habits.view_more:
        return SAME_CATEGORY if u[4] < habits.same_category else VIEW
    if not visit.items:
        return _NOT_INTERESTED
    if u[5] < habits.checkout:
        return CHECKOUT
    return _PRICE if u[4] < habits.leave_for_price else _WHIM


def after_cart_change(visit: Visit, u: Sequence[float]) -> Decision:
    """Go to checkout, leave the cart behind by whim, or shop on: after adding, perhaps for what goes with it."""
    habits = visit.habits
    if visit.items and u[1] < habits.checkout:
        return CHECKOUT
    if u[2] < habits.whim_after_add:
        return _WHIM
    if u[3] < habits.funnel.complement and visit.step == "add_to_cart":
        return COMPLEMENT
    return SAME_CATEGORY if u[4] < habits.same_category else VIEW


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
