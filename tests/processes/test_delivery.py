"""Trips: when they leave, whom they visit, when they are back. A van does 10 m/s and stops for 120 s."""

from __future__ import annotations

from sim.clock.units import seconds_us
from sim.facts import (
    DeliveryAttempted,
    OrderCancelled,
    OrderDelivered,
    OrderDispatched,
    OrderPacked,
    ParcelBroughtBack,
    ParcelLoaded,
    PaymentRefunded,
    SatisfactionMoved,
    ShiftEnded,
    StockMoved,
    TripEnded,
    TripStarted,
)
from sim.luck import Purpose
from sim.processes.delivery import dispatch_each_morning
from sim.shop.order import Order
from tests.processes.world import DAY_S, HOUR_S, Script, Tiny, by_hour, scenario

FAILS = {0: 0.0}  # an attempt whose luck is this low fails; one half does not


# --- leaving ---------------------------------------------------------------------------------------------------------


def test_a_parcel_waits_ten_minutes_for_company_and_is_driven_there_and_back():
    tiny = Tiny()
    tiny.courier()
    tiny.parcel(metres=3000)
    tiny.run(5000)
    (trip,) = tiny.told(TripStarted)
    assert (trip.at, trip.stops, trip.distance_m) == (600_000_000, 1, 6000)
    assert tiny.seconds(OrderDispatched) == [600.0]
    assert tiny.seconds(DeliveryAttempted) == tiny.seconds(OrderDelivered) == [600.0 + 300 + 120]
    assert tiny.seconds(TripEnded) == [1020.0 + 300]


def test_an_urgent_parcel_leaves_at_once():
    tiny = Tiny()
    tiny.courier()
    tiny.parcel(100.0, promised_s=100 + 30 * 60)  # not more than the half hour of slack is left
    tiny.run(5000)
    assert tiny.seconds(TripStarted) == [100.0]


def test_a_parcel_waits_no_longer_than_its_promise_allows():
    tiny = Tiny()
    tiny.courier()
    tiny.parcel(promised_s=200 + 30 * 60)
    tiny.run(5000)
    assert tiny.seconds(TripStarted) == [200.0]


def test_a_full_van_leaves_at_once():
    tiny = Tiny()
    tiny.courier()
    for at_s in (0.0, 10.0, 20.0):
        tiny.parcel(at_s)
    tiny.run(5000)
    assert [(trip.at, trip.stops) for trip in tiny.told(TripStarted)] == [(20_000_000, 3)]


def test_an_urgent_parcel_takes_the_waiting_ones_along():
    tiny = Tiny()
    tiny.courier()
    tiny.parcel(0.0)
    tiny.parcel(50.0, promised_s=60.0)
    tiny.run(5000)
    assert [(trip.at, trip.stops) for trip in tiny.told(TripStarted)] == [(50_000_000, 2)]


def test_one_by_one_sends_each_parcel_alone_and_at_once():
    tiny = Tiny(scenario(delivery={"dispatch_policy": "one_by_one"}))
    tiny.courier()
    tiny.parcel(0.0)
    tiny.parcel(10.0)
    tiny.run(5000)
    # 100 s there, 120 s at the door, 100 s back; then the next
    assert [(trip.at, trip.stops) for trip in tiny.told(TripStarted)] == [(0, 1), (320_000_000, 1)]


def test_without_a_free_courier_a_parcel_waits_until_one_is_back():
    tiny = Tiny()
    tiny.courier()
    tiny.parcel(0.0)  # out from 600 to 600 + 100 + 120 + 100
    tiny.parcel(650.0, promised_s=2000.0)  # within its slack
    tiny.run(5000)
    assert tiny.seconds(TripStarted) == [600.0, 920.0]


def test_the_courier_who_has_been_idle_longest_goes():
    tiny = Tiny()
    tired, rested = tiny.courier(), tiny.courier()
    tired.ready_at, rested.ready_at = -3, -5
    tiny.parcel(promised_s=60.0)
    tiny.run(1000)
    assert [trip.courier_id for trip in tiny.told(TripStarted)] == [rested.courier_id]


def test_a_bicycle_takes_neither_far_nor_heavy_parcels():
    tiny = Tiny()
    bicycle = tiny.courier("bicycle")
    tiny.parcel(metres=3000)  # farther than its 2 km
    tiny.parcel(units=((1, 6),))  # heavier than its 5 kg
    near = tiny.parcel(promised_s=60.0)
    tiny.run(5000)
    assert [(trip.courier_id, trip.stops) for trip in tiny.told(TripStarted)] == [(bicycle.courier_id, 1)]
    assert tiny.by_order(OrderDelivered) == {near.order_id: 200.0 + 120}  # 1000 m at 5 m/s
    assert len(tiny.warehouse.dock) == 2


# --- on the way ------------------------------------------------------------------------------------------------------


def test_stops_are_made_in_the_order_of_a_short_way():
    tiny = Tiny()
    tiny.courier()
    tiny.parcel(metres=3000)
    tiny.parcel(metres=1000)
    tiny.parcel(metres=2000)
    tiny.run(5000)
    assert [trip.distance_m for trip in tiny.told(TripStarted)] == [6000]
    assert [(p.delivery_id, p.stop_no) for p in tiny.told(ParcelLoaded)] == [(201, 1), (301, 2), (101, 3)]
    # each stop is 100 s of way and 120 s at the door after the one before; the way back is 300 s
    assert tiny.by_order(OrderDelivered) == {201: 220.0, 301: 440.0, 101: 660.0}
    assert tiny.seconds(TripEnded) == [960.0]


def test_traffic_of_the_hour_slows_the_ride_but_not_the_door():
    tiny = Tiny(scenario(delivery={"traffic_by_hour": by_hour({0: 2, 1: 1})}))
    tiny.courier()
    tiny.parcel(metres=3000, promised_s=60.0)
    tiny.run(5000)
    assert tiny.seconds(OrderDelivered) == [2 * 300.0 + 120]
    assert tiny.seconds(TripEnded) == [720.0 + 2 * 300]


def test_streets_are_longer_than_the_birds_line():
    tiny = Tiny(scenario(delivery={"detour_factor": 1.5}))
    tiny.courier()
    tiny.parcel(metres=2000, promised_s=60.0)
    tiny.run(5000)
    assert tiny.seconds(OrderDelivered) == [1.5 * 200 + 120]


# --- failed attempts -------------------------------------------------------------------------------------------------


def test_a_failed_attempt_is_made_again_after_a_pause():
    tiny = Tiny(luck={(Purpose.ATTEMPT, 101, 1): FAILS})
    tiny.courier()
    order = tiny.parcel(metres=3000)
    tiny.run(20_000)
    first, second = tiny.told(DeliveryAttempted)
    assert (first.attempt_no, first.outcome, first.delivery_status, first.at) == (
        1, "nobody_home", "awaiting_retry", 1020_000_000,
    )  # fmt: skip
    # three hours after the attempt it is ready again, and waits ten minutes for company: 1020 + 10800 + 600
    assert tiny.seconds(TripStarted) == [600.0, 12_420.0]
    assert (second.attempt_no, second.outcome, second.delivery_status, second.at) == (
        2, "delivered", "delivered", 12_840_000_000,
    )  # fmt: skip
    assert tiny.seconds(OrderDispatched) == [600.0]  # the first departure counts
    assert [p.dispatched_at for p in tiny.told(ParcelLoaded)] == [600_000_000, 600_000_000]
    assert [m.reason for m in tiny.told(SatisfactionMoved)] == ["failed_attempt", "delivered_early"]
    assert order.late is False


def test_after_the_last_attempt_the_money_and_the_goods_go_back():
    luck: Script = {(Purpose.ATTEMPT, 101, 1): FAILS, (Purpose.ATTEMPT, 101, 2): FAILS}
    tiny = Tiny(scenario(delivery={"most_attempts": 2}), luck=luck)
    tiny.courier()
    order = tiny.parcel(metres=3000, units=((1, 2), (4, 1)))
    tiny.run(20_000)
    assert [(a.delivery_status, a.at) for a in tiny.told(DeliveryAttempted)] == [
        ("awaiting_retry", 1020_000_000), ("undeliverable", 12_840_000_000),
    ]  # fmt: skip
    (cancelled,) = tiny.told(OrderCancelled)
    assert (cancelled.reason, cancelled.at) == ("undeliverable", 12_840_000_000)
    (refund,) = tiny.told(PaymentRefunded)
    assert (refund.amount_cents, refund.at) == (2 * 1000 + 250, 12_840_000_000)
    assert tiny.seconds(TripEnded)[-1] == 12_840.0 + 300
    assert [(m.product_id, m.quantity, m.reason, m.order_id, m.at) for m in tiny.told(StockMoved)] == [
        (1, 2, "cancellation", order.order_id, 13_140_000_000),
        (4, 1, "cancellation", order.order_id, 13_140_000_000),
    ]
    assert (tiny.warehouse.shelves[1].on_hand, tiny.warehouse.shelves[1].reserved) == (100, 0)
    assert tiny.told(OrderDelivered) == []


def test_a_refused_parcel_is_not_tried_again():
    tiny = Tiny(luck={(Purpose.ATTEMPT, 101, 1): {0: 0.0, 1: 0.99}})
    tiny.courier()
    tiny.parcel(metres=3000)
    tiny.run(20_000)
    assert [(a.outcome, a.delivery_status) for a in tiny.told(DeliveryAttempted)] == [("refused", "undeliverable")]
    assert tiny.seconds(OrderCancelled) == [1020.0]


def test_a_parcel_that_comes_late_fails_more_often():
    late = {"attempt_fails": 0.25, "attempt_fails_late": 0.75}  # its luck is one half
    for promised_s, outcome in ((220.0, "delivered"), (219.0, "nobody_home")):
        tiny = Tiny(scenario(delivery=late))
        tiny.courier()
        tiny.parcel(metres=1000, promised_s=promised_s)
        tiny.run(1000)
        assert [(a.outcome, a.at) for a in tiny.told(DeliveryAttempted)] == [(outcome, 220_000_000)]


# --- the end of the shift --------------------------------------------------------------------------------------------


def test_no_trip_is_begun_that_would_not_end_within_the_shift():
    tiny = Tiny()
    tiny.courier(until_s=1319.0)  # 600 + 300 + 120 + 300 is one second more
    tiny.parcel(metres=3000)
    tiny.run(5000)
    assert tiny.told(TripStarted) == []
    assert len(tiny.warehouse.dock) == 1


def test_a_trip_that_just_fits_into_the_shift_is_made():
    tiny = Tiny()
    tiny.courier(until_s=1320.0)
    tiny.parcel(metres=3000)
    tiny.run(5000)
    assert (tiny.seconds(TripStarted), tiny.seconds(ShiftEnded)) == ([600.0], [1320.0])


def test_a_trip_may_be_planned_into_the_overtime():
    tiny = Tiny(scenario(delivery={"overtime_min": 5.0}))
    tiny.courier(until_s=1020.0)
    tiny.parcel(metres=3000)
    tiny.run(5000)
    assert (tiny.seconds(TripEnded), tiny.seconds(ShiftEnded)) == ([1320.0], [1320.0])


def test_near_the_end_of_the_shift_the_farther_parcel_stays():
    tiny = Tiny()
    tiny.courier(until_s=1000.0)
    near, far = tiny.parcel(metres=1000), tiny.parcel(metres=3000)
    tiny.run(5000)
    # both would take 600 s of riding and 240 s at doors, the near one alone 200 + 120
    assert tiny.by_order(OrderDelivered) == {near.order_id: 820.0}
    assert list(tiny.warehouse.dock) == [far.order_id]


def test_the_last_trip_may_run_over_and_the_shift_ends_with_it():
    # With shape 2 the uniform 0.9 makes the stop 3 times the median: sqrt(0.9 / 0.1); 360 s instead of 120 s.
    tiny = Tiny(luck={(Purpose.LEG, 101, 0): {1: 0.9}})
    tiny.courier(until_s=1320.0)
    tiny.parcel(metres=3000)
    tiny.parcel(1400.0, promised_s=60.0)  # urgent, but the courier goes home
    tiny.run(5000)
    assert tiny.seconds(TripEnded) == [600.0 + 300 + 360 + 300]
    assert tiny.seconds(ShiftEnded) == [1560.0]
    assert tiny.seconds(TripStarted) == [600.0]


def test_a_parcel_back_on_the_dock_within_its_first_hold_does_not_stop_the_run():
    # Held until its promise's slack begins (10,200 s), it leaves earlier as company, fails, and is back while the first
    # process still waits for that instant: two processes wait for (10,200 s, DOCK, order 101).
    plan = scenario(delivery={"hold_min": 240.0, "retry_after_h": 0.5, "enough_for_a_trip": 0.5})
    tiny = Tiny(plan, luck={(Purpose.ATTEMPT, 101, 1): {0: 0.0}})
    tiny.courier()
    tiny.parcel(0.0, promised_s=12_000.0)
    tiny.parcel(10.0, promised_s=12_000.0)
    tiny.run(20_000)
    assert len(tiny.told(OrderDelivered)) == 2


# --- the slot, and the night -----------------------------------------------------------------------------------------

DAY = {"slots": {"from_hour": 8.0, "until_hour": 22.0, "hours": 2.0, "every_min": 60.0}}


def in_slot(tiny: Tiny, starts_s: float, **parcel: float) -> Order:
    order = tiny.parcel(promised_s=starts_s + 7200, **parcel)
    order.slot_starts_at = seconds_us(starts_s)
    return order


def test_a_courier_who_is_there_before_the_slot_waits_at_the_door():
    tiny = Tiny()
    tiny.courier()
    in_slot(tiny, 2000.0, metres=3000)
    tiny.run(5000)
    assert tiny.seconds(TripStarted) == [600.0]  # there at 900
    assert tiny.seconds(DeliveryAttempted) == [2000.0 + 120]


def test_a_packed_parcel_leaves_when_its_way_takes_it_to_its_slot():
    tiny = Tiny(scenario(promise={"planned_speed_km_per_h": 36.0, "planned_stops_before_min": 5.0}))
    tiny.courier()
    order = tiny.paid(metres=3000, promised_s=10_000.0)
    order.slot_starts_at = seconds_us(6400)
    tiny.run(10_000)
    assert tiny.by_order(OrderPacked) == {order.order_id: 160.0}
    assert tiny.seconds(TripStarted) == [6400.0 - 600 + 600]  # 300 s of way and of stops; and the wait for company
    assert tiny.seconds(DeliveryAttempted) == [6400.0 + 300 + 120]


def test_who_comes_too_early_in_the_morning_waits_until_people_are_up():
    tiny = Tiny(scenario(**DAY))
    tiny.courier()
    tiny.parcel(metres=3000, at_s=7 * HOUR_S)
    tiny.run(9 * HOUR_S)
    assert tiny.seconds(TripStarted) == [7 * HOUR_S + 600.0]
    assert tiny.seconds(DeliveryAttempted) == [8 * HOUR_S + 120.0]


def test_no_trip_leaves_that_would_not_be_over_when_people_go_to_bed():
    tiny = Tiny(scenario(**DAY))
    tiny.courier()
    tiny.parcel(metres=3000, at_s=22 * HOUR_S - 600 - 719)  # 600 of wait, 300 + 120 + 300 of trip are one second more
    tiny.run(DAY_S)
    assert tiny.told(TripStarted) == []


def test_what_cannot_be_rung_for_any_more_comes_back_and_leaves_in_the_morning():
    slow = {0: 0.99}  # a leg of eight times the usual
    tiny = Tiny(
        scenario(**DAY, delivery={"travel_sigma": 0.9}),
        luck={(Purpose.LEG, 101, 1): slow, (Purpose.LEG, 201, 1): {}},
    )
    tiny.courier()
    tiny.env.process(dispatch_each_morning(tiny.world, tiny.warehouse))
    near = tiny.parcel(metres=1000, at_s=21 * HOUR_S + 1200)
    far = tiny.parcel(metres=3000, at_s=21 * HOUR_S + 1200)
    tiny.run(DAY_S + 12 * HOUR_S)
    left, again = tiny.seconds(TripStarted)
    assert left == 21 * HOUR_S + 1800
    rung = {a.delivery_id: a.at / 1e6 for a in tiny.told(DeliveryAttempted)}
    assert rung[near.delivery_id] == left + 100 + 120
    assert [(b.delivery_id) for b in tiny.told(ParcelBroughtBack)] == [far.delivery_id]
    assert [(e.brought_back) for e in tiny.told(TripEnded)] == [1, 0]
    assert again == DAY_S + 8 * HOUR_S
    assert rung[far.delivery_id] == again + 300 + 120
    assert far.attempts == 1


def test_after_a_failure_in_the_evening_the_next_attempt_is_in_the_morning():
    tiny = Tiny(scenario(**DAY), luck={(Purpose.ATTEMPT, 101, 1): FAILS})
    tiny.courier()
    tiny.parcel(metres=3000, at_s=20 * HOUR_S)
    tiny.run(DAY_S + 12 * HOUR_S)
    first, second = tiny.seconds(DeliveryAttempted)
    assert first == 20 * HOUR_S + 600 + 300 + 120  # three hours later it is night
    assert second == DAY_S + 8 * HOUR_S + 300 + 120  # its promise has passed, so it waits for no company


# --- the courier -----------------------------------------------------------------------------------------------------


def test_a_courier_loads_before_each_trip():
    tiny = Tiny(scenario(delivery={"loading_min": 20.0, "loading_sigma": 0.0}))
    tiny.employee()  # from 8 h on
    tiny.parcel(metres=3000)
    tiny.parcel(at_s=8 * HOUR_S + 1500, metres=3000)
    tiny.run(12 * HOUR_S)
    first, second = tiny.seconds(TripStarted)
    assert first == 8 * HOUR_S + 1200
    assert tiny.seconds(TripEnded)[0] == first + 300 + 120 + 300
    assert second == first + 720 + 1200  # the second one stands there, and nobody else is free


def test_the_break_comes_with_the_end_of_a_trip_after_half_of_the_shift():
    tiny = Tiny(scenario(delivery={"break_after_h": 4.0, "break_min": 30.0}))
    tiny.employee()
    for hour in (9, 12, 13):
        tiny.parcel(at_s=hour * HOUR_S, metres=3000)
    tiny.parcel(at_s=12 * HOUR_S + 700, metres=3000)
    tiny.run(16 * HOUR_S)
    started, ended = tiny.seconds(TripStarted), tiny.seconds(TripEnded)
    assert ended[1] == 12 * HOUR_S + 600 + 720  # it left at 12:10
    assert started[2] == ended[1] + 1800
    assert started[3] == 13 * HOUR_S + 600  # there is one break a shift


def test_a_slow_courier_takes_longer_for_way_and_door():
    tiny = Tiny()
    tiny.courier().pace = 1.5
    tiny.parcel(metres=3000)
    tiny.run(5000)
    assert tiny.seconds(DeliveryAttempted) == [600 + 1.5 * (300 + 120)]
    assert tiny.seconds(TripEnded) == [600 + 1.5 * (300 + 120 + 300)]


def test_who_is_new_is_slower():
    tiny = Tiny(scenario(delivery={"novice_slower": 0.5, "learning_days": 1e-3}))
    veteran, novice = tiny.courier(), tiny.courier()
    veteran.hired_at, novice.hired_at = -seconds_us(DAY_S), seconds_us(600)
    for courier in (veteran, novice):
        courier.ready_at = courier.courier_id
    tiny.parcel(metres=3000)
    tiny.run(5000)
    assert tiny.seconds(DeliveryAttempted) == [600 + 300 + 120]
    tiny = Tiny(scenario(delivery={"novice_slower": 0.5, "learning_days": 1000.0}))
    tiny.courier()  # hired at the epoch
    tiny.parcel(metres=3000)
    tiny.run(5000)
    (at,) = tiny.seconds(DeliveryAttempted)
    assert 1.499 * 420 < at - 600 < 1.5 * 420
