"""What is seen of orders: from placed to the door, in time or late, cancelled or returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import HOUR_US, MINUTE_US
from sim.experiments.observers.window import Spans, Stretches, percent
from sim.facts import (
    OrderCancelled,
    OrderDelivered,
    OrderDispatched,
    OrderPacked,
    OrderPaid,
    OrderPicked,
    OrderPlaced,
    PickStarted,
    ReturnRequested,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sim.experiments.observers.window import Window


class _Order:
    """An order under way: no more of it than its figures need."""

    __slots__ = ("lines", "packed_at", "paid_at", "placed_at", "promised_at", "total_cents")

    def __init__(self, placed: OrderPlaced) -> None:
        self.placed_at = placed.at
        self.promised_at = placed.promised_at
        self.total_cents = placed.total_cents
        self.lines = len(placed.lines)
        self.paid_at = -1
        self.packed_at = -1


class OrderObserver:
    """Follows the orders that are under way, and forgets each when it is delivered or cancelled."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._begins_us = window.begins_us
        self._under_way: dict[int, _Order] = {}
        self._paid = self._cancelled = self._revenue_cents = 0
        self._due = self._late = 0
        self._lines_delivered = self._lines_returned = 0
        self._promised, self._to_door = Spans(), Spans()
        self._picker_waits, self._dock_waits = Spans(), Spans()
        self._picking = Stretches(window)

    def takes(self) -> dict[type, Callable[[Any], None]]:
        """Which facts are listened to, and by whom."""
        return {
            OrderPlaced: self._order_placed,
            OrderPaid: self._order_paid,
            PickStarted: self._pick_started,
            OrderPicked: self._order_picked,
            OrderPacked: self._order_packed,
            OrderDispatched: self._order_dispatched,
            OrderDelivered: self._order_delivered,
            OrderCancelled: self._order_cancelled,
            ReturnRequested: self._return_requested,
        }

    def figures(self, pickers_on_duty_us: int) -> dict[str, float]:
        """The figures of the window, in which pickers were on duty for so much person-time."""
        overdue = sum(self._begins_us <= order.promised_at < self._window.ends_us for order in self._under_way.values())
        return {
            "orders_per_day": self._paid / self._window.days,
            "revenue_per_day": self._revenue_cents / 100.0 / self._window.days,
            "promised_median_h": self._promised.quantile(0.5, HOUR_US),
            "late_pct": percent(self._late + overdue, self._due + overdue),
            "order_to_door_median_h": self._to_door.quantile(0.5, HOUR_US),
            "order_to_door_p95_h": self._to_door.quantile(0.95, HOUR_US),
            "picker_wait_mean_min": self._picker_waits.mean(MINUTE_US),
            "picker_wait_p95_min": self._picker_waits.quantile(0.95, MINUTE_US),
            "dock_wait_mean_min": self._dock_waits.mean(MINUTE_US),
            "dock_wait_p95_min": self._dock_waits.quantile(0.95, MINUTE_US),
            "picker_utilisation_pct": percent(self._picking.total_us, pickers_on_duty_us),
            "cancelled_pct": percent(self._cancelled, self._paid),
            "returned_pct": percent(self._lines_returned, self._lines_delivered),
        }

    def _order_placed(self, fact: OrderPlaced) -> None:
        self._under_way[fact.order_id] = _Order(fact)

    def _order_paid(self, fact: OrderPaid) -> None:
        order = self._under_way[fact.order_id]
        order.paid_at = fact.at
        if fact.at >= self._begins_us:
            self._paid += 1
            self._revenue_cents += order.total_cents
            self._promised.add(order.promised_at - order.placed_at)

    def _pick_started(self, fact: PickStarted) -> None:
        self._picking.begin(fact.order_id, fact.at)
        if fact.at >= self._begins_us:
            self._picker_waits.add(fact.at - self._under_way[fact.order_id].paid_at)

    def _order_picked(self, fact: OrderPicked) -> None:
        self._picking.end(fact.order_id, fact.at)

    def _order_packed(self, fact: OrderPacked) -> None:
        self._under_way[fact.order_id].packed_at = fact.at

    def _order_dispatched(self, fact: OrderDispatched) -> None:
        if fact.at >= self._begins_us:
            self._dock_waits.add(fact.at - self._under_way[fact.order_id].packed_at)

    def _order_delivered(self, fact: OrderDelivered) -> None:
        order = self._under_way.pop(fact.order_id)
        # Delivered before its promise, which may lie beyond the window: then it is none of the window's business.
        if self._begins_us <= order.promised_at <= self._window.ends_us:
            self._due += 1
            self._late += fact.at > order.promised_at
        if fact.at >= self._begins_us:
            self._to_door.add(fact.at - order.placed_at)
            self._lines_delivered += order.lines

    def _order_cancelled(self, fact: OrderCancelled) -> None:
        order = self._under_way.pop(fact.order_id)
        if order.paid_at >= self._begins_us:
            self._cancelled += 1
            self._revenue_cents -= order.total_cents

    def _return_requested(self, fact: ReturnRequested) -> None:
        self._lines_returned += fact.at >= self._begins_us
