"""Post-delivery: a delivered order is an experience, earns points, is reviewed, asked about and partly returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.clock.environment import Turn
from sim.clock.units import MINUTE_US
from sim.processes.experience import book_points, record_experience
from sim.processes.purchase_memory import remember
from sim.processes.returning import OpenReturn, refund_return, request_return
from sim.processes.reviewing import write_review
from sim.processes.surveying import answer_survey

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.facts import OrderLine
    from sim.processes.world import World
    from sim.scenario.post_delivery import Satisfaction
    from sim.shop.opinions import Opinions
    from sim.shop.order import Order
    from sim.shop.survey import Survey


class Consequence(NamedTuple):
    """Something that will happen to an order line, or with line 0 to the order; ordered by instant, line, kind."""

    at: int
    line_no: int
    kind: str  # request | refund | review | survey
    line: OrderLine


def begin_post_delivery(world: World, order: Order) -> None:
    """Record how the customer experienced the delivery, book the points, and start what follows."""
    record_experience(world, order.customer, _experience_of(order, world.scenario.satisfaction), order.order_id)
    spent = order.subtotal_cents - order.discount_cents
    book_points(world, order.customer, world.points_for(spent), "purchase", order.order_id)
    remember(world.opinions, order)
    world.env.process(post_delivery(world, order, {}))


def post_delivery(world: World, order: Order, open_returns: dict[int, OpenReturn]) -> Generator[Event, None, None]:
    """Let the consequences happen that are still to come; `open_returns` are by line number."""
    for what in _ahead(world, order, open_returns):
        if what.at > world.env.now:
            yield world.env.until(what.at, Turn.POST_DELIVERY, order.order_id)
        if what.kind == "review":
            write_review(world, order, what.line)
        elif what.kind == "survey":
            answer_survey(world, order)
        elif what.kind == "request":
            open_returns[what.line_no] = request_return(world, order, what.line)
        else:
            refund_return(world, order, what.line, open_returns.pop(what.line_no))


def _ahead(world: World, order: Order, open_returns: dict[int, OpenReturn]) -> list[Consequence]:
    """Return what is still to come, with a refund for each request and no other.

    That matters when a run goes on with other parameters than those by which the requests were made.
    """
    now = world.env.now
    ahead = [what for what in consequences(world.opinions, world.survey, order) if what.at > now]
    requested = {what.line_no for what in ahead if what.kind == "request"} | open_returns.keys()
    ahead = [what for what in ahead if what.kind != "refund" or what.line_no in requested]
    refunded = {what.line_no for what in ahead if what.kind == "refund"}
    overdue = [line for line in order.lines if line.line_no in open_returns.keys() - refunded]
    return [Consequence(now, line.line_no, "refund", line) for line in overdue] + ahead


def consequences(opinions: Opinions, survey: Survey, order: Order) -> list[Consequence]:
    """Return all that will follow from a delivered order, in time; a pure function of the order and its luck."""
    found: list[Consequence] = []
    if (at := survey.answered_at(order)) is not None:
        found.append(Consequence(at, 0, "survey", order.lines[0]))
    for line in order.lines:
        if (at := opinions.reviewed_at(order, line)) is not None:
            found.append(Consequence(at, line.line_no, "review", line))
        if back := opinions.expected_return(order, line):
            found.append(Consequence(back.requested_at, line.line_no, "request", line))
            found.append(Consequence(back.refunded_at, line.line_no, "refund", line))
    return sorted(found, key=lambda what: what[:3])


def _experience_of(order: Order, satisfaction: Satisfaction) -> str:
    late_min = ((order.delivered_at or 0) - order.promised_at) / MINUTE_US
    if late_min > satisfaction.very_late_by_min:
        return "delivered_very_late"
    if late_min > 0.0:
        return "delivered_late"
    return "delivered_early" if late_min < -satisfaction.early_by_min else "delivered_on_time"
