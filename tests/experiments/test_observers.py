"""Figures of a few facts, worked out by hand. The window is the second of two days; times are hours since the epoch."""

from __future__ import annotations

from math import isnan

import pytest

from sim.clock.units import DAY_US, HOUR_US, MINUTE_US
from sim.experiments.metrics import METRICS
from sim.experiments.observers import Observer, Window
from sim.experiments.replication import person_time_us
from sim.facts import (
    CartClosed,
    CourierHired,
    CustomerDrawn,
    Fact,
    OrderCancelled,
    OrderDelivered,
    OrderDispatched,
    OrderLine,
    OrderPacked,
    OrderPaid,
    OrderPicked,
    OrderPlaced,
    PackStarted,
    PickStarted,
    ReturnRequested,
    ReviewWritten,
    SatisfactionMoved,
    SessionEnded,
    SessionStarted,
    SessionStepped,
    ShiftEnded,
    ShiftStarted,
    TripEnded,
    TripStarted,
)

WINDOW = Window(DAY_US, 2 * DAY_US)
SOMEBODY = 99


def at(hours: float) -> int:
    return round(hours * HOUR_US)


def customer(id_: int, points: int) -> Fact:
    return CustomerDrawn(id_, "loyal", points, 1.0, 10, "mobile", "direct", "card", 1, 1.0, 0.0, 1.0, 1.0, 1.0)


def figures(*facts: Fact, pickers_on_duty_h: float = 0.0) -> dict[str, float]:
    observer = Observer(WINDOW)
    for fact in (customer(SOMEBODY, 50), *facts):
        observer.tell(fact)
    return observer.figures(at(pickers_on_duty_h))


def placed(
    id_: int, hour: float, promised: float, *, cents: int = 1000, lines: int = 1, customer: int = SOMEBODY
) -> Fact:
    ordered = tuple(OrderLine(no, no, 1, cents // lines) for no in range(1, lines + 1))
    return OrderPlaced(id_, customer, id_, 11, 1, at(hour), at(promised), at(hour), cents, 0, 0, cents, ordered)


def paid(id_: int, hour: float) -> Fact:
    return OrderPaid(id_, 2, at(hour))


def delivered(id_: int, hour: float) -> Fact:
    return OrderDelivered(id_, 6, at(hour))


def cancelled(id_: int, hour: float) -> Fact:
    return OrderCancelled(id_, 3, "changed_mind", at(hour))


def test_a_window_in_which_nothing_happened_has_counts_of_nothing_and_no_shares():
    found = figures()
    counts = {"sessions_per_day", "orders_per_day", "revenue_per_day", "couriers", "courier_hours_per_day"}
    assert {name: value for name, value in found.items() if not isnan(value)} == dict.fromkeys(counts, 0.0)
    assert list(found) == [metric.name for metric in METRICS]


def test_sessions_carts_and_views_of_the_warm_up_do_not_count():
    def session(id_: int, starts: float, ends: float, outcome: str) -> list[Fact]:
        return [
            SessionStarted(id_, id_, None, 1, 11, "direct", "mobile", at(starts)),
            SessionEnded(id_, outcome, None, at(ends)),
        ]

    def view(hour: float, *, found: bool) -> Fact:
        return SessionStepped(1, 1, "product_view", 1, found, at(hour))

    found = figures(
        *session(1, 22, 23, "ordered"),
        *session(2, 23.9, 24.1, "ordered"),  # begun before the window, ended in it
        *session(3, 30, 30.1, "bounced"),
        *session(4, 31, 31.1, "cart_abandoned"),
        *session(5, 32, 32.1, "payment_failed"),
        CartClosed(1, "abandoned", "whim", at(23)),
        CartClosed(2, "ordered", None, at(24.1)),
        CartClosed(4, "abandoned", "whim", at(31.1)),
        CartClosed(5, "abandoned", "payment", at(32.1)),
        view(23, found=False),
        view(25, found=True),
        view(26, found=True),
        view(27, found=True),
        view(28, found=False),
        SessionStepped(1, 2, "checkout", None, None, at(28)),
    )
    assert found["sessions_per_day"] == 3
    assert found["conversion_pct"] == 25  # 1 of 4 that ended in the window
    assert found["abandonment_pct"] == pytest.approx(100 * 2 / 3)
    assert found["fill_rate_pct"] == 75


def test_orders_count_when_they_are_paid_and_revenue_without_the_cancelled():
    found = figures(
        placed(1, 20, 30, cents=5000), paid(1, 23.9),
        placed(2, 23.9, 30, cents=1000), paid(2, 24.0),
        placed(3, 25, 31, cents=3000), paid(3, 25.1),
        placed(4, 26, 32, cents=7000), paid(4, 26.1), cancelled(4, 27),
        placed(5, 26, 32, cents=9000), cancelled(5, 26.1),  # never paid
        cancelled(1, 28),  # of the warm-up's orders
    )  # fmt: skip
    assert found["orders_per_day"] == 3
    assert found["revenue_per_day"] == 40.0
    assert found["cancelled_pct"] == pytest.approx(100 / 3)
    assert found["promised_median_h"] == pytest.approx(6.0)  # of 6.1, 6 and 6 hours


def test_late_is_what_was_promised_for_the_window_and_did_not_come_by_then():
    found = figures(
        placed(1, 10, 20), delivered(1, 25),  # promised for the warm-up: late, but none of the window's business
        placed(2, 20, 25), delivered(2, 23),  # in time
        placed(3, 20, 25), delivered(3, 26),  # late
        placed(4, 24, 30), delivered(4, 30),  # on the dot: in time
        placed(5, 24, 40),  # overdue
        placed(6, 40, 60),  # promised for after the window
        placed(7, 24, 30), cancelled(7, 35),  # late, but cancelled in the end
        placed(8, 40, 60), delivered(8, 44),  # in time for a promise beyond the window
    )  # fmt: skip
    assert found["late_pct"] == 50  # 3 and 5 of 2, 3, 4, 5


def test_order_to_door_has_postgresqls_quantiles():
    hours = [1, 2, 3, 4, 10]
    found = figures(
        placed(9, 20, 30), delivered(9, 23),  # before the window
        *(placed(id_, 20, 60) for id_ in range(5)),
        *(delivered(id_, 20 + 4 + hours[id_]) for id_ in range(5)),
    )  # fmt: skip
    assert found["order_to_door_median_h"] == pytest.approx(7.0)
    assert found["order_to_door_p95_h"] == pytest.approx(14.0 - 0.2 * 6)  # four fifths of the way from 8 to 14


def test_waits_count_in_the_window_in_which_they_end():
    def through(id_: int, paid_at: float, picked_from: float, packed: float, left: float) -> list[Fact]:
        return [
            placed(id_, paid_at, 100), paid(id_, paid_at), PickStarted(id_, at(picked_from)),
            OrderPicked(id_, 3, at(picked_from + 0.5)), PackStarted(id_, at(picked_from + 0.5)),
            OrderPacked(id_, 4, at(packed)), OrderDispatched(id_, 5, at(left)),
        ]  # fmt: skip

    found = figures(
        *through(1, 20.0, 23.0, 23.8, 25.0),  # picked before the window, left in it
        *through(2, 23.0, 24.0, 25.0, 25.5),
        *through(3, 30.0, 30.5, 31.5, 31.5),
    )
    assert found["picker_wait_mean_min"] == pytest.approx(45.0)  # 60 and 30
    assert found["picker_wait_p95_min"] == pytest.approx(58.5)
    assert found["dock_wait_mean_min"] == pytest.approx((72 + 30 + 0) / 3)
    assert found["dock_wait_p95_min"] == pytest.approx(30 + 0.9 * 42)


def test_pickers_are_as_busy_as_their_time_at_orders_within_the_window_says():
    found = figures(
        placed(1, 20, 90), paid(1, 20), PickStarted(1, at(23.5)), OrderPicked(1, 3, at(24.5)),
        placed(2, 25, 90), paid(2, 25), PickStarted(2, at(26)), OrderPicked(2, 3, at(27)),
        placed(3, 47, 90), paid(3, 47), PickStarted(3, at(47.5)),  # still at it at the end
        pickers_on_duty_h=8.0,
    )  # fmt: skip
    assert found["picker_utilisation_pct"] == pytest.approx(100 * 2.0 / 8.0)


def test_couriers_are_as_busy_as_their_trips_on_shift():
    found = figures(
        CourierHired(1, 11, "A", "van", -1),
        CourierHired(2, 11, "B", "van", -1),
        ShiftStarted(1, 1, at(20), at(28)), TripStarted(1, 1, 1, at(23), 3, 1000), TripEnded(1, 0, at(25)),
        ShiftEnded(1, at(28)),
        ShiftStarted(2, 2, at(46), at(54)), TripStarted(2, 2, 2, at(47), 3, 1000),
    )  # fmt: skip
    assert found["couriers"] == 2
    assert found["courier_hours_per_day"] == pytest.approx(4 + 2)
    assert found["courier_utilisation_pct"] == pytest.approx(100 * (1 + 1) / 6)


def test_satisfaction_is_that_of_the_windows_buyers_at_its_end():
    def moved(id_: int, points: int, hour: float) -> Fact:
        return SatisfactionMoved(id_, 1, "delivered_late", -7, points, None, at(hour))

    found = figures(
        *(customer(id_, 60) for id_ in (1, 2, 3, 4)),
        placed(1, 20, 90, customer=1), paid(1, 20),  # bought in the warm-up only
        placed(2, 25, 90, customer=2), paid(2, 25), placed(3, 26, 90, customer=2), paid(3, 26),
        placed(4, 26, 90, customer=3), paid(4, 26),
        placed(5, 26, 90, customer=4), cancelled(5, 26),  # never paid
        moved(1, 10, 30), moved(2, 53, 30), moved(2, 46, 40), moved(4, 0, 30),
    )  # fmt: skip
    assert found["satisfaction_mean"] == pytest.approx((46 + 60) / 2)


def test_ratings_and_returns_are_those_of_the_window():
    def review(rating: int, hour: float) -> Fact:
        return ReviewWritten(1, 1, 1, 1, rating, None, at(hour))

    def back(hour: float) -> Fact:
        return ReturnRequested(1, 1, 1, 1, "damaged", 100, at(hour))

    found = figures(
        review(1, 23), review(5, 25), review(4, 26),
        back(20), back(30),
        placed(1, 10, 90, lines=5), delivered(1, 20),
        placed(2, 20, 90, lines=3), delivered(2, 30),
        placed(3, 20, 90, lines=2), delivered(3, 31),
        placed(4, 20, 90, lines=4),
    )  # fmt: skip
    assert found["rating_mean"] == 4.5
    assert found["returned_pct"] == 20  # 1 of 3 + 2


class _TwoByDayNoneByNight:
    """Two people from 8 to 20 h."""

    def on_duty(self, at_us: int) -> int:
        return 2 if 8 <= at_us // HOUR_US % 24 < 20 else 0

    def next_change(self, at_us: int) -> int:
        return (at_us // HOUR_US + 1) * HOUR_US


def test_person_time_is_cut_at_the_windows_ends():
    whole = Window(0, 2 * DAY_US)
    assert person_time_us(_TwoByDayNoneByNight(), whole) == at(2 * 2 * 12)
    part = Window(at(19.5), at(24 + 8) + 10 * MINUTE_US)
    assert person_time_us(_TwoByDayNoneByNight(), part) == at(2 * 0.5) + 2 * 10 * MINUTE_US
