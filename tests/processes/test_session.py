"""A session's walk: 28 s a page but the last, 75 s in a form, 24 s a payment; doors, carts, shelves, outcomes."""

from __future__ import annotations

import pytest

from sim.facts import (
    CartClosed,
    CartOpened,
    CustomerIdentified,
    ItemAdded,
    ItemRemoved,
    OrderPlaced,
    SatisfactionMoved,
    SessionEnded,
    SessionStarted,
    SessionStepped,
)
from sim.luck import Purpose
from sim.processes.arrivals import ArrivalMix, begin_session
from sim.shop.region import AbandonedCart
from sim.shop.traits import home_key
from tests.processes.world import Script, Tiny, after_step, north, scenario, together, who_comes

HOME = home_key(*north(1000))


def steps(tiny: Tiny) -> list[tuple[str, float]]:
    return [(step.event_type, step.at / 1e6) for step in tiny.told(SessionStepped)]


def ends(tiny: Tiny) -> list[tuple[str, str | None, float]]:
    return [(end.outcome, end.exit_reason, end.at / 1e6) for end in tiny.told(SessionEnded)]


# --- a walk ----------------------------------------------------------------------------------------------------------


def test_a_purchase_takes_its_steps_at_their_dwell_times():
    tiny = Tiny()
    tiny.visit(tiny.customer(), 10.0)
    tiny.run(1000)
    assert steps(tiny) == [
        ("visit", 10.0),
        ("product_view", 38.0),
        ("add_to_cart", 66.0),
        ("checkout", 94.0),
        ("order_placed", 169.0),
        ("payment_attempt", 193.0),
    ]
    assert [step.seq for step in tiny.told(SessionStepped)] == [1, 2, 3, 4, 5, 6]
    assert ends(tiny) == [("ordered", None, 193.0)]
    (opened,), (closed,) = tiny.told(CartOpened), tiny.told(CartClosed)
    assert (opened.session_id, opened.at, opened.restored_from_cart_id) == (101, 66_000_000, None)
    assert (closed.cart_id, closed.status, closed.abandon_reason) == (opened.cart_id, "ordered", None)
    assert [(item.product_id, item.quantity, item.at) for item in tiny.told(ItemAdded)] == [(1, 1, 66_000_000)]


def test_a_bounce():
    tiny = Tiny(scenario(funnel={"bounce": 0.75}))
    tiny.visit()
    tiny.run(1000)
    assert ends(tiny) == [("bounced", "not_interested", 0.0)]
    assert tiny.told(CartOpened) == []


def test_browsing_without_a_cart():
    tiny = Tiny(scenario(funnel={"add_to_cart": 0.0}), luck=after_step(101, 2, {3: 0.99}))
    tiny.visit()
    tiny.run(1000)
    assert ends(tiny) == [("browsed", "not_interested", 28.0)]


def test_leaving_with_a_full_cart_by_whim():
    tiny = Tiny(scenario(funnel={"after_add_checkout": 0.25, "after_add_leave": 0.75}))
    shopper = tiny.customer()
    tiny.visit(shopper)
    tiny.run(1000)
    assert ends(tiny) == [("cart_abandoned", "whim", 56.0)]
    assert [(cart.status, cart.abandon_reason) for cart in tiny.told(CartClosed)] == [("abandoned", "whim")]
    assert list(tiny.region.abandoned_carts) == [AbandonedCart(101, shopper, {1: 1}, 56_000_000)]
    assert shopper.in_session is False


@pytest.mark.parametrize(
    ("funnel", "reason"),
    [
        ({"price_second_thoughts": 0.75}, "price"),
        ({"fee_second_thoughts": 0.75}, "delivery_fee"),
        ({"checkout_whim": 0.75}, "whim"),
    ],
    ids=["price", "fee", "whim"],
)
def test_second_thoughts_in_the_checkout_form_say_their_cause(funnel, reason):
    # a cart of 10 is a third of a typical one: odds of 3 to 1 to give up because of its price become 3 x sqrt(1/3) to 1
    tiny = Tiny(scenario(funnel=funnel))
    tiny.visit(tiny.customer())
    tiny.run(1000)
    assert ends(tiny) == [("checkout_abandoned", reason, 159.0)]
    assert tiny.told(OrderPlaced) == []


def test_a_long_promised_wait_ends_a_session_of_the_impatient():
    personas = {name: {"patience_h": 1.0} for name in scenario().funnel.personas}
    tiny = Tiny(scenario(funnel={"personas": personas}))  # no courier is planned: the promise is two weeks off
    tiny.visit(tiny.customer())
    tiny.run(1000)
    assert ends(tiny) == [("checkout_abandoned", "promise", 159.0)]


def test_taking_an_item_out_again():
    # 1: product 1 is viewed and added; then product 4 is viewed and added; then 1 is viewed again and taken out
    luck: Script = {
        (Purpose.VISITOR, 101, 0): {
            8 * 3 + 1: 0.99, 8 * 3 + 4: 0.99, 8 * 3 + 7: 0.95,  # after adding: no checkout, on to any product: 4
            8 * 5 + 1: 0.99, 8 * 5 + 4: 0.99, 8 * 5 + 7: 0.1,  # after adding that: on to product 1
            8 * 6 + 6: 0.1,  # the first of the cart is taken out
        }
    }  # fmt: skip
    tiny = Tiny(scenario(funnel={"remove": 0.75, "after_add_checkout": 0.75}), luck=luck)
    tiny.visit(tiny.customer())
    tiny.run(1000)
    assert [name for name, _ in steps(tiny)][:8] == [
        "visit", "product_view", "add_to_cart", "product_view", "add_to_cart", "product_view", "remove_from_cart",
        "checkout",
    ]  # fmt: skip
    assert [(item.product_id, item.at) for item in tiny.told(ItemRemoved)] == [(1, 6 * 28_000_000)]
    assert [[(line.product_id, line.quantity) for line in order.lines] for order in tiny.told(OrderPlaced)] == [
        [(4, 1)]
    ]


# --- empty shelves ---------------------------------------------------------------------------------------------------


def emptied(plan: dict[str, float], *products: int) -> Tiny:
    tiny = Tiny(scenario(funnel=plan))
    for product_id in products:
        tiny.warehouse.shelves[product_id].reserve(100)
    return tiny


def test_an_empty_shelf_ends_the_session_of_who_leaves_at_once():
    tiny = emptied({"empty_shelf_leave": 0.75}, 1)
    tiny.visit(tiny.customer())
    tiny.run(1000)
    assert [(s.event_type, s.product_id, s.in_stock) for s in tiny.told(SessionStepped)] == [
        ("visit", None, None), ("product_view", 1, False),
    ]  # fmt: skip
    assert ends(tiny) == [("browsed", "out_of_stock", 28.0)]
    assert [(m.reason, m.delta, m.at) for m in tiny.told(SatisfactionMoved)] == [("out_of_stock", -2, 28_000_000)]


def test_an_empty_shelf_sends_to_a_substitute_of_the_category():
    tiny = Tiny(
        scenario(funnel={"empty_shelf_leave": 0.25, "empty_shelf_swap": 0.75}), luck=after_step(101, 2, {7: 0.85})
    )
    tiny.warehouse.shelves[1].reserve(100)
    tiny.visit(tiny.customer())
    tiny.run(1000)
    views = [(s.product_id, s.in_stock) for s in tiny.told(SessionStepped) if s.event_type == "product_view"]
    assert views == [(1, False), (2, True)]  # of the toys, 1 has 7/9 of the popularity, then comes 2 with 1/9
    assert ends(tiny)[0][0] == "ordered"


def test_units_put_into_the_cart_are_no_more_than_there_are():
    tiny = Tiny(scenario(funnel={"one_more_unit": 0.9}))  # 1 + floor(ln 0.5 / ln 0.9) = 7 are wanted
    tiny.warehouse.shelves[1].reserve(97)
    tiny.visit(tiny.customer())
    tiny.run(1000)
    assert [item.quantity for item in tiny.told(ItemAdded)] == [3]


def test_what_sells_out_before_the_checkout_ends_the_session():
    tiny = Tiny()
    tiny.visit(tiny.customer())
    tiny.at(158.0, lambda: tiny.warehouse.shelves[1].reserve(100))
    tiny.run(1000)
    assert ends(tiny) == [("checkout_abandoned", "out_of_stock", 159.0)]
    assert tiny.told(OrderPlaced) == []


def test_who_takes_the_rest_orders_without_what_has_sold_out():
    luck: Script = {(Purpose.VISITOR, 101, 0): {8 * 3 + 1: 0.99, 8 * 3 + 4: 0.99, 8 * 3 + 7: 0.95}}
    tiny = Tiny(scenario(funnel={"substitute_at_checkout": 0.75, "after_add_checkout": 0.75}), luck=luck)
    tiny.visit(tiny.customer())
    tiny.at(200.0, lambda: tiny.warehouse.shelves[1].reserve(100))
    tiny.run(1000)
    assert [(item.product_id, item.at) for item in tiny.told(ItemRemoved)] == [(1, (5 * 28 + 75) * 10**6)]
    assert [[line.product_id for line in order.lines] for order in tiny.told(OrderPlaced)] == [[4]]


# --- who comes -------------------------------------------------------------------------------------------------------


def test_an_abandoned_cart_is_returned_to():
    luck = together(who_comes(101, {0: 0.0}), after_step(101, 4, {1: 0.1}))
    tiny = Tiny(luck=luck)
    owner = tiny.customer()
    tiny.region.abandoned_carts.append(AbandonedCart(901, owner, {4: 2, 3: 1}, 0))
    tiny.at(50.0, lambda: begin_session(tiny.world, tiny.region, ArrivalMix(tiny.world.scenario)))
    tiny.run(1000)
    (started,) = tiny.told(SessionStarted)
    assert (started.customer_id, started.channel, started.at) == (None, "email", 50_000_000)
    assert tiny.told(CustomerIdentified) == [(101, owner.customer_id, 50_000_000)]
    assert [(cart.restored_from_cart_id, cart.at) for cart in tiny.told(CartOpened)] == [(901, 50_000_000)]
    assert [(item.product_id, item.quantity) for item in tiny.told(ItemAdded)] == [(3, 1), (4, 2)]
    assert steps(tiny) == [
        ("visit", 50.0), ("sign_in", 50.0), ("cart_restored", 50.0), ("cart_restored", 50.0),
        ("checkout", 78.0), ("order_placed", 153.0), ("payment_attempt", 177.0),
    ]  # fmt: skip
    assert [[(line.product_id, line.quantity) for line in order.lines] for order in tiny.told(OrderPlaced)] == [
        [(3, 1), (4, 2)]
    ]
    assert list(tiny.region.abandoned_carts) == []


@pytest.mark.parametrize(
    ("others", "channel"),
    [({"ads": 1.0, "search": 1.0}, "search"), ({}, "direct")],  # of two in the order of their names; of none
)
def test_email_brings_only_who_is_known(others, channel):
    weights = dict.fromkeys(("direct", "search", "social", "ads", "referral"), 0.0)
    demand = {"channel_weight": {**weights, **others, "email": 98.0}, "cart_return_share": 0.0}
    for registered_share, expected in ((1.0, "email"), (0.0, channel)):
        tiny = Tiny(scenario(demand={**demand, "registered_share": registered_share, "satisfaction_pull": 0.0}))
        tiny.customer().last_order_at = -10 * 86_400 * 10**6  # rested, and with a propensity above one half
        begin_session(tiny.world, tiny.region, ArrivalMix(tiny.world.scenario))
        (started,) = tiny.told(SessionStarted)
        assert (len(tiny.told(CustomerIdentified)), started.channel) == (registered_share == 1.0, expected)


def test_an_old_cart_is_forgotten():
    tiny = Tiny(scenario(demand={"cart_return_within_h": 1.0}), luck=who_comes(101, {0: 0.0}))
    tiny.region.abandoned_carts.append(AbandonedCart(901, tiny.customer(), {4: 2}, 0))
    tiny.at(3601.0, lambda: begin_session(tiny.world, tiny.region, ArrivalMix(tiny.world.scenario)))
    tiny.run(4000)
    assert [(start.customer_id, start.at) for start in tiny.told(SessionStarted)] == [(None, 3601_000_000)]
    assert [cart.restored_from_cart_id for cart in tiny.told(CartOpened)] == [None]


def test_who_is_in_a_session_does_not_come_a_second_time():
    tiny = Tiny(scenario(demand={"registered_share": 1.0, "cart_return_share": 0.0, "satisfaction_pull": 0.0}))
    customer = tiny.customer()
    customer.last_order_at = -10 * 86_400 * 10**6  # rested, and with a propensity above one half
    for at_s in (0.0, 10.0):
        tiny.at(at_s, lambda: begin_session(tiny.world, tiny.region, ArrivalMix(tiny.world.scenario)))
    tiny.run(20)
    first, second = tiny.told(SessionStarted)
    assert customer.in_session
    assert first.visitor_id == tiny.world.cookies.of(HOME, first.device, 0, 1).visitor_id != second.visitor_id


def test_a_left_cart_holds_what_its_rows_say():
    # 7 units are put into the cart, 3 are left at the checkout, and the shopper gives up
    tiny = Tiny(scenario(funnel={"one_more_unit": 0.9, "checkout_whim": 0.75}))
    tiny.visit(tiny.customer())
    tiny.at(158.0, lambda: tiny.warehouse.shelves[1].reserve(97))
    tiny.run(1000)
    recorded = {item.product_id: item.quantity for item in tiny.told(ItemAdded)}
    assert [cart.items for cart in tiny.region.abandoned_carts] == [recorded]
