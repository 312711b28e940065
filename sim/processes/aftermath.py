"""Aftermath: a delivered order is felt, earns points, is reviewed and partly returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.clock.environment import Turn
from sim.clock.units import DAY_US, HOUR_US, MINUTE_US
from sim.facts import ReturnRefunded, ReturnRequested, ReviewWritten
from sim.luck import Purpose, lognormal
from sim.processes.cancellation import refund
from sim.processes.experience import book_points, feel, points_for
from sim.processes.stocking import move_stock
from sim.shop.rating import cause_of, refund_cents, return_chance, stars

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.facts import OrderLine
    from sim.processes.world import World
    from sim.scenario import Scenario
    from sim.shop.order import Order


class Consequence(NamedTuple):
    """Something that will happen to an order line; ordered by instant, line, kind."""

    at: int
    line_no: int
    kind: str  # request | refund | review
    line: OrderLine


def begin_aftermath(world: World, order: Order) -> None:
    """Let the customer feel how the delivery went, book the points, and start what follows."""
    feel(world, order.customer, _felt(world, order), order.order_id)
    spent = order.subtotal_cents - order.discount_cents
    book_points(world, order.customer, points_for(world, spent), "purchase", order.order_id)
    world.env.process(aftermath(world, order, {}))


def aftermath(world: World, order: Order, open_returns: dict[int, int]) -> Generator[Event, None, None]:
    """Let the consequences happen that are still to come; `open_returns` maps line numbers to return ids."""
    for what in _ahead(world, order, open_returns):
        if what.at > world.env.now:
            yield world.env.until(what.at, Turn.AFTERMATH, order.order_id)
        if what.kind == "review":
            _review(world, order, what.line)
        elif what.kind == "request":
            open_returns[what.line_no] = _request_return(world, order, what.line)
        else:
            _refund_return(world, order, what.line, open_returns.pop(what.line_no))


def _ahead(world: World, order: Order, open_returns: dict[int, int]) -> list[Consequence]:
    """Return what is still to come, with a refund for each request and no other.

    That matters when a run goes on with other parameters than those by which the requests were made.
    """
    now = world.env.now
    ahead = [what for what in consequences(world, order) if what.at > now]
    requested = {what.line_no for what in ahead if what.kind == "request"} | open_returns.keys()
    ahead = [what for what in ahead if what.kind != "refund" or what.line_no in requested]
    refunded = {what.line_no for what in ahead if what.kind == "refund"}
    overdue = [line for line in order.lines if line.line_no in open_returns.keys() - refunded]
    return [Consequence(now, line.line_no, "refund", line) for line in overdue] + ahead


def consequences(world: World, order: Order) -> list[Consequence]:
    """Return all that will follow from a delivered order, in time; a pure function of the order and its luck."""
    found: list[Consequence] = []
    for line in order.lines:
        found += _review_of(world, order, line)
        found += _return_of(world, order, line)
    return sorted(found, key=lambda what: what[:3])


def horizon_us(scenario: Scenario) -> int:
    """Return a time after a delivery at which nobody begins to review or to return anything any more."""
    return round(max(scenario.returns.within_days, scenario.review.within_days) * DAY_US)


def _felt(world: World, order: Order) -> str:
    satisfaction = world.scenario.satisfaction
    late_min = ((order.delivered_at or 0) - order.promised_at) / MINUTE_US
    if late_min > satisfaction.very_late_by_min:
        return "delivered_very_late"
    if late_min > 0.0:
        return "delivered_late"
    return "delivered_early" if late_min < -satisfaction.early_by_min else "delivered_on_time"


def _review_draws(world: World, order: Order, line: OrderLine) -> list[float]:
    return world.luck.draws(Purpose.REVIEW, order.order_id, line.line_no, 8)


def _disappoints(world: World, order: Order, line: OrderLine) -> bool:
    return _review_draws(world, order, line)[0] < world.scenario.review.bad_product


def _review_of(world: World, order: Order, line: OrderLine) -> list[Consequence]:
    review = world.scenario.review
    u = _review_draws(world, order, line)
    persona = world.scenario.funnel.personas[order.customer.persona]
    bad = u[0] < review.bad_product or order.late
    chance = review.write * persona.review_factor * (review.write_after_bad if bad else 1.0)
    if u[1] >= chance:
        return []
    delay_us = round(lognormal(u[2], review.delay_median_h, review.delay_sigma) * HOUR_US)
    if delay_us > review.within_days * DAY_US:
        return []
    return [Consequence((order.delivered_at or 0) + delay_us, line.line_no, "review", line)]


def _return_of(world: World, order: Order, line: OrderLine) -> list[Consequence]:
    returns = world.scenario.returns
    u = world.luck.draws(Purpose.RETURN, order.order_id, line.line_no, 6)
    category = world.catalogue.category(world.catalogue.product(line.product_id).category_id)
    persona = world.scenario.funnel.personas[order.customer.persona]
    weight = category.return_weight * persona.return_factor
    if u[0] >= return_chance(returns, weight, bad=_disappoints(world, order, line), late=order.late):
        return []
    delay_days = lognormal(u[1], returns.delay_median_days, returns.delay_sigma)
    if delay_days > returns.within_days:
        return []
    requested_at = (order.delivered_at or 0) + round(delay_days * DAY_US)
    processing_days = lognormal(u[2], returns.processing_days, returns.processing_sigma)
    refunded_at = requested_at + round(min(processing_days, returns.processing_most_days) * DAY_US)
    return [
        Consequence(requested_at, line.line_no, "request", line),
        Consequence(refunded_at, line.line_no, "refund", line),
    ]


def _review(world: World, order: Order, line: OrderLine) -> None:
    now, customer = world.env.now, order.customer
    u = _review_draws(world, order, line)
    bad = _disappoints(world, order, line)
    bias = world.scenario.funnel.personas[customer.persona].rating_bias
    rating = stars(order, world.scenario.review, bias, u[3], bad=bad)
    comment = None
    if u[4] < world.scenario.review.with_text:
        texts = getattr(world.market.reviews, cause_of(order, world.scenario.review, rating, u[6], bad=bad))
        comment = texts[int(u[5] * len(texts))]
    review_id = world.warehouses[order.warehouse_id].region.ids.next("review")
    world.tell(ReviewWritten(review_id, order.order_id, line.product_id, customer.customer_id, rating, comment, now))
    feel(world, customer, "bad_product" if bad else "good_product", order.order_id)


def _request_return(world: World, order: Order, line: OrderLine) -> int:
    u = world.luck.draws(Purpose.RETURN, order.order_id, line.line_no, 6)
    reason = _return_reason(world, order, line, u[3], u[5])
    return_id = world.warehouses[order.warehouse_id].region.ids.next("return")
    cents = refund_cents(order, line)
    world.tell(ReturnRequested(return_id, order.order_id, line.product_id, line.quantity, reason, cents, world.env.now))
    return return_id


def _return_reason(world: World, order: Order, line: OrderLine, u: float, u_late: float) -> str:
    if _disappoints(world, order, line):
        return world.bad_return_reasons.pick(u)
    if order.late and u_late < world.scenario.returns.reason_too_late:
        return "too_late"
    category = world.catalogue.category(world.catalogue.product(line.product_id).category_id)
    return world.other_return_reasons.pick(u) if category.sized else "changed_mind"


def _refund_return(world: World, order: Order, line: OrderLine, return_id: int) -> None:
    cents = refund_cents(order, line)
    world.tell(ReturnRefunded(return_id, world.env.now))
    if cents:
        refund(world, order, cents)
    book_points(world, order.customer, -points_for(world, cents), "refund", order.order_id)
    feel(world, order.customer, "refund", order.order_id)
    u = world.luck.draws(Purpose.RETURN, order.order_id, line.line_no, 6)
    if u[4] < world.scenario.returns.restock:
        move_stock(world, order.warehouse_id, line.product_id, line.quantity, "return", order_id=order.order_id)
