"""A station: orders queue, in priority, for people whose number changes with the hour."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sim.clock.environment import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simpy import Event

    from sim.clock.environment import ShopEnvironment
    from sim.shop.order import Order
    from sim.shop.staffing import StaffSchedule


class Station:
    """Pickers or packers of one warehouse. Who is at work on an order finishes it, even when the shift shrinks.

    While the warehouse `is_out`, which is asked for an instant, nobody begins with another one.
    """

    def __init__(
        self,
        env: ShopEnvironment,
        schedule: StaffSchedule,
        *,
        by_promise: bool,
        is_out: Callable[[int], bool] = lambda _: False,
    ) -> None:
        self._env = env
        self._is_out = is_out
        self._by_promise = by_promise
        self._waiting: list[tuple[int, int, Order, Event]] = []
        self._left: set[int] = set()  # orders that gave up waiting
        self.schedule = schedule
        self.busy = 0

    @property
    def waiting(self) -> int:
        """Orders in the queue."""
        return len(self._waiting) - len(self._left)

    def turn(self, order: Order, since_us: int) -> Event:
        """Return the event that somebody takes the order, which has waited since `since_us`."""
        event = self._env.event()
        priority = order.promised_at if self._by_promise else since_us
        heappush(self._waiting, (priority, order.order_id, order, event))
        self.assign()
        return event

    def give_up(self, order: Order) -> None:
        """Take a waiting order out of the queue; its turn never comes."""
        self._left.add(order.order_id)

    def done(self) -> None:
        """Somebody is free again."""
        self.busy -= 1
        self.assign()

    def assign(self) -> None:
        """Give everybody who is on duty and free the next waiting order."""
        if not self._waiting or self._is_out(self._env.now):
            return
        free = self.schedule.on_duty(self._env.now) - self.busy
        while free > 0 and self._waiting:
            _, order_id, _, event = heappop(self._waiting)
            if order_id in self._left:
                self._left.discard(order_id)
                continue
            self.busy += 1
            free -= 1
            event.succeed()


def change_of_staff(env: ShopEnvironment, station: Station, station_id: int) -> Generator[Event, None, None]:
    """Let newly arrived people begin work at each change of the number on duty."""
    while True:
        yield env.until(station.schedule.next_change(env.now), Turn.STAFFING, station_id)
        station.assign()
