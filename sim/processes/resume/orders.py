"""Orders as their rows have them, each in its process: picking, packing, waiting for a trip, or after it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sim.luck import Purpose
from sim.processes.cancellation import schedule_cancellation
from sim.processes.checkout import payment_method
from sim.processes.delivery import await_trip, leaves_again_at
from sim.processes.fulfilment import fulfil, measure
from sim.processes.post_delivery import post_delivery
from sim.processes.returning import OpenReturn
from sim.shop.order import Order
from sim.shop.people import Address
from sim.shop.quote import may_leave_at

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.processes.world import World
    from sim.shop.people import Customer
    from sim.snapshot import OrderRow, Snapshot


def restored_order(world: World, row: OrderRow, customers: dict[int, Customer], lines: list[OrderLine]) -> Order:
    """An order as its row and its lines have it, by the objects it knows."""
    customer = customers[row.customer_id]
    order = Order(
        row.order_id,
        customer,
        row.cart_id,
        world.warehouses[row.warehouse_id],
        Address(row.address_id, row.latitude, row.longitude),
        tuple(lines),
        row.placed_at,
        row.promised_at,
        row.slot_starts_at,
    )
    milestones = ("paid_at", "picked_at", "packed_at", "dispatched_at", "delivered_at", "cancelled_at")
    for name in (*milestones, "pick_started_at", "pack_started_at"):
        setattr(order, name, getattr(row, name))
    for name in ("subtotal_cents", "discount_cents", "delivery_fee_cents", "total_cents", "redeemed_points"):
        setattr(order, name, getattr(row, name))
    order.status_seq = 1 + sum(getattr(row, name) is not None for name in milestones)
    order.method = row.method or payment_method(world, order, world.luck.draws(Purpose.ORDER, row.order_id, n=4))
    order.payment_attempts = row.payment_attempts
    order.delivery_id = row.delivery_id or 0
    order.attempts = row.attempts
    order.last_attempt_at = row.last_attempt_at
    if order.delivery_id:
        measure(order, world.catalogue, world.scenario.delivery.detour_factor)
        order.ready_at = may_leave_at(world.scenario, order)
    if order.dispatched_at is None and order.cancelled_at is None:
        order.warehouse.book(order)
    return order


def resume_orders(world: World, snapshot: Snapshot, orders: dict[int, Order]) -> None:
    """Start the process that each order is in, and give pickers and packers their work back."""
    env = world.env
    open_returns: dict[int, dict[int, OpenReturn]] = defaultdict(dict)
    for back in snapshot.open_returns:
        line_no = next(line.line_no for line in orders[back.order_id].lines if line.product_id == back.product_id)
        open_returns[back.order_id][line_no] = OpenReturn(back.return_id, back.quantity, back.reason, back.refund_cents)
    for order in orders.values():  # first who is at work, so that nobody is given work twice
        order.warehouse.pickers.busy += order.pick_started_at is not None and order.picked_at is None
        order.warehouse.packers.busy += order.pack_started_at is not None and order.packed_at is None
    for row in snapshot.orders:
        order = orders[row.order_id]
        if row.status == "delivered":
            env.process(post_delivery(world, order, open_returns[order.order_id]))
        elif row.status in {"paid", "picked"}:
            env.process(fulfil(world, order))
        elif row.delivery_status == "ready":
            _back_on_dock(world, order)
        elif row.delivery_status == "awaiting_retry" and row.trip_ended_at is not None:
            order.ready_at = leaves_again_at(world, order, row.trip_ended_at)
            _back_on_dock(world, order)
        if row.status in {"paid", "picked", "packed"}:
            schedule_cancellation(world, order)


def _back_on_dock(world: World, order: Order) -> None:
    if order.ready_at <= world.env.now:
        order.warehouse.dock[order.order_id] = order
    world.env.process(await_trip(world, order))
