"""Takes the census of a world: what is in the shop, and what has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim import facts
from sim.run.status import Census

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.run.pacing.fact_counter import FactCounter
    from sim.snapshot import Snapshot


class CensusTaker:
    """Takes the census of a world, as often as asked."""

    def __init__(self, world: World, counter: FactCounter, before: Census) -> None:
        """`before` is the census of what was resumed: the sessions and carts that were open, and what was counted."""
        self._world = world
        self._counter = counter
        self._before = before

    def census(self) -> Census:
        """The shop at this moment."""
        world, counts, before = self._world, self._counter.counts, self._before
        warehouses = world.warehouses.values()
        stations = [station for warehouse in warehouses for station in (warehouse.pickers, warehouse.packers)]
        couriers = [courier for warehouse in warehouses for courier in warehouse.couriers]
        return Census(
            orders=before.orders + counts[facts.OrderPlaced],
            delivered=before.delivered + counts[facts.OrderDelivered],
            late=before.late + self._counter.late,
            sessions_open=before.sessions_open + counts[facts.SessionStarted] - counts[facts.SessionEnded],
            carts_open=before.carts_open + counts[facts.CartOpened] - counts[facts.CartClosed],
            orders_in_warehouse=sum(station.waiting + station.busy for station in stations),
            parcels_on_dock=sum(len(warehouse.dock) + warehouse.early for warehouse in warehouses),
            couriers_out=sum(courier.on_trip for courier in couriers),
            couriers_on_shift=sum(courier.shift_id is not None for courier in couriers),
            overdue=self._counter.overdue(world.env.now),
        )


def open_in(snapshot: Snapshot | None) -> Census:
    """What is open in a shop that is resumed."""
    sessions = snapshot.sessions if snapshot else []
    return Census(sessions_open=len(sessions), carts_open=sum(row.cart_id is not None for row in sessions))
