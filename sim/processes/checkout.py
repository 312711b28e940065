"""Checkout: the quote, the order with its reservation, and the attempts to pay for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import HOUR_US
from sim.facts import OrderCancelled, OrderLine, OrderPaid, OrderPlaced, PaymentAttempted
from sim.luck import Purpose
from sim.processes.destination import address_of, elsewhere
from sim.processes.experience import book_points, record_experience
from sim.processes.fulfilment import begin_fulfilment
from sim.processes.funnel import remove_item
from sim.processes.identification import customer_of_guest
from sim.processes.reservation import release, reserve
from sim.shop.order import Order
from sim.shop.quote import quote
from sim.shop.shopping import second_thoughts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.processes.world import World
    from sim.scenario.checkout import Loyalty
    from sim.shop.people import Address, Customer
    from sim.shop.visit import Visit


PROVIDER_FAILS = "provider_unavailable"


def place_order(world: World, visit: Visit, u: Sequence[float]) -> str | None:
    """Order what is in the cart, or return the reason to give up."""
    if not _still_available(world, visit, u[6]):
        return "out_of_stock"
    now = world.env.now
    lines = _lines(world, visit)
    subtotal = sum(line.quantity * line.unit_price_cents for line in lines)
    fee = _delivery_fee(world, subtotal)
    units = sum(line.quantity for line in lines)
    place = elsewhere(world, visit)
    to = visit.person.home if place is None else (place.latitude, place.longitude)
    soonest = quote(now, world.scenario, visit.warehouse, to, units, len(lines))
    promised_at = visit.warehouse.slots.slot(soonest).ends_at
    level = 100.0 * world.market.price_level
    reason = second_thoughts(
        u,
        world.scenario.funnel,
        visit.habits.persona,
        subtotal=subtotal / level,
        fee=fee / level,
        wait_h=visit.warehouse.doors.between(now, promised_at) / HOUR_US,
    )
    if reason is None:
        customer = customer_of_guest(world, visit)
        _submit(world, visit, customer, address_of(world, visit, customer, place), lines, soonest, fee)
    return reason


def attempt_payment(world: World, visit: Visit) -> bool:
    """Attempt to pay; returns whether the shopper will try once more. Paid or given up, the order is told so."""
    order = visit.order
    if order is None:
        raise ValueError("a payment needs an order")
    payment, now = world.scenario.payment, world.env.now
    order.payment_attempts += 1
    u = world.luck.draws(Purpose.PAYMENT, order.order_id, order.payment_attempts, 4)
    chance = payment.declined[order.method]
    if order.payment_attempts > 1:
        chance = min(1.0, chance * payment.retry_declined_factor)
    provider_fails = u[3] < world.incidents.declined_share(visit.warehouse.city_id, now)
    declined = provider_fails or u[0] < chance
    why = PROVIDER_FAILS if provider_fails else world.decline_reasons.pick(u[1]) if declined else None
    status = "declined" if declined else "captured"
    payment_id = visit.region.ids.next("payment")
    world.tell(PaymentAttempted(payment_id, order.order_id, order.method, order.total_cents, status, why, now))
    if not declined:
        order.paid_at = order.customer.last_order_at = now
        world.tell(OrderPaid(order.order_id, order.next_status(), now))
        begin_fulfilment(world, order)
        return False
    record_experience(world, order.customer, "payment_declined", order.order_id)
    if order.payment_attempts < payment.most_attempts and u[2] < payment.retry:
        return True
    _give_up_paying(world, order)
    return False


def _still_available(world: World, visit: Visit, u: float) -> bool:
    """Drop what has sold out meanwhile, if the shopper goes on without it."""
    shelves = visit.warehouse.shelves
    gone = [product_id for product_id in visit.items if shelves[product_id].available <= 0]
    if gone and (len(gone) == len(visit.items) or u >= world.scenario.funnel.substitute_at_checkout):
        return False
    for product_id in gone:
        remove_item(world, visit, product_id)
    return True


def _lines(world: World, visit: Visit) -> tuple[OrderLine, ...]:
    """Return the lines of an order for the cart as it is; of scarce goods it takes what is left."""
    shelves, now = visit.warehouse.shelves, world.env.now
    return tuple(
        OrderLine(
            line_no,
            product_id,
            min(quantity, shelves[product_id].available),
            world.price_cents(world.catalogue.product(product_id), now),
        )
        for line_no, (product_id, quantity) in enumerate(sorted(visit.items.items()), start=1)
    )


def _delivery_fee(world: World, subtotal_cents: int) -> int:
    checkout = world.scenario.checkout
    return 0 if subtotal_cents >= world.cents(checkout.free_delivery_from) else world.cents(checkout.delivery_fee)


def _submit(
    world: World,
    visit: Visit,
    customer: Customer,
    address: Address,
    lines: tuple[OrderLine, ...],
    soonest: int,
    fee_cents: int,
) -> None:
    now, cart_id, warehouse = world.env.now, visit.cart_id or 0, visit.warehouse
    order_id = visit.region.ids.next("order")
    u = world.luck.draws(Purpose.ORDER, order_id, n=5)
    slot = warehouse.slots.chosen(soonest, u[4])
    order = Order(order_id, customer, cart_id, warehouse, address, lines, now, slot.ends_at, slot.starts_at)
    warehouse.book(order)
    order.method = payment_method(world, order, u)
    order.subtotal_cents = sum(line.quantity * line.unit_price_cents for line in lines)
    order.redeemed_points = _redeemed(world.scenario.loyalty, customer, u[1])
    order.discount_cents = _discount(world, customer, order)
    order.delivery_fee_cents = fee_cents
    order.total_cents = order.subtotal_cents - order.discount_cents + fee_cents
    world.tell(
        OrderPlaced(
            order_id, customer.customer_id, cart_id, warehouse.warehouse_id, order.address.address_id, now,
            slot.ends_at, slot.starts_at,
            order.subtotal_cents, order.discount_cents, fee_cents, order.total_cents, lines,
        )
    )  # fmt: skip
    reserve(world, order)
    book_points(world, customer, -order.redeemed_points, "redemption", order_id)
    visit.order = order


def payment_method(world: World, order: Order, u: Sequence[float]) -> str:
    """Return how an order is paid, which its customer decides with the order's own luck."""
    return world.person(order.customer).method(u[2], u[0])


def _redeemed(loyalty: Loyalty, customer: Customer, u: float) -> int:
    able = customer.points >= max(loyalty.redeem_from, loyalty.redeem_points)
    return loyalty.redeem_points if able and u < loyalty.redeem else 0


def _discount(world: World, customer: Customer, order: Order) -> int:
    percent = world.scenario.checkout.tier_discount_percent[customer.tier]
    by_points = world.cents(order.redeemed_points * world.scenario.loyalty.point_value)
    most = int(order.subtotal_cents * world.scenario.checkout.most_discount_percent / 100.0)
    return min(most, round(order.subtotal_cents * percent / 100.0) + by_points)


def _give_up_paying(world: World, order: Order) -> None:
    now = world.env.now
    order.cancelled_at = now
    order.warehouse.unbook(order)
    release(world, order)
    world.tell(OrderCancelled(order.order_id, order.next_status(), "payment_failed", now))
    book_points(world, order.customer, order.redeemed_points, "redemption_undone", order.order_id)
