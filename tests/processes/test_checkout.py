"""At the checkout: sums, registration, points, attempts to pay, and the promise.

Unless scripted, the order is placed at 159 s and the first attempt to pay made at 183 s (see test_session).
"""

from __future__ import annotations

from sim.clock.units import seconds_us
from sim.facts import (
    AddressAdded,
    CartClosed,
    CustomerDrawn,
    CustomerIdentified,
    CustomerRegistered,
    LoyaltyPointsMoved,
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    PaymentAttempted,
    PickStarted,
    SatisfactionMoved,
    SessionEnded,
    StockReserved,
)
from sim.luck import Purpose
from sim.processes.cancellation import cancel
from sim.processes.shifts import plan_deliveries
from sim.scenario.funnel import PERSONAS
from sim.shop.quote import quote
from tests.processes.world import DAY_S, HOUR_S, WAREHOUSE, Script, Tiny, north, scenario

DECLINED = {0: 0.1}  # below the 25 % of the tiny world


def fee(checkout: dict[str, float]) -> Tiny:
    return Tiny(scenario(checkout=checkout))


# --- sums ------------------------------------------------------------------------------------------------------------


def test_an_order_is_its_lines_and_the_delivery_fee():
    tiny = fee({"delivery_fee": 3.90, "free_delivery_from": 10.01})
    tiny.visit(tiny.customer())
    tiny.run(1000)
    (order,) = tiny.told(OrderPlaced)
    assert (order.at, order.subtotal_cents, order.discount_cents) == (159_000_000, 1000, 0)
    assert (order.delivery_fee_cents, order.total_cents) == (390, 1390)
    assert [tuple(line) for line in order.lines] == [(1, 1, 1, 1000)]
    assert [(r.product_id, r.quantity, r.reserved) for r in tiny.told(StockReserved)] == [(1, 1, 1)]
    assert [(paid.at, paid.status_seq) for paid in tiny.told(OrderPaid)] == [(183_000_000, 2)]
    assert tiny.seconds(PickStarted) == [183.0]


def test_from_the_threshold_on_delivery_is_free():
    tiny = fee({"delivery_fee": 3.90, "free_delivery_from": 10.0})
    tiny.visit(tiny.customer())
    tiny.run(1000)
    assert [order.total_cents for order in tiny.told(OrderPlaced)] == [1000]


def test_a_tier_has_its_discount():
    tiny = fee({"free_delivery_from": 0.0})
    customer = tiny.customer()
    customer.tier = "gold"
    tiny.visit(customer)
    tiny.run(1000)
    assert [(order.discount_cents, order.total_cents) for order in tiny.told(OrderPlaced)] == [(40, 960)]


# --- registration ----------------------------------------------------------------------------------------------------


def test_a_visitor_who_orders_becomes_a_customer():
    tiny = fee({"free_delivery_from": 0.0})
    visit = tiny.visit()
    tiny.run(158)
    assert tiny.region.customers == []
    tiny.run(1000)
    (registered,), (address,), (order,) = tiny.told(CustomerRegistered), tiny.told(AddressAdded), tiny.told(OrderPlaced)
    (drawn,) = tiny.told(CustomerDrawn)
    assert (drawn.customer_id, drawn.persona, drawn.satisfaction) == (registered.customer_id, "loyal", 60)
    assert registered.registered_at == 159_000_000
    assert (registered.loyalty_tier, registered.loyalty_points) == ("bronze", 0)
    assert (address.customer_id, address.latitude, address.longitude) == (registered.customer_id, *north(1000))
    assert registered.registered_by == "checkout"
    assert tiny.told(CustomerIdentified) == [(visit.session_id, registered.customer_id, 159_000_000)]
    assert (order.customer_id, order.address_id) == (registered.customer_id, address.address_id)
    assert [customer.customer_id for customer in tiny.region.customers] == [registered.customer_id]


def test_who_has_second_thoughts_does_not_register():
    tiny = Tiny(scenario(funnel={"checkout_whim": 0.75}))
    tiny.visit()
    tiny.run(1000)
    assert tiny.told(CustomerRegistered) == []


# --- paying ----------------------------------------------------------------------------------------------------------


def test_a_declined_payment_is_tried_again():
    tiny = Tiny(luck={(Purpose.PAYMENT, 101, 1): DECLINED})
    tiny.visit(tiny.customer())
    tiny.run(1000)
    first, second = tiny.told(PaymentAttempted)
    assert (first.status, first.at, first.amount_cents) == ("declined", 183_000_000, 1390)
    assert first.decline_reason is not None
    assert (second.status, second.decline_reason, second.at) == ("captured", None, 183_000_000 + 24_000_000)
    assert tiny.seconds(OrderPaid) == [207.0]
    assert [m.reason for m in tiny.told(SatisfactionMoved)][:1] == ["payment_declined"]


def test_a_retry_is_declined_more_often_than_a_first_attempt():
    plan = scenario(payment={"declined": dict.fromkeys(scenario().payment.declined, 0.3), "retry_declined_factor": 2.0})
    luck: Script = {(Purpose.PAYMENT, 101, attempt): {0: u} for attempt, u in ((1, 0.29), (2, 0.59), (3, 0.61))}
    tiny = Tiny(plan, luck)
    tiny.visit(tiny.customer())
    tiny.run(1000)
    assert [attempt.status for attempt in tiny.told(PaymentAttempted)] == ["declined", "declined", "captured"]


def test_after_the_last_attempt_the_order_is_cancelled_and_the_stock_free_again():
    luck: Script = {(Purpose.PAYMENT, 101, attempt): DECLINED for attempt in (1, 2, 3)}
    tiny = Tiny(luck=luck)
    shopper = tiny.customer()
    tiny.visit(shopper)
    tiny.run(230)
    assert tiny.warehouse.shelves[1].reserved == 1
    tiny.run(1000)
    assert tiny.seconds(PaymentAttempted) == [183.0, 207.0, 231.0]
    (cancelled,) = tiny.told(OrderCancelled)
    assert (cancelled.reason, cancelled.status_seq, cancelled.at) == ("payment_failed", 2, 231_000_000)
    assert [(r.quantity, r.reserved) for r in tiny.told(StockReserved)] == [(1, 1), (-1, 0)]
    assert [(end.outcome, end.exit_reason, end.at) for end in tiny.told(SessionEnded)] == [
        ("payment_failed", "payment", 231_000_000)
    ]
    assert [(cart.status, cart.abandon_reason) for cart in tiny.told(CartClosed)] == [("abandoned", "payment")]
    assert (tiny.told(OrderPaid), tiny.told(PickStarted)) == ([], [])
    assert shopper.last_order_at is None


def test_who_does_not_try_again_gives_up():
    tiny = Tiny(luck={(Purpose.PAYMENT, 101, 1): {**DECLINED, 2: 0.99}})
    tiny.visit(tiny.customer())
    tiny.run(1000)
    assert tiny.seconds(PaymentAttempted) == tiny.seconds(OrderCancelled) == [183.0]


# --- points ----------------------------------------------------------------------------------------------------------


def redeeming(luck: Script) -> Tiny:
    """A customer with 200 points who redeems 100 of them, worth 3.00."""
    shifts = {"shifts": ({"from_hour": 0.0, "hours": 16.0},)}
    tiny = Tiny(
        scenario(checkout={"free_delivery_from": 0.0}, delivery=shifts),
        luck={(Purpose.ORDER, 101, 0): {1: 0.1}, **luck},
    )
    customer = tiny.customer()
    customer.points = customer.lifetime_points = 200
    tiny.visit(customer)
    return tiny


def test_redeemed_points_are_a_discount():
    tiny = redeeming({})
    tiny.run(1000)
    assert [(order.discount_cents, order.total_cents) for order in tiny.told(OrderPlaced)] == [(300, 700)]
    (moved,) = tiny.told(LoyaltyPointsMoved)
    assert (moved.points, moved.balance, moved.tier, moved.reason) == (-100, 100, "silver", "redemption")


def test_points_come_back_when_the_order_is_not_paid():
    tiny = redeeming({(Purpose.PAYMENT, 101, 1): {**DECLINED, 2: 0.99}})
    tiny.run(1000)
    assert [(m.points, m.balance, m.reason, m.at) for m in tiny.told(LoyaltyPointsMoved)] == [
        (-100, 100, "redemption", 159_000_000), (100, 200, "redemption_undone", 183_000_000),
    ]  # fmt: skip


def test_a_delivered_order_earns_points_for_what_was_spent_on_goods():
    tiny = redeeming({})
    tiny.courier()
    plan_deliveries(tiny.world.scenario, tiny.warehouse)
    tiny.run(2 * HOUR_S)
    # promised for 3600 to 5400 s: it leaves so early that the courier waits for the slot, and is 120 s at the door;
    # 10.00 less 3.00 makes 7 points
    assert tiny.seconds(OrderDelivered) == [3600.0 + 120]
    assert [(m.points, m.balance, m.reason, m.order_id) for m in tiny.told(LoyaltyPointsMoved)][1:] == [
        (7, 107, "purchase", 101)
    ]


def test_too_few_points_cannot_be_redeemed():
    tiny = Tiny(luck={(Purpose.ORDER, 101, 0): {1: 0.1}})
    customer = tiny.customer()
    customer.points = customer.lifetime_points = 199
    tiny.visit(customer)
    tiny.run(1000)
    assert tiny.told(LoyaltyPointsMoved) == []


# --- the promise -----------------------------------------------------------------------------------------------------

PROMISE = {
    "margin_factor": 1.5, "margin_min": 10.0, "planned_parcels_per_courier_h": 4.0,
    "planned_speed_km_per_h": 36.0, "planned_stops_before_min": 5.0, "planned_last_departure_min": 60.0,
}  # fmt: skip

ALL_DAY = tuple({"from_hour": from_hour, "hours": 10.0} for from_hour in (0.0, 8.0, 16.0))


def promising(**parameters: float) -> Tiny:
    tiny = Tiny(scenario(promise={**PROMISE, **parameters}, delivery={"shifts": ({"from_hour": 0.0, "hours": 16.0},)}))
    tiny.employee()
    return tiny


def quoted_s(tiny: Tiny) -> float:
    """Return the end of the soonest slot; there is one of half an hour each half hour."""
    number = quote(tiny.env.now, tiny.world.scenario, tiny.warehouse, north(3000), units=1, lines=1)
    return tiny.warehouse.slots.slot(number).ends_at / 1e6


def test_the_promise_of_an_idle_shop():
    # pick 100, pack 60, a courier takes it within 15 min (4 an hour), hold 600, ride 300, stops before 300: 2260 s;
    # half as long again and 600 s on top are 3990 s, so the slot until 5400 s
    assert quoted_s(promising()) == 5400.0


def test_the_promise_of_a_busy_shop_is_later():
    tiny = promising()
    for _ in range(4):
        tiny.paid(0.0, promised_s=1800.0)
    tiny.run(0)
    # 3 wait and 1 is half done: 3.5 x 150 s of picking (2 lines, 3 units) and the own 100: 625; pack 60; 5 parcels to
    # take: 4500; hold, ride and stops 1200: 6385 s, half as long again and 600 s: 10177.5, so the slot until 10800 s
    assert quoted_s(tiny) == 10_800.0


def test_orders_for_later_slots_do_not_stand_before_it():
    tiny = promising()
    for _ in range(4):
        tiny.paid(0.0, promised_s=9000.0)
    tiny.run(0)
    # 685 s until it is packed, as above, then taken within 900; 2785 s, half as long again and 600 s: 4777.5
    assert quoted_s(tiny) == 5400.0


def test_orders_that_left_or_never_will_stand_before_nobody():
    tiny = promising()
    left, cancelled = (tiny.order(promised_s=1800.0) for _ in range(2))
    assert tiny.warehouse.slots.due_by(seconds_us(1800)) == 2
    tiny.warehouse.unbook(left)
    cancelled.paid_at = 0
    cancel(tiny.world, cancelled, "changed_mind")
    assert tiny.warehouse.booked == {}


def test_a_promise_given_in_the_evening_is_for_the_next_day():
    tiny = promising()
    tiny.run(15 * HOUR_S)
    # nobody leaves after 15 h: 900 s of the next morning and 1200 s on the way, so 0 h 35 min. Of the 9 h 35 min until
    # then couriers are out for the hour before 16 h and the last 35 min: half of that and 10 min are 57.5 min
    assert quoted_s(tiny) == DAY_S + 2 * HOUR_S


def test_what_could_come_after_the_last_shift_is_promised_for_the_next_day():
    tiny = promising(margin_min=60.0)
    tiny.run(14 * HOUR_S + 1800)
    # reckoned for 15 h 7 min 40 s; the margin of 18 min 50 s and 60 min leads past 16 h, and nobody delivers then
    assert quoted_s(tiny) == DAY_S + 1800


def test_where_nobody_ever_delivers_something_is_promised_after_two_weeks():
    tiny = Tiny(scenario(promise=PROMISE))
    assert 14 * DAY_S < quoted_s(tiny) < 16 * DAY_S


def test_where_somebody_is_always_out_a_margin_may_be_of_any_length():
    tiny = Tiny(scenario(promise={**PROMISE, "margin_min": 600.0}, delivery={"shifts": ALL_DAY}))
    for pattern in range(3):
        tiny.employee().pattern = pattern
    plan_deliveries(tiny.world.scenario, tiny.warehouse)
    tiny.run(20 * HOUR_S)
    # 2260 s, half of that and 10 h are 10 h 56.5 min, through the night
    assert quoted_s(tiny) == DAY_S + 7 * HOUR_S


def test_a_shop_may_promise_sooner_than_it_reckons():
    # 2260 s, less 1130 s
    assert quoted_s(promising(margin_factor=0.5, margin_min=0.0)) == 1800.0


def test_the_promise_is_kept_in_the_order():
    tiny = promising()
    tiny.visit(tiny.customer(north(3000)))
    tiny.run(200)
    (order,) = tiny.told(OrderPlaced)
    assert order.promised_at == seconds_us(5400)  # 159 + 3990 = 4149, and the slot that ends next
    assert order.slot_starts_at == seconds_us(3600)
    assert order.warehouse_id == WAREHOUSE


# --- the slot --------------------------------------------------------------------------------------------------------


def test_a_shopper_takes_a_later_slot_by_the_luck_of_the_order():
    hours = {"patience_h": 2.0, "offered": 3, "presence": 0.0}
    # weights e^0, e^-0.25 and e^-0.5 of slots that end half an hour apart: 0.42, 0.33 and 0.25 of the whole
    for u, ends_s in ((0.41, 5400), (0.43, 7200), (0.74, 7200), (0.76, 9000)):
        tiny = Tiny(
            scenario(promise=PROMISE, slots=hours, delivery={"shifts": ({"from_hour": 0.0, "hours": 16.0},)}),
            luck={(Purpose.ORDER, 101, 0): {4: u}},
        )
        tiny.employee()
        tiny.visit(tiny.customer(north(3000)))
        tiny.run(200)
        (order,) = tiny.told(OrderPlaced)
        assert (order.slot_starts_at, order.promised_at) == (seconds_us(ends_s - 1800), seconds_us(ends_s))
        assert tiny.warehouse.booked == {order.promised_at: 1}


def test_hours_asleep_are_no_wait():
    """At 20 h the soonest slot ends at 10 h: of the wait the two hours until 22 h count and the two from 8 h on."""
    day = {"from_hour": 8.0, "until_hour": 22.0, "hours": 2.0, "every_min": 60.0}
    shifts = ({"from_hour": 8.0, "hours": 8.0},)
    for patience_h, outcomes in ((3.9, 0), (4.1, 1)):  # the luck is one half: who waits longer than that leaves
        personas = {name: {"patience_h": patience_h} for name in PERSONAS}
        tiny = Tiny(scenario(promise=PROMISE, slots=day, funnel={"personas": personas}, delivery={"shifts": shifts}))
        tiny.employee()
        tiny.visit(tiny.customer(north(3000)), 20 * HOUR_S)
        tiny.run(20 * HOUR_S + 200)
        assert len(tiny.told(OrderPlaced)) == outcomes
