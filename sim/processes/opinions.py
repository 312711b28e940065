"""Opinions: what a customer makes of a delivered line, all of it a pure function of the order and its luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import DAY_US
from sim.luck import Purpose, lognormal
from sim.shop.rating import PRAISE, Opinion, return_chance, stars

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.processes.world import World
    from sim.shop.order import Order


class ExpectedReturn(NamedTuple):
    """A line that comes back: when that is asked for and when the money is given back."""

    requested_at: int
    refunded_at: int


def review_draws(world: World, order: Order, line: OrderLine) -> list[float]:
    """Return the uniforms of a line's review."""
    return world.luck.draws(Purpose.REVIEW, order.order_id, line.line_no, 8)


def return_draws(world: World, order: Order, line: OrderLine) -> list[float]:
    """Return the uniforms of a line's return."""
    return world.luck.draws(Purpose.RETURN, order.order_id, line.line_no, 6)


def disappoints(world: World, order: Order, line: OrderLine) -> bool:
    """Whether the product is a disappointment, however it came."""
    return review_draws(world, order, line)[0] < world.scenario.review.bad_product


def opinion_of(world: World, order: Order, line: OrderLine) -> Opinion:
    """Return what the customer thinks of a line."""
    fault = fault_of(world, order, line)
    rating = rating_of(world, order, line)
    comes_back = expected_return(world, order, line) is not None
    return Opinion(rating, fault, reason_of(world, order, line) if comes_back else None)


def rating_of(world: World, order: Order, line: OrderLine) -> int:
    """Return the stars that a review of the line has, or would have."""
    u = review_draws(world, order, line)
    review, bias = world.scenario.review, world.scenario.funnel.personas[order.customer.persona].rating_bias
    return stars(order, review, bias, u[3], bad=u[0] < review.bad_product)


def fault_of(world: World, order: Order, line: OrderLine) -> str | None:
    """Return what is wrong with a product that disappoints, in the words of a return."""
    if not disappoints(world, order, line):
        return None
    return world.bad_return_reasons.pick(return_draws(world, order, line)[3])


def expected_return(world: World, order: Order, line: OrderLine) -> ExpectedReturn | None:
    """Return when a line comes back, if it does."""
    returns = world.scenario.returns
    u = return_draws(world, order, line)
    category = world.catalogue.category(world.catalogue.product(line.product_id).category_id)
    weight = category.return_weight * world.scenario.funnel.personas[order.customer.persona].return_factor
    if u[0] >= return_chance(returns, weight, bad=disappoints(world, order, line), late=order.late):
        return None
    delay_days = lognormal(u[1], returns.delay_median_days, returns.delay_sigma)
    if delay_days > returns.within_days:
        return None
    requested_at = (order.delivered_at or 0) + round(delay_days * DAY_US)
    processing_days = lognormal(u[2], returns.processing_days, returns.processing_sigma)
    refunded_at = requested_at + round(min(processing_days, returns.processing_most_days) * DAY_US)
    return ExpectedReturn(requested_at, refunded_at)


def reason_of(world: World, order: Order, line: OrderLine) -> str:
    """Return why a line comes back: what is wrong with it, a lateness that spoiled it, or nobody's fault."""
    fault = fault_of(world, order, line)
    if fault is not None:
        return fault
    u = return_draws(world, order, line)
    spoiled = order.late and rating_of(world, order, line) < PRAISE
    if spoiled and u[5] < world.scenario.returns.reason_too_late:
        return "too_late"
    category = world.catalogue.category(world.catalogue.product(line.product_id).category_id)
    return world.other_return_reasons.pick(u[3]) if category.sized else "changed_mind"
