"""What a customer makes of a delivered order: stars, the cause they give, returns and their refunds."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import DAY_US, MINUTE_US
from sim.luck import standard_normal
from sim.shop.habits import odds

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.scenario import Scenario
    from sim.scenario.post_delivery import Return, Review
    from sim.shop.order import Order

PRAISE = 4  # stars from which on nobody complains
_MOST_LEADS_LATE = 2.0  # beyond this nobody gets angrier
_EARLY = 4  # a delivery is early when this part of the promised lead time was left over
_THOUGH_GOOD = frozenset({"wrong_size", "changed_mind"})  # why something good is sent back


def stars(order: Order, review: Review, bias: float, u: float, *, bad: bool) -> int:
    """Return 1-5 stars: the leaning of a good product in time, less what went wrong, plus chance.

    `bias` is what the customer and the kind of product add.

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


class Opinion(NamedTuple):
    """What a customer thinks of a delivered line: stars, what is wrong with it, and why it comes back, if it does."""

    rating: int
    fault: str | None  # not_as_described | damaged
    sent_back: str | None  # the reason of the return


def complaint(order: Order, opinion: Opinion, failure: str, very_late_by_min: float) -> str:
    """Return what the text of at most three stars is about: a key of the market's review texts.

    `failure` is why a first attempt failed.
    """
    if opinion.fault is not None:
        return "damaged" if opinion.fault == "damaged" else "bad_product"
    if order.late:
        late_min = ((order.delivered_at or 0) - order.promised_at) / MINUTE_US
        return "very_late" if late_min > very_late_by_min else "late"
    if order.attempts > 1:
        return "address_problem" if failure == "address_problem" else "failed_attempt"
    if opinion.rating < PRAISE - 1:
        return "unhappy"
    return opinion.sent_back if opinion.sent_back in _THOUGH_GOOD else "neutral"


def praise(order: Order, opinion: Opinion, *, tells_speed: bool, again: bool) -> str:
    """Return what the text of four or five stars is about; `again`: of a second one of the same."""
    if opinion.fault is not None:
        return "small_fault"
    if opinion.sent_back in _THOUGH_GOOD:
        return opinion.sent_back
    if order.late:
        return "late_but_good"
    if order.attempts > 1:
        return "failed_attempt_but_good"
    if opinion.rating == 5 and tells_speed and was_early(order):
        return "early"
    return "again" if again else "good_product"


def was_early(order: Order) -> bool:
    """Whether it was delivered with a good part of the promised time left over."""
    return (order.promised_at - (order.delivered_at or 0)) * _EARLY > order.promised_at - order.placed_at


def return_chance(returns: Return, weight: float, *, bad: bool, late: bool) -> float:
    """Return the chance that a delivered line comes back; `weight` is the category's times the persona's."""
    chance = returns.rate * weight
    chance *= returns.bad_product_factor if bad else 1.0
    chance *= returns.late_factor if late else 1.0
    return min(returns.highest, chance)


def units_sent_back(line: OrderLine, returns: Return, u_part: float, u_units: float) -> int:
    """Return how many units of a returned line come back: all of them, or some where there are several."""
    if line.quantity == 1 or u_part >= returns.in_part:
        return line.quantity
    return 1 + int(u_units * (line.quantity - 1))


def refund_cents(order: Order, line: OrderLine, units: int) -> int:
    """Return what is given back for units of a line: their price less its part of the discount, rounded up."""
    price = units * line.unit_price_cents
    return price - -(-order.discount_cents * price // order.subtotal_cents)


def spoken_of_us(scenario: Scenario) -> int:
    """Return a time after a delivery at which nobody begins to review or to return anything any more."""
    return round(max(scenario.returns.within_days, scenario.review.within_days) * DAY_US)


def horizon_us(scenario: Scenario) -> int:
    """Return the same with answers to the survey: after it nothing begins to follow from a delivery any more."""
    survey = scenario.survey
    return max(spoken_of_us(scenario), round(survey.within_days * DAY_US) if survey.answer else 0)


def restock_chance(returns: Return, reason: str) -> float:
    """Return the chance that what comes back for a reason can be sold again."""
    return 0.0 if reason == "damaged" else odds(returns.restock, returns.restock_odds[reason])
