"""Habits: what a kind of shopper is like, as the chances of the funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.funnel import Funnel, Persona
    from sim.shop.dwell import Dwell


def odds(chance: float, factor: float) -> float:
    """Return the chance whose odds are `factor` times those of `chance`."""
    weight = chance * factor
    return weight / (1.0 - chance + weight) if weight > 0.0 else 0.0


class Habits:
    """What a persona who came by a certain channel and device is like: the chances of the funnel, worked out once."""

    __slots__ = (
        "add", "bounce", "checkout", "dwell", "funnel",
        "leave_for_price", "most_steps", "not_add", "persona", "same_category", "view_more", "whim_after_add",
    )  # fmt: skip

    def __init__(self, persona: Persona, funnel: Funnel, eagerness: float, dwell: Dwell) -> None:
        """`eagerness` is the factor on the odds of buying, by channel and device; `dwell` is by device."""
        self.persona = persona
        self.funnel = funnel
        self.most_steps = funnel.most_steps
        self.bounce = funnel.bounce
        self.same_category = funnel.same_category
        self.view_more = odds(funnel.view_more, persona.browse_factor)
        self.checkout = odds(funnel.after_add_checkout, eagerness * persona.checkout_factor)
        self.whim_after_add = odds(funnel.after_add_leave, persona.whim_factor)
        self.leave_for_price = min(1.0, funnel.leave_for_price * persona.price_shy)
        self.dwell = dwell
        against_others = funnel.competitor_price_ratio**persona.price_elasticity
        self.add = funnel.add_to_cart * eagerness * persona.cart_factor * against_others
        self.not_add = 1.0 - funnel.add_to_cart
