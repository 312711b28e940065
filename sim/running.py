"""Running: lets the shop live up to where the clock should be, and hands its facts over in consistent cuts."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from sim import facts
from sim.clock.pacer import Pacer, Speed, WallClock
from sim.status import Status

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from sim.facts import Fact
    from sim.journal.journal import Journal
    from sim.processes.world import World
    from sim.sinks.port import Sink

ROWS_A_BATCH = 20_000
_COMMIT_EVERY_S = 0.2  # while pacing: what happened is visible within this and the commit's own time
_COMMIT_CATCHING_UP_S = 1.0
_SLICE_S = 0.01  # the clock is looked at no more often than this
_LONGEST_SLICE_S = 0.025  # nor more seldom, so that whoever reads the clock finds it on time
_OBSERVE_EVERY_S = 0.25
_SPEED_OVER_S = 5.0
_NEVER = 1 << 62
_CAUGHT_UP_US = 50_000  # the wall clock moves on while we catch up, so this near is there


class ReportingSink(Protocol):
    """A sink that also counts, and keeps what the clock knows beside the rows."""

    @property
    def rows_written(self) -> int:
        """Rows committed."""

    @property
    def behind(self) -> int:
        """Batches handed over and not yet committed."""

    def report(self, progress: Mapping[str, object]) -> None:
        """Write these columns of the run's row with the next batch."""


class Tally:
    """Counts facts by type on their way to the journal."""

    def __init__(self, journal: Journal) -> None:
        self._record = journal.record
        self.counts: Counter[type] = Counter()
        self.late = 0

    def tell(self, fact: Fact) -> None:
        """Count a fact and pass it on."""
        self.counts[type(fact)] += 1
        if type(fact) is facts.SatisfactionMoved and fact.reason in {"delivered_late", "delivered_very_late"}:
            self.late += 1
        self._record(fact)


@dataclass(frozen=True, slots=True)
class Plan:
    """How far and how fast to go."""

    epoch: datetime
    speed: Speed
    catch_up: bool
    until_us: int | None  # the end, counted from the epoch; None to go on for ever

    def is_over(self, sim_now: datetime) -> bool:
        """Whether a run that has come to `sim_now` has nothing left to do."""
        return self.until_us is not None and (sim_now - self.epoch) // timedelta(microseconds=1) >= self.until_us


class Runner:
    """Drives one world: catches up with the wall clock, then keeps pace, until told to stop or at the end."""

    def __init__(
        self,
        world: World,
        journal: Journal,
        tally: Tally,
        sink: Sink,
        meter: ReportingSink,
        plan: Plan,
        observe: Callable[[Status], None],
        stop: threading.Event,
        wall: WallClock | None = None,
        *,
        open_at_start: tuple[int, int] = (0, 0),
    ) -> None:
        """`sink` and `meter` are two sides of one object; `open_at_start` counts sessions and carts taken up."""
        self._world = world
        self._journal = journal
        self._tally = tally
        self._sink = sink
        self._meter = meter
        self._plan = plan
        self._observe = observe
        self._stop = stop
        self._wall = wall or WallClock()
        self._sessions_open, self._carts_open = open_at_start
        self._end = _NEVER if plan.until_us is None else plan.until_us
        self._phase = "catching_up"
        self._target: int | None = None
        self._lag_s: float | None = None
        self._committed_at = self._observed_at = 0.0
        self._looked = 0
        self._history: deque[tuple[float, int, int]] = deque()

    def run(self) -> None:
        """Run until the end or a stop; everything is committed then. Raises SinkError."""
        self._catch_up()
        if not self._over():
            self._keep_pace()
        self._finish()

    def _catch_up(self) -> None:
        """As fast as possible up to the wall clock (or for ever, at max speed)."""
        env = self._world.env
        while not self._over():
            self._target = self._end if not self._plan.speed.paced else min(self._end, self._wall_us())
            if env.now >= min(self._end, self._target - (_CAUGHT_UP_US if self._target < self._end else 0)):
                return
            env.run_through(self._target, self._enough)
            self._commit_if_due(_COMMIT_CATCHING_UP_S)

    def _wall_us(self) -> int:
        return self._wall.since_us(self._plan.epoch) if self._plan.catch_up else 0

    def _keep_pace(self) -> None:
        env, factor = self._world.env, self._plan.speed.factor
        wall_us = self._wall_us()
        abreast = wall_us - _CAUGHT_UP_US <= env.now <= wall_us  # caught up: pace from the wall clock itself
        pacer = Pacer(self._plan.speed, wall_us if abreast else env.now, self._wall)
        self._phase, self._target = "pacing", None
        self._commit()
        while not self._over():
            target = pacer.target_us()
            env.run_through(max(env.now, min(target, self._end)), self._enough)
            self._lag_s = max(0, pacer.target_us() - env.now) / factor / 1e6 if env.now < self._end else 0.0
            self._commit_if_due(_COMMIT_EVERY_S)
            self._look()
            until_event_s = (min(env.peek(), self._end) - pacer.target_us()) / factor / 1e6
            until_commit_s = self._committed_at + _COMMIT_EVERY_S - time.monotonic()
            idle_s = max(_SLICE_S, min(until_event_s, until_commit_s, _LONGEST_SLICE_S))
            self._stop.wait(idle_s if self._lag_s < _SLICE_S else 0.0)

    def _finish(self) -> None:
        self._phase = "finished" if self._world.env.now >= self._end else "stopped"
        self._commit()
        self._sink.flush()
        self._look(at_once=True)

    def _over(self) -> bool:
        return self._stop.is_set() or self._world.env.now >= self._end

    def _enough(self) -> bool:
        """Whether a slice should end: asked at the end of every simulated instant, so it mostly only counts."""
        self._looked += 1
        if self._looked % 256:
            return False
        self._look()
        due = time.monotonic() - self._committed_at >= _COMMIT_CATCHING_UP_S
        return due or self._stop.is_set() or self._journal.pending >= ROWS_A_BATCH

    def _commit_if_due(self, every_s: float) -> None:
        if time.monotonic() - self._committed_at >= every_s or self._journal.pending >= ROWS_A_BATCH:
            self._commit()

    def _commit(self) -> None:
        self._meter.report(
            {
                "speed": str(self._plan.speed),
                "kept_speed": self._kept_speed(),
                "lag_s": self._lag_s,
                "status": self._phase,
            }
        )
        self._journal.commit(self._world.env.now)
        self._committed_at = time.monotonic()

    def _look(self, *, at_once: bool = False) -> None:
        """Show the run's status, a few times a second."""
        now = time.monotonic()
        if now - self._observed_at < _OBSERVE_EVERY_S and not at_once:
            return
        self._observed_at = now
        self._history.append((now, self._world.env.now, self._meter.rows_written))
        while now - self._history[0][0] > _SPEED_OVER_S and len(self._history) > 2:
            self._history.popleft()
        self._observe(self._status())

    def _over_the_last_seconds(self) -> tuple[float, int, int] | None:
        if len(self._history) < 2:
            return None
        (then, sim_then, rows_then), (now, sim_now, rows_now) = self._history[0], self._history[-1]
        return (now - then, sim_now - sim_then, rows_now - rows_then) if now > then else None

    def _kept_speed(self) -> float | None:
        lately = self._over_the_last_seconds()
        return lately[1] / lately[0] / 1e6 if lately else None

    def _status(self) -> Status:
        world, counts, lately = self._world, self._tally.counts, self._over_the_last_seconds()
        stations = [*world.pickers.values(), *world.packers.values()]
        couriers = [courier for warehouse in world.warehouses.values() for courier in warehouse.couriers]
        epoch, target = self._plan.epoch, self._target
        bounded = target is not None and target < _NEVER
        return Status(
            phase=self._phase,
            sim_now=epoch + timedelta(microseconds=world.env.now),
            epoch=epoch,
            target=epoch + timedelta(microseconds=target) if bounded and target is not None else None,
            speed_asked=str(self._plan.speed),
            speed_kept=self._kept_speed(),
            lag_s=self._lag_s,
            rows=self._meter.rows_written,
            rows_per_s=lately[2] / lately[0] if lately else 0.0,
            orders=counts[facts.OrderPlaced],
            delivered=counts[facts.OrderDelivered],
            late=self._tally.late,
            sessions_open=self._sessions_open + counts[facts.SessionStarted] - counts[facts.SessionEnded],
            carts_open=self._carts_open + counts[facts.CartOpened] - counts[facts.CartClosed],
            orders_in_warehouse=sum(station.waiting + station.busy for station in stations),
            parcels_on_dock=sum(len(warehouse.dock) for warehouse in world.warehouses.values()),
            couriers_out=sum(courier.on_trip for courier in couriers),
            couriers_on_shift=sum(courier.shift_id is not None for courier in couriers),
            batches_behind=self._meter.behind,
        )
