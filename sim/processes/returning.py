"""Returning: units of a delivered line come back, their money goes back, and they are sold again or written off."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.facts import ReturnRefunded, ReturnRequested
from sim.luck import Purpose
from sim.processes.cancellation import refund
from sim.processes.experience import book_points, record_experience
from sim.processes.stocking import move_stock
from sim.shop.rating import refund_cents, restock_chance, units_sent_back

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.processes.world import World
    from sim.shop.order import Order


class OpenReturn(NamedTuple):
    """A return that was asked for and is not refunded yet, as its row has it."""

    return_id: int
    units: int
    reason: str
    refund_cents: int


def request_return(world: World, order: Order, line: OrderLine) -> OpenReturn:
    """Ask to send a line back, or some of its units, now."""
    u_part, u_units = world.luck.draws(Purpose.RETURN_PART, order.order_id, line.line_no, 2)
    units = units_sent_back(line, world.scenario.returns, u_part, u_units)
    return_id = order.warehouse.ids.next("return")
    asked = OpenReturn(return_id, units, world.opinions.return_reason(order, line), refund_cents(order, line, units))
    world.tell(
        ReturnRequested(
            return_id, order.order_id, line.product_id, units, asked.reason, asked.refund_cents, world.env.now
        )
    )
    return asked


def refund_return(world: World, order: Order, line: OrderLine, asked: OpenReturn) -> None:
    """Give the money back, now that the goods are here, and put them where they belong."""
    world.tell(ReturnRefunded(asked.return_id, world.env.now))
    if asked.refund_cents:
        refund(world, order, asked.refund_cents)
    book_points(world, order.customer, -world.points_for(asked.refund_cents), "refund", order.order_id)
    record_experience(world, order.customer, "refund", order.order_id)
    move_stock(world, order.warehouse, line.product_id, asked.units, "return", order_id=order.order_id)
    if world.opinions.return_draws(order, line)[4] >= restock_chance(world.scenario.returns, asked.reason):
        move_stock(world, order.warehouse, line.product_id, -asked.units, "write_off", order_id=order.order_id)
