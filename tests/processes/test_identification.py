"""Identification: who signs in or up, when, and what the shop keeps of it."""

from __future__ import annotations

import pytest

from sim.clock.units import HOUR_US
from sim.facts import (
    CustomerIdentified,
    CustomerRegistered,
    DeviceRemembered,
    OrderPlaced,
    SessionStarted,
    SessionStepped,
)
from sim.processes.arrivals import _EARLIER, _EARLY, _IN_PRIVATE, ArrivalMix, begin_session
from sim.shop.traits import home_key
from tests.processes.world import DAY_S, Tiny, scenario, together, who_comes

ONLY_CUSTOMERS = {
    "registered_share": 1.0,
    "cart_return_share": 0.0,
    "satisfaction_pull": 0.0,
    "recency_floor": 1.0,
    "rest_after_order_days": 0.0,
}
ONLY_STRANGERS = {"registered_share": 0.0, "cart_return_share": 0.0}
A_LIFE_OF_ITS_OWN = {"cookie_life_days": 7.0, "cookie_life_sigma": 0.0}


def steps(tiny: Tiny) -> list[tuple[str, float]]:
    return [(step.event_type, step.at / 1e6) for step in tiny.told(SessionStepped)]


def come(tiny: Tiny, *at_s: float) -> list[SessionStarted]:
    """Let sessions begin at these instants, each long over before the next."""
    for second in at_s:
        tiny.at(second, lambda: begin_session(tiny.world, tiny.region, ArrivalMix(tiny.world.scenario)))
    tiny.run(at_s[-1] + 3600)
    return tiny.told(SessionStarted)


def test_who_is_not_signed_in_signs_in_at_the_checkout():
    tiny = Tiny()
    customer = tiny.customer()
    visit = tiny.visit(customer, 10.0, signed_in=False)
    tiny.run(1000)
    assert steps(tiny) == [
        ("visit", 10.0), ("product_view", 38.0), ("add_to_cart", 66.0), ("checkout", 94.0),
        ("sign_in", 169.0), ("order_placed", 244.0), ("payment_attempt", 268.0),
    ]  # fmt: skip
    assert tiny.told(CustomerIdentified) == [(visit.session_id, customer.customer_id, 169_000_000)]
    assert [order.customer_id for order in tiny.told(OrderPlaced)] == [customer.customer_id]
    assert tiny.told(CustomerRegistered) == []


def test_some_sign_in_before_they_look_around():
    tiny = Tiny(luck=who_comes(101, {_EARLY: 0.29}))
    tiny.visit(tiny.customer(), signed_in=False)
    tiny.run(1000)
    assert steps(tiny)[:3] == [("visit", 0.0), ("sign_in", 28.0), ("product_view", 56.0)]


def test_some_strangers_open_an_account_without_an_order():
    tiny = Tiny(scenario(funnel={"checkout_whim": 1.0}), luck=who_comes(101, {_EARLY: 0.011}))
    tiny.visit()
    tiny.run(1000)
    assert steps(tiny)[:3] == [("visit", 0.0), ("sign_up", 28.0), ("product_view", 56.0)]
    (registered,) = tiny.told(CustomerRegistered)
    assert (registered.registered_at, registered.registered_by) == (28_000_000, "sign_up")
    assert tiny.told(OrderPlaced) == []
    assert [cart.customer.customer_id for cart in tiny.region.abandoned_carts] == [registered.customer_id]
    assert not tiny.region.customers[0].in_session


def test_who_is_no_guest_opens_an_account_at_the_checkout():
    tiny = Tiny(scenario(identity={"guest_checkout": 0.4}))
    tiny.visit()
    tiny.run(1000)
    assert [name for name, _ in steps(tiny)][3:6] == ["checkout", "sign_up", "order_placed"]
    assert [registered.registered_by for registered in tiny.told(CustomerRegistered)] == ["sign_up"]


def test_the_cart_of_somebody_not_known_cannot_be_returned_to():
    tiny = Tiny(scenario(funnel={"after_add_checkout": 0.0, "after_add_leave": 1.0}))
    customer = tiny.customer()
    tiny.visit(customer, signed_in=False)
    tiny.run(1000)
    assert list(tiny.region.abandoned_carts) == []
    assert not customer.in_session


def test_who_signed_in_is_known_from_the_start_until_the_cookie_is_lost():
    tiny = Tiny(scenario(demand=ONLY_CUSTOMERS, identity={**A_LIFE_OF_ITS_OWN, "signed_in_at_opening": 0.0}))
    customer = tiny.customer()
    person = tiny.world.person(customer)
    device = person.device(0.5, 0.5)
    lost_h = next(h for h in range(3, 7 * 24 + 1) if tiny.world.cookies.of(person.key, device, h * HOUR_US, 1).number)
    starts = come(tiny, *((lost_h - earlier) * 3600.0 for earlier in (3, 1, 0)))
    assert [start.customer_id for start in starts] == [None, customer.customer_id, None]
    assert starts[0].visitor_id == starts[1].visitor_id != starts[2].visitor_id
    kept = tiny.told(DeviceRemembered)
    assert [(device.visitor_id, device.is_new) for device in kept] == [
        (starts[0].visitor_id, True), (starts[2].visitor_id, False)
    ]  # fmt: skip


def test_a_private_window_is_forgotten():
    tiny = Tiny(scenario(demand=ONLY_CUSTOMERS), luck=together(*(who_comes(n, {_IN_PRIVATE: 0.0}) for n in (101, 201))))
    tiny.customer()
    starts = come(tiny, 0.0, DAY_S)
    assert [start.customer_id for start in starts] == [None, None]
    assert starts[0].visitor_id != starts[1].visitor_id
    assert len(tiny.told(CustomerIdentified)) == 2
    assert tiny.told(DeviceRemembered) == []


@pytest.mark.parametrize("returns", [True, False])
def test_a_stranger_of_earlier_days_comes_again_with_the_same_cookie(returns):
    """Of the tenth session the lag is 2 of them: it is of whom the eighth would have brought new."""
    plan = scenario(
        demand={**ONLY_STRANGERS, "sessions_per_day": 1.0},
        funnel={"bounce": 1.0},
        identity={"stranger_returns": 0.6 if returns else 0.4, "one_stranger_returns_in": 8},
    )
    tiny = Tiny(plan, luck=together(*(who_comes(n * 100 + 1, {_EARLIER: 0.9, 6: n / 100}) for n in range(1, 10))))
    starts = come(tiny, *(n * 3600.0 for n in range(10)))
    assert len({start.visitor_id for start in starts[:9]}) == 9
    assert (starts[9].visitor_id == starts[7].visitor_id) is returns


def test_who_has_become_a_customer_comes_no_more_as_a_stranger():
    plan = scenario(demand=ONLY_STRANGERS, identity={"stranger_returns": 1.0, "one_stranger_returns_in": 1})
    tiny = Tiny(plan)
    tiny.region.ids.next("session")
    home = tiny.region.home(0.5, 0.5, 0.5)
    assert tiny.region.may_come_as_a_stranger(home_key(*home))
    tiny.customer(home)
    assert not tiny.region.may_come_as_a_stranger(home_key(*home))
