"""Incidents in the tiny world: what each kind changes, from the microsecond after its beginning up to its end."""

from __future__ import annotations

from typing import Any

import pytest

from sim.clock.units import seconds_us
from sim.facts import (
    DeliveryAttempted,
    IncidentBegan,
    IncidentEnded,
    OrderCancelled,
    OrderPaid,
    PackStarted,
    PaymentAttempted,
    PickStarted,
    PriceSet,
    ShiftEnded,
    ShiftStarted,
    TripEnded,
    TripStarted,
)
from sim.luck import Luck, Purpose
from sim.processes.fulfilment import change_of_staff
from sim.processes.incidents import carry_out
from sim.processes.prices import change_prices, record_opening_prices
from sim.shop.catalogue import Catalogue
from sim.snapshot import IncidentRequest
from tests.processes.world import DAY_S, HOUR_S, MARKET, WAREHOUSE, Script, Tiny, scenario

CITY = 1
AFTER = 1e-6  # the first instant after an incident's end, in seconds
USUAL = {"courier_strike": 1.0, "warehouse_outage": None, "traffic_jam": 2.0, "payment_outage": 1.0, "flash_sale": 0.5}


def request(kind: str, hours: float, id_: int = 2, **what: Any) -> IncidentRequest:
    strength = what.pop("strength", USUAL[kind])
    place = what.pop("city_id", CITY), what.pop("warehouse_id", None)
    return IncidentRequest(id_, kind, *place, strength, hours, **{"has_begun": False, "shall_end": False, **what})


def incident(tiny: Tiny, kind: str, at_s: float, hours: float, **what: Any) -> None:
    tiny.at(at_s, lambda: carry_out(tiny.world, request(kind, hours, **what)))


# --- couriers on strike ----------------------------------------------------------------------------------------------


def test_who_strikes_begins_no_trip_and_goes_out_when_the_strike_is_over():
    tiny = Tiny()
    tiny.employee()
    incident(tiny, "courier_strike", 9 * HOUR_S, 3)
    tiny.parcel(9.5 * HOUR_S)
    tiny.run(DAY_S)
    assert tiny.seconds(TripStarted) == [12 * HOUR_S + AFTER]
    assert tiny.seconds(ShiftStarted) == [8 * HOUR_S]
    assert tiny.seconds(ShiftEnded) == [16 * HOUR_S]


def test_a_trip_under_way_is_finished_in_a_strike():
    # Ride 100 s, door 120 s, ride 100 s; the strike begins while the courier is on the way.
    tiny = Tiny()
    tiny.employee()
    tiny.parcel(9 * HOUR_S, promised_s=9 * HOUR_S)
    incident(tiny, "courier_strike", 9 * HOUR_S + 50, 3)
    tiny.run(DAY_S)
    assert tiny.seconds(TripStarted) == [9 * HOUR_S]
    assert tiny.seconds(DeliveryAttempted) == [9 * HOUR_S + 220]
    assert tiny.seconds(TripEnded) == [9 * HOUR_S + 320]


def test_a_shift_that_begins_in_a_strike_is_not_worked_at_all():
    tiny = Tiny()
    tiny.employee()
    incident(tiny, "courier_strike", 7 * HOUR_S, 2)
    tiny.parcel(7.5 * HOUR_S)
    tiny.run(2 * DAY_S)
    assert tiny.seconds(ShiftStarted) == [DAY_S + 8 * HOUR_S]
    assert tiny.seconds(TripStarted) == [DAY_S + 8 * HOUR_S]


@pytest.mark.parametrize(("luck", "comes"), [(0.39, False), (0.41, True)], ids=["strikes", "works"])
def test_of_a_partial_strike_every_courier_decides_alone(luck: float, comes: bool):
    script: Script = {(Purpose.STRIKE, 101, 2): {0: luck}}
    tiny = Tiny(luck=script)
    tiny.employee()
    incident(tiny, "courier_strike", 7 * HOUR_S, 2, strength=0.4)
    tiny.run(DAY_S)
    assert bool(tiny.told(ShiftStarted)) == comes


@pytest.mark.parametrize("place", [{"city_id": 2}, {"warehouse_id": 12}], ids=["another city", "another warehouse"])
def test_a_strike_elsewhere_is_nothing_here(place: dict[str, int]):
    tiny = Tiny()
    tiny.employee()
    incident(tiny, "courier_strike", 7 * HOUR_S, 2, **place)
    tiny.run(DAY_S)
    assert tiny.seconds(ShiftStarted) == [8 * HOUR_S]


@pytest.mark.parametrize(
    "place", [{"city_id": None}, {}, {"warehouse_id": WAREHOUSE}], ids=["all", "city", "warehouse"]
)
def test_a_strike_may_be_everywhere_or_narrower(place: dict[str, int | None]):
    tiny = Tiny()
    tiny.employee()
    incident(tiny, "courier_strike", 7 * HOUR_S, 2, **place)
    tiny.run(DAY_S)
    assert tiny.told(ShiftStarted) == []


# --- a warehouse that is out -----------------------------------------------------------------------------------------


def test_in_an_outage_work_in_hand_is_finished_and_nothing_is_begun():
    # Picking takes 100 s, packing 60 s. The first order is picked when the outage begins, and not packed until its end.
    tiny = Tiny()
    for at_s in (0, 10):
        tiny.paid(at_s)
    incident(tiny, "warehouse_outage", 50, 1)
    tiny.run(2 * HOUR_S)
    past = 50 + HOUR_S + AFTER
    assert tiny.seconds(PickStarted) == [0, past]
    assert tiny.seconds(PackStarted) == [past, past + 100]


def test_a_station_closed_at_the_outages_end_waits_for_its_opening():
    tiny = Tiny(scenario(warehouse={"pickers_by_hour": (1, 1, 0, 0) + (1,) * 20}))
    tiny.env.process(change_of_staff(tiny.env, tiny.warehouse.pickers, 1))
    tiny.paid(HOUR_S + 10)
    incident(tiny, "warehouse_outage", HOUR_S, 1.5)
    tiny.run(5 * HOUR_S)
    assert tiny.seconds(PickStarted) == [4 * HOUR_S]


# --- slower roads ----------------------------------------------------------------------------------------------------


def test_legs_that_begin_in_a_jam_take_longer_and_those_under_way_go_on_as_they_began():
    # Free ride 100 s, door 120 s. The way there began before the jam; the way back takes three times as long.
    tiny = Tiny()
    tiny.courier()
    tiny.parcel(0, promised_s=0.0)
    incident(tiny, "traffic_jam", 50, 1, strength=3.0)
    tiny.run(HOUR_S)
    assert tiny.seconds(DeliveryAttempted) == [220]
    assert tiny.seconds(TripEnded) == [220 + 300]


def test_jams_at_once_multiply():
    tiny = Tiny()
    tiny.courier()
    incident(tiny, "traffic_jam", 0, 1, strength=3.0)
    incident(tiny, "traffic_jam", 1, 1, id_=4, strength=1.5)
    tiny.parcel(10, promised_s=0.0)
    tiny.run(HOUR_S)
    assert tiny.seconds(DeliveryAttempted) == [10 + 450 + 120]


def test_who_leaves_in_a_jam_reckons_with_it():
    # The round takes 320 s, with the jam 520 s: too long for what is left of the shift.
    tiny = Tiny()
    tiny.employee()
    incident(tiny, "traffic_jam", 15 * HOUR_S, 1)
    tiny.parcel(16 * HOUR_S - 400, promised_s=0.0)
    tiny.run(DAY_S)
    assert tiny.told(TripStarted) == []


# --- payments that fail ----------------------------------------------------------------------------------------------


def test_while_the_provider_is_out_every_attempt_is_declined_for_that_reason():
    tiny = Tiny()
    visit = tiny.visit()
    incident(tiny, "payment_outage", 0, 24)
    tiny.run(HOUR_S)
    attempts = tiny.told(PaymentAttempted)
    assert [(one.status, one.decline_reason) for one in attempts] == [("declined", "provider_unavailable")] * 3
    assert [fact.reason for fact in tiny.told(OrderCancelled)] == ["payment_failed"]
    assert visit.order is not None


def test_a_partial_outage_declines_by_the_attempts_own_luck():
    script: Script = {(Purpose.PAYMENT, 101, 1): {3: 0.19}, (Purpose.PAYMENT, 101, 2): {3: 0.21}}
    tiny = Tiny(luck=script)
    tiny.visit()
    incident(tiny, "payment_outage", 0, 24, strength=0.2)
    tiny.run(HOUR_S)
    assert [one.decline_reason for one in tiny.told(PaymentAttempted)] == ["provider_unavailable", None]
    assert len(tiny.told(OrderPaid)) == 1


# --- prices ----------------------------------------------------------------------------------------------------------


def test_every_product_opens_at_its_list_price_and_promotions_begin_at_the_epoch():
    tiny = Tiny(promotions={(2, 0): 450})
    record_opening_prices(tiny.world)
    week_before = -seconds_us(7 * DAY_S)
    assert [(p.product_id, p.at, p.price_cents, p.reason) for p in tiny.told(PriceSet)] == [
        (1, week_before, 1000, "opening"), (2, week_before, 500, "opening"), (3, week_before, 2000, "opening"),
        (4, week_before, 250, "opening"), (2, 0, 450, "promotion"),
    ]  # fmt: skip


def test_recorded_prices_are_those_that_are_asked_also_when_sales_and_weeks_meet():
    """Sales that first act, and that end, in the very instant in which a week begins; two at once; one cut short."""
    catalogue = Catalogue.build(MARKET, Luck(1), products=60, promotion_share=0.2)
    tiny, week = Tiny(catalogue=catalogue), 7 * DAY_S
    record_opening_prices(tiny.world)
    tiny.env.process(change_prices(tiny.world))
    everywhere = {"city_id": None}
    incident(tiny, "flash_sale", week - AFTER, 2, strength=0.5, **everywhere)
    incident(tiny, "flash_sale", week, 1, id_=4, strength=0.8, **everywhere)
    incident(tiny, "flash_sale", week + 1800, 1, id_=4, has_begun=True, shall_end=True, **everywhere)
    incident(tiny, "flash_sale", 2 * week - HOUR_S - AFTER, 1, id_=6, strength=0.6, **everywhere)
    tiny.run(2 * week + DAY_S)
    recorded = {(fact.product_id, fact.at): fact.price_cents for fact in tiny.told(PriceSet)}
    assert len(recorded) == len(tiny.told(PriceSet))
    moments = sorted({at for _, at in recorded})
    us = seconds_us(week)
    assert moments == [
        -us, 0, us, us + 1, us + seconds_us(1800) + 1, us + seconds_us(2 * HOUR_S), 2 * us - seconds_us(HOUR_S), 2 * us,
    ]  # fmt: skip
    for at in (near for moment in moments[2:] for near in (moment - 1, moment, moment + 1)):
        for product in catalogue.products:
            newest = max(then for id_, then in recorded if id_ == product.product_id and then <= at)
            assert recorded[product.product_id, newest] == tiny.world.price_cents(product, at)


# --- beginning and ending by hand ------------------------------------------------------------------------------------


def test_an_incident_says_when_it_begins_and_until_when_it_is_meant_to_last():
    tiny = Tiny()
    incident(tiny, "traffic_jam", 100, 1.5)
    tiny.run(HOUR_S)
    began = 100 * 10**6, (100 + 5400) * 10**6
    assert tiny.told(IncidentBegan) == [IncidentBegan(2, "traffic_jam", CITY, None, 2.0, 1.5, "hand", *began)]


def test_an_incident_ended_by_hand_is_over_at_once_and_its_old_end_means_nothing():
    tiny = Tiny()
    tiny.employee()
    incident(tiny, "courier_strike", 9 * HOUR_S, 3)
    incident(tiny, "courier_strike", 10 * HOUR_S, 3, has_begun=True, shall_end=True)
    tiny.parcel(9.5 * HOUR_S)
    tiny.run(DAY_S)
    assert tiny.told(IncidentEnded) == [IncidentEnded(2, seconds_us(10 * HOUR_S))]
    assert tiny.seconds(TripStarted) == [10 * HOUR_S + AFTER]


def test_what_is_asked_for_again_is_not_done_again():
    tiny = Tiny()
    assert carry_out(tiny.world, request("traffic_jam", 1))
    assert not carry_out(tiny.world, request("traffic_jam", 1))
    assert not carry_out(tiny.world, request("traffic_jam", 1, has_begun=True))
    assert carry_out(tiny.world, request("traffic_jam", 1, has_begun=True, shall_end=True))
    assert not carry_out(tiny.world, request("traffic_jam", 1, has_begun=True, shall_end=True))
    assert (len(tiny.told(IncidentBegan)), len(tiny.told(IncidentEnded))) == (1, 1)


def test_an_incident_that_shall_begin_and_end_at_once_has_no_length():
    tiny = Tiny()
    tiny.courier()
    incident(tiny, "traffic_jam", 0, 1, strength=3.0, shall_end=True)
    tiny.parcel(0, promised_s=0.0)
    tiny.run(HOUR_S)
    assert [(fact.at, fact.ends_at) for fact in tiny.told(IncidentBegan)] == [(0, 3600 * 10**6)]
    assert [fact.at for fact in tiny.told(IncidentEnded)] == [0]
    assert tiny.seconds(DeliveryAttempted) == [220]


def test_a_strike_that_shall_begin_and_end_at_once_keeps_nobody_back():
    tiny = Tiny()
    tiny.employee()
    incident(tiny, "courier_strike", 9 * HOUR_S, 3, shall_end=True)
    tiny.parcel(9.5 * HOUR_S, promised_s=9.5 * HOUR_S)
    tiny.run(DAY_S)
    assert tiny.seconds(TripStarted) == [9.5 * HOUR_S]


def test_whoever_asks_for_something_that_is_unknown_though_it_has_begun_gets_nothing():
    tiny = Tiny()
    assert not carry_out(tiny.world, request("traffic_jam", 1, has_begun=True, shall_end=True))
    assert tiny.facts == []
