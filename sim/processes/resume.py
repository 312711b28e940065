"""Resume: a shop goes on where its committed rows say that it stood, each process at the last thing it recorded."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from sim.facts import OrderLine, PriceSet
from sim.luck import Purpose
from sim.luck_bulk import LUCK_AT_ONCE, draws_of_many
from sim.processes.arrivals import ArrivalMix, new_visit, visitor_draws
from sim.processes.cancellation import schedule_cancellation
from sim.processes.delivery import await_trip, drive, retry_at
from sim.processes.fulfilment import fulfil, measure
from sim.processes.hiring import hire, wanted_couriers
from sim.processes.incidents import resume_incidents
from sim.processes.post_delivery import post_delivery
from sim.processes.purchase_memory import recall
from sim.processes.replenishment import receive
from sim.processes.returning import OpenReturn
from sim.processes.session import go_shopping
from sim.processes.shifts import courier_schedule
from sim.shop.dispatch import legs_m
from sim.shop.ids import city_of
from sim.shop.order import Order
from sim.shop.people import Customer, activity_by, earlier_life_by
from sim.shop.region import AbandonedCart
from sim.shop.roster import EVERY_DAY, Courier, contracts
from sim.shop.stock import Shelf
from sim.shop.trip import Trip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.processes.world import World
    from sim.shop.visit import Visit
    from sim.snapshot import CartItemRow, CustomerRow, OrderRow, Snapshot, StepRow


def resume(world: World, snapshot: Snapshot) -> None:
    """Fill the world with the snapshot's people, stock, orders and errands, and start what was under way."""
    resume_incidents(world, snapshot.incidents)
    customers = _restore_customers(world, snapshot)
    _restore_shelves(world, snapshot)
    _reprice(world, snapshot)
    recall(world.region_of, snapshot.remembered)
    _restore_couriers(world, snapshot)
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for line in sorted(snapshot.lines):
        lines[line.order_id].append(OrderLine(*line[1:]))
    orders = {row.order_id: _order(world, row, customers, lines[row.order_id]) for row in snapshot.orders}
    _resume_orders(world, snapshot, orders)
    _resume_trips(world, snapshot, orders)
    _resume_visits(world, snapshot, customers, orders)
    _restore_abandoned_carts(world, snapshot, customers)


def _restore_customers(world: World, snapshot: Snapshot) -> dict[int, Customer]:
    known, rows = {}, iter(snapshot.customers)
    while some := list(islice(rows, LUCK_AT_ONCE)):
        ids = [row.customer_id for row in some]
        active = draws_of_many(world.luck, Purpose.CUSTOMER, ids, 1)
        earlier = draws_of_many(world.luck, Purpose.OPENING_CUSTOMER, ids, 4)
        for row, u_activity, u_life in zip(some, active, earlier, strict=True):
            customer = known[row.customer_id] = _customer(world, row, u_activity, u_life)
            world.region_of[row.city_id].add_customer(customer)
    return known


def _customer(world: World, row: CustomerRow, u_activity: Sequence[float], u_life: Sequence[float]) -> Customer:
    activity = activity_by(u_activity, row.persona, world.scenario)
    customer = Customer(
        row.customer_id,
        row.persona,
        row.address_id,
        row.latitude,
        row.longitude,
        row.satisfaction,
        activity,
        row.satisfaction_seq,
        row.tier,
        row.points,
        row.lifetime_points,
        row.loyalty_seq,
        row.last_order_at,
    )
    if row.last_order_at is None and row.established:
        customer.last_order_at = earlier_life_by(u_life, activity, world.scenario).last_order_at
    return customer


def _restore_shelves(world: World, snapshot: Snapshot) -> None:
    for row in snapshot.shelves:
        shelf = Shelf(row.product_id, row.reorder_point, row.order_up_to)
        shelf.on_hand, shelf.reserved = row.on_hand, row.reserved
        world.warehouses[row.warehouse_id].shelves[row.product_id] = shelf
    for due in snapshot.replenishments:
        warehouse = world.warehouses[due.warehouse_id]
        shelf = warehouse.shelves[due.product_id]
        shelf.on_order += due.quantity
        errand = receive(world, warehouse, shelf, due.replenishment_id, due.quantity, due.ordered_at)
        world.env.process(errand)


def _reprice(world: World, snapshot: Snapshot) -> None:
    """Record prices that are not those of the rows, which is so when promotions were changed on going on."""
    now, had = world.env.now, dict(snapshot.prices)
    for product in world.catalogue.products:
        price_cents = world.price_cents(product, now)
        if price_cents != had[product.product_id]:
            reason = "promotion" if price_cents < product.list_price_cents else "promotion_ended"
            world.tell(PriceSet(product.product_id, now, price_cents, reason))


def _restore_couriers(world: World, snapshot: Snapshot) -> None:
    """Put the couriers back on the roster; hire or do without some when the scenario wants another number now."""
    for warehouse in world.warehouses.values():
        rows = sorted(row for row in snapshot.couriers if row.warehouse_id == warehouse.warehouse_id)
        wanted = wanted_couriers(world.scenario.delivery, world.scale, warehouse)
        agreed = contracts(max(wanted, len(rows)), world.scenario.delivery)
        agreed[wanted:] = [contract._replace(off_days=EVERY_DAY) for contract in agreed[wanted:]]
        for row, contract in zip(rows, agreed, strict=False):
            courier = Courier(row.courier_id, *contract._replace(vehicle=row.vehicle))
            courier.shift_id = row.shift_id
            courier.shift_ends_at = row.shift_ends_at or 0
            courier.free_since = row.free_since or 0
            warehouse.couriers.append(courier)
        for contract in agreed[len(rows) :]:
            hire(world, warehouse, contract, established=False)
        warehouse.courier_schedule = courier_schedule(world.scenario, warehouse)


def _order(world: World, row: OrderRow, customers: dict[int, Customer], lines: list[OrderLine]) -> Order:
    customer = customers[row.customer_id]
    order = Order(
        row.order_id,
        customer,
        row.cart_id,
        world.warehouses[row.warehouse_id],
        customer.address,
        tuple(lines),
        row.placed_at,
        row.promised_at,
    )
    milestones = ("paid_at", "picked_at", "packed_at", "dispatched_at", "delivered_at", "cancelled_at")
    for name in (*milestones, "pick_started_at", "pack_started_at"):
        setattr(order, name, getattr(row, name))
    for name in ("subtotal_cents", "discount_cents", "delivery_fee_cents", "total_cents", "redeemed_points"):
        setattr(order, name, getattr(row, name))
    order.status_seq = 1 + sum(getattr(row, name) is not None for name in milestones)
    order.method = row.method or world.payment_methods.pick(world.luck.draws(Purpose.ORDER, row.order_id, n=4)[0])
    order.payment_attempts = row.payment_attempts
    order.delivery_id = row.delivery_id or 0
    order.attempts = row.attempts
    order.last_attempt_at = row.last_attempt_at
    order.ready_at = row.packed_at or 0
    if order.delivery_id:
        measure(order, world.catalogue, world.scenario.delivery.detour_factor)
    return order


def _resume_orders(world: World, snapshot: Snapshot, orders: dict[int, Order]) -> None:
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
            order.ready_at = max(row.trip_ended_at, retry_at(world.luck, world.scenario.delivery, order))
            _back_on_dock(world, order)
        if row.status in {"paid", "picked", "packed"}:
            schedule_cancellation(world, order)


def _back_on_dock(world: World, order: Order) -> None:
    if order.ready_at <= world.env.now:
        order.warehouse.dock[order.order_id] = order
    world.env.process(await_trip(world, order))


def _resume_trips(world: World, snapshot: Snapshot, orders: dict[int, Order]) -> None:
    couriers = {c.courier_id: (c, w) for w in world.warehouses.values() for c in w.couriers}
    stops: dict[int, list[Order]] = defaultdict(list)
    for stop in sorted(snapshot.stops):
        stops[stop.trip_id].append(orders[stop.order_id])
    for row in snapshot.trips:
        courier, warehouse = couriers[row.courier_id]
        route = stops[row.trip_id]
        legs = legs_m(warehouse, route, world.scenario.delivery.detour_factor)
        trip = Trip(row.trip_id, courier, warehouse, route, legs, row.started_at)
        trip.next_stop = row.stops_done
        trip.leg_started_at = row.started_at if row.last_stop_at is None else row.last_stop_at
        courier.on_trip = True
        world.env.process(drive(world, trip))


def _resume_visits(world: World, snapshot: Snapshot, customers: dict[int, Customer], orders: dict[int, Order]) -> None:
    mix = ArrivalMix(world.scenario)
    order_of_cart = {order.cart_id: order for order in orders.values()}
    steps: dict[int, list[StepRow]] = defaultdict(list)
    for step in sorted(snapshot.steps, key=lambda step: step[:2]):
        steps[step.session_id].append(step)
    items = _by_cart(snapshot)
    for row in snapshot.sessions:
        region = world.region_of[row.city_id]
        customer = customers[row.customer_id] if row.customer_id is not None else None
        u = visitor_draws(world.luck, row.session_id)
        visit = new_visit(world.luck, region, row.session_id, customer, mix, row.channel, row.device, u)
        _replay(world, visit, steps[row.session_id])
        if row.cart_id is not None:
            visit.cart_id = row.cart_id
            visit.items = {item.product_id: item.quantity for item in items[row.cart_id] if not item.removed}
            visit.removed = {item.product_id for item in items[row.cart_id] if item.removed}
            visit.order = order_of_cart.get(row.cart_id)
        if visit.customer is not None:
            visit.customer.in_session = True
        go_shopping(world, visit)


def _replay(world: World, visit: Visit, steps: list[StepRow]) -> None:
    for step in steps:
        visit.seq, visit.step, visit.last_at = step.seq, step.event_type, step.at
        if step.event_type == "product_view":
            visit.product, visit.saw_empty_shelf = world.catalogue.product(step.product_id or 0), not step.in_stock


def _by_cart(snapshot: Snapshot) -> dict[int, list[CartItemRow]]:
    items: dict[int, list[CartItemRow]] = defaultdict(list)
    for item in snapshot.cart_items:
        items[item.cart_id].append(item)
    return items


def _restore_abandoned_carts(world: World, snapshot: Snapshot, customers: dict[int, Customer]) -> None:
    items = _by_cart(snapshot)
    for row in sorted(snapshot.abandoned_carts, key=lambda row: (row.closed_at, row.session_id)):
        kept = {item.product_id: item.quantity for item in items[row.cart_id] if not item.removed}
        if kept:
            cart = AbandonedCart(row.cart_id, customers[row.customer_id], kept, row.closed_at)
            world.region_of[city_of(row.cart_id)].abandoned_carts.append(cart)
