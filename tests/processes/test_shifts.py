"""Couriers' shifts: 8 h to 16 h local, as the roster says."""

from __future__ import annotations

from sim.facts import ShiftEnded, ShiftStarted, TripEnded, TripStarted
from sim.luck import Purpose
from tests.processes.world import DAY_S, EPOCH, HOUR_S, Tiny, scenario


def test_a_courier_comes_and_goes_on_the_hour():
    tiny = Tiny()
    courier = tiny.employee()
    tiny.run(DAY_S)
    (began,) = tiny.told(ShiftStarted)
    assert (began.courier_id, began.at, began.ends_at) == (courier.courier_id, 8 * HOUR_S * 10**6, 16 * HOUR_S * 10**6)
    (ended,) = tiny.told(ShiftEnded)
    assert (ended.shift_id, ended.at) == (began.shift_id, 16 * HOUR_S * 10**6)


def test_a_day_off_is_a_day_off():
    tiny = Tiny()
    tiny.employee(off_days=frozenset({1, 2}))  # Tuesday and Wednesday; the epoch is a Monday
    tiny.run(7 * DAY_S - 1)
    assert [second // DAY_S for second in tiny.seconds(ShiftStarted)] == [0, 3, 4, 5, 6]


def test_who_is_absent_has_no_shift():
    tuesday = EPOCH.toordinal() + 1
    tiny = Tiny(scenario(delivery={"absence_share": 0.25}), luck={(Purpose.ROSTER, 101, tuesday): {0: 0.2}})
    tiny.employee()
    tiny.run(3 * DAY_S)
    assert [second // DAY_S for second in tiny.seconds(ShiftStarted)] == [0, 2]


def test_a_shift_that_runs_at_the_epoch_begins_with_it():
    tiny = Tiny(scenario(delivery={"shifts": ({"from_hour": 20.0, "hours": 8.0},)}))
    tiny.employee()
    tiny.run(DAY_S)
    assert [(s.at, s.ends_at) for s in tiny.told(ShiftStarted)] == [
        (0, 4 * HOUR_S * 10**6), (20 * HOUR_S * 10**6, 28 * HOUR_S * 10**6),
    ]  # fmt: skip
    assert tiny.seconds(ShiftEnded) == [4.0 * HOUR_S]


def test_parcels_of_the_night_leave_when_the_shift_begins():
    tiny = Tiny()
    tiny.employee()
    tiny.parcel(2 * HOUR_S)
    tiny.run(DAY_S)
    assert tiny.seconds(TripStarted) == [8.0 * HOUR_S]


def test_the_shift_of_who_is_still_out_ends_with_the_trip():
    # The trip starts at 15:54:40 and just fits: 100 + 120 + 100 s. At the door it takes 360 s instead of 120 s.
    tiny = Tiny(luck={(Purpose.LEG, 101, 0): {1: 0.9}})
    tiny.employee()
    tiny.parcel(16 * HOUR_S - 320, promised_s=60.0)
    tiny.run(2 * DAY_S)
    assert tiny.seconds(TripStarted) == [16.0 * HOUR_S - 320]
    assert tiny.seconds(TripEnded) == [16.0 * HOUR_S + 240]
    assert tiny.seconds(ShiftEnded) == [16.0 * HOUR_S + 240, DAY_S + 16.0 * HOUR_S]
    assert tiny.seconds(ShiftStarted) == [8.0 * HOUR_S, DAY_S + 8.0 * HOUR_S]
