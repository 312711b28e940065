"""What a run shows of itself: the speed kept, the rows a second, and the whole status."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sim import facts
from sim.status import Status

if TYPE_CHECKING:
    from datetime import datetime

    from sim.processes.world import World
    from sim.running.tally import Tally

_OVER_S = 5.0


class Gauge:
    """Speed and rows a second over the last seconds, from readings a few times a second."""

    def __init__(self) -> None:
        self._readings: deque[tuple[float, int, int]] = deque()

    def read(self, now_s: float, sim_now_us: int, rows: int) -> None:
        """Take a reading."""
        self._readings.append((now_s, sim_now_us, rows))
        while now_s - self._readings[0][0] > _OVER_S and len(self._readings) > 2:
            self._readings.popleft()

    def restart(self) -> None:
        """Forget what was: the clock goes otherwise from now on."""
        self._readings.clear()

    @property
    def kept_speed(self) -> float | None:
        """Simulated seconds a real second; None before there is anything to compare."""
        lately = self._lately()
        return lately[1] / lately[0] / 1e6 if lately else None

    @property
    def rows_per_s(self) -> float:
        """Rows committed a real second."""
        lately = self._lately()
        return lately[2] / lately[0] if lately else 0.0

    def _lately(self) -> tuple[float, int, int] | None:
        if len(self._readings) < 2:
            return None
        (then, sim_then, rows_then), (now, sim_now, rows_now) = self._readings[0], self._readings[-1]
        return (now - then, sim_now - sim_then, rows_now - rows_then) if now > then else None


class Clockwork(NamedTuple):
    """How the clock goes at this moment."""

    phase: str
    target_us: int | None  # where catching up ends, if anywhere
    speed: str
    lag_s: float | None


class Panel:
    """Makes a run's status from its world, its counts and its clockwork."""

    def __init__(self, world: World, tally: Tally, epoch: datetime, open_at_start: tuple[int, int]) -> None:
        """`open_at_start` counts the sessions and carts that were taken up."""
        self._world = world
        self._tally = tally
        self._epoch = epoch
        self._sessions_open, self._carts_open = open_at_start

    def status(self, clock: Clockwork, gauge: Gauge, rows: int, behind: int, trouble: str | None) -> Status:
        """The run at this moment."""
        world, counts = self._world, self._tally.counts
        stations = [*world.pickers.values(), *world.packers.values()]
        couriers = [courier for warehouse in world.warehouses.values() for courier in warehouse.couriers]
        target = clock.target_us
        return Status(
            phase=clock.phase,
            sim_now=self._epoch + timedelta(microseconds=world.env.now),
            epoch=self._epoch,
            target=None if target is None else self._epoch + timedelta(microseconds=target),
            speed_asked=clock.speed,
            speed_kept=gauge.kept_speed,
            lag_s=clock.lag_s,
            rows=rows,
            rows_per_s=gauge.rows_per_s,
            orders=counts[facts.OrderPlaced],
            delivered=counts[facts.OrderDelivered],
            late=self._tally.late,
            sessions_open=self._sessions_open + counts[facts.SessionStarted] - counts[facts.SessionEnded],
            carts_open=self._carts_open + counts[facts.CartOpened] - counts[facts.CartClosed],
            orders_in_warehouse=sum(station.waiting + station.busy for station in stations),
            parcels_on_dock=sum(len(warehouse.dock) for warehouse in world.warehouses.values()),
            couriers_out=sum(courier.on_trip for courier in couriers),
            couriers_on_shift=sum(courier.shift_id is not None for courier in couriers),
            batches_behind=behind,
            trouble=trouble,
        )
