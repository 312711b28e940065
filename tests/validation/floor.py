"""A shop floor without edges: the tiny shop of the process tests with true luck, and orders without end.

Shelves never empty, nobody cancels, no attempt fails; people and parcels are the shop's own processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from simpy import Event

from sim.clock.environment import Turn
from sim.clock.units import seconds_us
from sim.luck import Luck
from sim.processes.delivery import await_trip
from sim.processes.fulfilment import begin_fulfilment, measure
from sim.scenario import Scenario
from sim.shop.order import Order
from tests.processes.world import PRICES_CENTS, Tiny, scenario

CALM: dict[str, dict[str, Any]] = {
    "cancellation": {"change_of_mind": 0.0, "gives_up_late": 0.0},
    "delivery": {"attempt_fails": 0.0, "attempt_fails_late": 0.0},
}
Units = Sequence[tuple[int, int]]  # (product, quantity) of each line


def calm(**sections: dict[str, Any]) -> Scenario:
    """A scenario in which nothing happens to an order but work and waiting."""
    return scenario(**{name: {**CALM.get(name, {}), **sections.get(name, {})} for name in {*CALM, *sections}})


class Floor(Tiny):
    """The tiny shop with true luck; what was done with its orders stands on them."""

    def __init__(self, plan: Scenario, seed: int = 1) -> None:
        super().__init__(plan, Luck(seed))
        self.orders: list[Order] = []
        for id_ in PRICES_CENTS:
            self.warehouse.shelves[id_].put(10**9)

    def let_in(
        self, arrivals_s: Sequence[float], lines: Callable[[int], Units], begin: Callable[[Order], None]
    ) -> None:
        """Let one order after the other begin, each promised as long after its arrival, until all is done."""

        buyer = self.customer()

        def door() -> Iterator[Event]:
            for number, at_s in enumerate(arrivals_s):
                yield self.env.until(seconds_us(at_s), Turn.ARRIVAL, 1)
                order = self.order(units=lines(number), promised_s=at_s + 1e7, customer=buyer)
                order.placed_at = order.paid_at = self.env.now
                self.orders.append(order)
                begin(order)

        self.env.process(door())  # type: ignore[arg-type]
        self.env.run_through(seconds_us(arrivals_s[-1] * 2.0 + 1e6), lambda: False)

    def pay(self, order: Order) -> None:
        """Send an order to the pickers."""
        begin_fulfilment(self.world, order)

    def stand(self, order: Order) -> None:
        """Put an order on the dock, packed."""
        for line in order.lines:
            self.warehouse.shelves[line.product_id].take(line.quantity)
        order.delivery_id = self.region.ids.next("delivery")
        measure(order, self.world.catalogue, self.world.scenario.delivery.detour_factor)
        order.pick_started_at = order.picked_at = order.pack_started_at = order.packed_at = self.env.now
        order.ready_at = self.env.now
        self.env.process(await_trip(self.world, order))
