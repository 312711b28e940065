"""What a customer makes of a delivered order: stars, the cause they give, returns and their refunds."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from sim.luck import standard_normal

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.scenario.aftermath import Return, Review
    from sim.shop.order import Order

_MOST_LEADS_LATE = 2.0  # beyond this nobody gets angrier
_EARLY = 4  # a delivery is early when this part of the promised lead time was left over


def stars(order: Order, review: Review, bias: float, u: float, *, bad: bool) -> int:
    """Return 1-5 stars: the leaning of a good product in time, less what went wrong, plus chance.

    Lateness counts in units of the promised lead time, as the published figures are rescaled (rating against lateness).
    """
    leaning = review.leaning + bias + review.noise_stars * standard_normal(u)
    if bad:
        leaning -= review.bad_product_stars
    if order.late:
        lead = max(1, order.promised_at - order.placed_at)
        leads_late = ((order.delivered_at or 0) - order.promised_at) / lead
        leaning -= review.late_stars + review.late_stars_per_lead * min(_MOST_LEADS_LATE, leads_late)
    if order.attempts > 1:
        leaning -= review.failed_attempt_stars
    return max(1, min(5, floor(leaning + 0.5)))


def cause_of(order: Order, review: Review, rating: int, u: float, *, bad: bool) -> str:
    """Return what a review's text is about (a key of the market's review texts)."""
    if bad:
        return "bad_product"
    if order.late:
        return "late"
    if order.attempts > 1:
        return "failed_attempt"
    if rating <= 3:
        return "neutral"
    early = (order.promised_at - (order.delivered_at or 0)) * _EARLY > order.promised_at - order.placed_at
    return "early" if early and rating == 5 and u < review.praise_speed else "good_product"


def return_chance(returns: Return, weight: float, *, bad: bool, late: bool) -> float:
    """Return the chance that a delivered line comes back; `weight` is the category's times the persona's."""
    chance = returns.rate * weight
    chance *= returns.bad_product_factor if bad else 1.0
    chance *= returns.late_factor if late else 1.0
    return min(returns.highest, chance)


def refund_cents(order: Order, line: OrderLine) -> int:
    """Return what is given back for a line: its price less its part of the discount, rounded in the shop's favour."""
    price = line.quantity * line.unit_price_cents
    return price - -(-order.discount_cents * price // order.subtotal_cents)
