"""A station: orders queue, in priority, for people whose number changes with the hour."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.shop.staffing import StaffSchedule


class Station:
    """Pickers or packers of one warehouse. Who is at work on an order finishes it, even when the shift shrinks.

    While the warehouse `is_out`, which is asked for an instant, nobody begins with another one.
    """

    def __init__(
        self, schedule: StaffSchedule, *, by_promise: bool, is_out: Callable[[int], bool] = lambda _: False
    ) -> None:
        self._is_out = is_out
        self._by_promise = by_promise
        self._waiting: list[tuple[int, int, Callable[[], object]]] = []
        self._left: set[int] = set()  # orders that gave up waiting
        self.schedule = schedule
        self.busy = 0

    @property
    def waiting(self) -> int:
        """Orders in the queue."""
        return len(self._waiting) - len(self._left)

    def enqueue(self, order_id: int, promised_at: int, since_us: int, begin: Callable[[], object]) -> None:
        """Let an order wait, which has done so since `since_us`; `begin` is called when somebody takes it."""
        heappush(self._waiting, (promised_at if self._by_promise else since_us, order_id, begin))

    def give_up(self, order_id: int) -> None:
        """Take a waiting order out of the queue; its turn never comes."""
        self._left.add(order_id)

    def done(self, now_us: int) -> None:
        """Somebody is free again."""
        self.busy -= 1
        self.assign(now_us)

    def assign(self, now_us: int) -> None:
        """Give everybody who is on duty and free the next waiting order."""
        if not self._waiting or self._is_out(now_us):
            return
        free = self.schedule.on_duty(now_us) - self.busy
        while free > 0 and self._waiting:
            _, order_id, begin = heappop(self._waiting)
            if order_id in self._left:
                self._left.discard(order_id)
                continue
            self.busy += 1
            free -= 1
            begin()
