"""Cancellation: customers who think again or lose patience while their order still waits in the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.clock.units import HOUR_US, MINUTE_US
from sim.facts import OrderCancelled, ParcelWithdrawn, PaymentRefunded
from sim.luck import Purpose, exponential
from sim.processes.experience import book_points, record_experience
from sim.processes.reservation import release
from sim.processes.stocking import put_back

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.processes.world import World
    from sim.shop.order import Order


def schedule_cancellation(world: World, order: Order) -> None:
    """Start the processes by which this order's customer may cancel it; most customers never do."""
    now, cancellation = world.env.now, world.scenario.cancellation
    u = world.luck.draws(Purpose.CHANGE_OF_MIND, order.order_id, n=4)
    if u[0] < cancellation.change_of_mind:
        after_us = round(exponential(u[1], cancellation.change_of_mind_after_min) * MINUTE_US)
        _wait_to_cancel(world, order, (order.paid_at or 0) + after_us, now, Turn.CHANGE_OF_MIND, "changed_mind")
    if u[2] < cancellation.gives_up_late:
        after_us = round(exponential(u[3], cancellation.gives_up_after_h) * HOUR_US)
        _wait_to_cancel(world, order, order.promised_at + after_us, now, Turn.PATIENCE, "waited_too_long")


def _wait_to_cancel(world: World, order: Order, at: int, now: int, turn: Turn, reason: str) -> None:
    if at > now:  # going on from rows, an instant that has passed has had its effect
        world.env.process(_cancel_at(world, order, at, turn, reason))


def _cancel_at(world: World, order: Order, at: int, turn: Turn, reason: str) -> Generator[Event, None, None]:
    yield world.env.until(at, turn, order.order_id)
    if _can_be_stopped(order, only_before_picking=reason == "changed_mind"):
        stop(world, order)
        cancel(world, order, reason)


def _can_be_stopped(order: Order, *, only_before_picking: bool) -> bool:
    """Whether the order waits in a queue or on the dock; nobody stops what somebody has in hand."""
    if order.cancelled_at is not None or order.dispatched_at is not None:
        return False
    if order.pick_started_at is None:
        return True
    if only_before_picking:
        return False
    waits_for_packer = order.picked_at is not None and order.pack_started_at is None
    return waits_for_packer or order.order_id in order.warehouse.dock


def stop(world: World, order: Order) -> None:
    """Take a waiting order out of its queue or off the dock, and its units back to the shelf."""
    if order.pick_started_at is None:
        order.warehouse.pickers.give_up(order.order_id)
        release(world, order)
        return
    if order.pack_started_at is None:
        order.warehouse.packers.give_up(order.order_id)
    else:
        del order.warehouse.dock[order.order_id]
        world.tell(ParcelWithdrawn(order.delivery_id))
    put_back(world, order)


def cancel(world: World, order: Order, reason: str) -> None:
    """Cancel a paid order, now, and give the money and the redeemed points back."""
    now, customer = world.env.now, order.customer
    order.cancelled_at = now
    if order.dispatched_at is None:
        order.warehouse.unbook(order)
    world.tell(OrderCancelled(order.order_id, order.next_status(), reason, now))
    refund(world, order, order.total_cents)
    book_points(world, customer, order.redeemed_points, "redemption_undone", order.order_id)
    if reason != "changed_mind":
        record_experience(world, customer, "order_cancelled", order.order_id)


def refund(world: World, order: Order, cents: int) -> None:
    """Give money back by the method it came with, now."""
    payment_id = order.warehouse.ids.next("payment")
    world.tell(PaymentRefunded(payment_id, order.order_id, order.method, cents, world.env.now))
