"""What a run shows of itself: the speed kept, the rows a second, and the whole status."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sim import facts
from sim.status import Census, Status

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


class Meter(Protocol):
    """What a sink shows of itself."""

    @property
    def rows_written(self) -> int:
        """Rows committed."""

    @property
    def behind(self) -> int:
        """Batches handed over and not yet committed."""

    @property
    def trouble(self) -> str | None:
        """What is wrong with the database, in a line for people."""


class Clockwork(NamedTuple):
    """How the clock goes at this moment."""

    phase: str
    target_us: int | None  # where catching up ends, if anywhere
    speed: str
    lag_s: float | None
    to_build: int = 0

    def status(self, epoch: datetime, now_us: int, census: Census, gauge: Gauge, sink: Meter) -> Status:
        """The run at this moment."""
        return Status(
            phase=self.phase,
            sim_now=epoch + timedelta(microseconds=now_us),
            epoch=epoch,
            target=None if self.target_us is None else epoch + timedelta(microseconds=self.target_us),
            speed_asked=self.speed,
            speed_kept=gauge.kept_speed,
            lag_s=self.lag_s,
            rows=sink.rows_written,
            rows_per_s=gauge.rows_per_s,
            **census._asdict(),
            batches_behind=sink.behind,
            trouble=sink.trouble,
            to_build=self.to_build,
        )


class Panel:
    """Takes the census of a world."""

    def __init__(self, world: World, tally: Tally, before: Census) -> None:
        """`before` is the census of what was taken up: the sessions and carts that were open, and what was counted."""
        self._world = world
        self._tally = tally
        self._before = before

    def census(self) -> Census:
        """The shop at this moment."""
        world, counts, before = self._world, self._tally.counts, self._before
        stations = [*world.pickers.values(), *world.packers.values()]
        couriers = [courier for warehouse in world.warehouses.values() for courier in warehouse.couriers]
        return Census(
            orders=before.orders + counts[facts.OrderPlaced],
            delivered=before.delivered + counts[facts.OrderDelivered],
            late=before.late + self._tally.late,
            sessions_open=before.sessions_open + counts[facts.SessionStarted] - counts[facts.SessionEnded],
            carts_open=before.carts_open + counts[facts.CartOpened] - counts[facts.CartClosed],
            orders_in_warehouse=sum(station.waiting + station.busy for station in stations),
            parcels_on_dock=sum(len(warehouse.dock) for warehouse in world.warehouses.values()),
            couriers_out=sum(courier.on_trip for courier in couriers),
            couriers_on_shift=sum(courier.shift_id is not None for courier in couriers),
            overdue=self._tally.overdue(world.env.now),
        )
