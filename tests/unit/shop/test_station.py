"""A station: who is taken next, by how many people, and who is not taken at all."""

from __future__ import annotations

from sim.clock.units import HOUR_US
from sim.shop.station import Station


class TwoFromNineOn:
    """Two people, from 9 h on."""

    def on_duty(self, at_us: int) -> int:
        return 2 if at_us >= 9 * HOUR_US else 0

    def next_change(self, at_us: int) -> int:
        return max(at_us + HOUR_US, 9 * HOUR_US)


def queued(station: Station, orders: list[tuple[int, int, int]]) -> list[int]:
    """Let orders (id, promised at, waiting since) queue, and return the ids of those that were begun, as they are."""
    begun: list[int] = []
    for order_id, promised_at, since in orders:
        station.enqueue(order_id, promised_at, since, lambda order_id=order_id: begun.append(order_id))  # type: ignore[misc]
    return begun


def test_the_most_urgent_promise_is_taken_first_or_who_has_waited_longest():
    orders = [(101, 30, 1), (201, 10, 2), (301, 20, 3)]
    for by_promise, expected in ((True, [201, 301]), (False, [101, 201])):
        station = Station(TwoFromNineOn(), by_promise=by_promise)
        begun = queued(station, orders)
        station.assign(9 * HOUR_US)
        assert (begun, station.busy, station.waiting) == (expected, 2, 1)


def test_equal_ones_are_taken_by_their_ids():
    station = Station(TwoFromNineOn(), by_promise=True)
    begun = queued(station, [(301, 10, 1), (101, 10, 3), (201, 10, 2)])
    station.assign(9 * HOUR_US)
    assert begun == [101, 201]


def test_nobody_begins_while_nobody_is_on_duty_or_the_warehouse_is_out():
    station = Station(TwoFromNineOn(), by_promise=False, is_out=lambda at: at < 10 * HOUR_US)
    begun = queued(station, [(101, 0, 0)])
    for hour in (8, 9):
        station.assign(hour * HOUR_US)
    assert (begun, station.waiting) == ([], 1)
    station.assign(10 * HOUR_US)
    assert (begun, station.waiting) == ([101], 0)


def test_who_gives_up_is_passed_over_and_who_is_free_takes_the_next():
    station = Station(TwoFromNineOn(), by_promise=False)
    begun = queued(station, [(101, 0, 1), (201, 0, 2), (301, 0, 3), (401, 0, 4)])
    station.give_up(201)
    assert station.waiting == 3
    station.assign(9 * HOUR_US)
    assert begun == [101, 301]
    station.done(10 * HOUR_US)
    assert (begun, station.busy, station.waiting) == ([101, 301, 401], 2, 0)


def test_who_is_at_work_finishes_when_the_shift_shrinks():
    station = Station(TwoFromNineOn(), by_promise=False)
    begun = queued(station, [(101, 0, 1), (201, 0, 2), (301, 0, 3)])
    station.assign(9 * HOUR_US)
    station.done(8 * HOUR_US)  # an hour at which nobody is on duty
    assert (begun, station.busy, station.waiting) == ([101, 201], 1, 1)
