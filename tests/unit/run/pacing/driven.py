"""A runner driven by a clock and a database of our own, and whoever meddles with them while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from math import inf
from types import SimpleNamespace
from typing import cast

from simpy import Event

from sim.clock.environment import ShopEnvironment, Turn
from sim.clock.pacer import Speed, WallClock
from sim.facts import CategoryListed
from sim.journal.batch import Batch
from sim.journal.journal import Journal
from sim.processes.world import World
from sim.run.pacing import Commands, FactCounter, Runner
from sim.run.pacing.commands import ClockCommand
from sim.run.status import Status
from tests.configurations import EPOCH, configuration

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
A_GLANCE_S = 5e-6  # time passes even while a clock is read
TOO_OFTEN = 1_000_000
WITHIN_S = 0.05


class Wall:
    """The outside world's time: it passes when it is looked at, when somebody sleeps, and when something takes long."""

    def __init__(self, since_epoch_s: float = 0.0) -> None:
        self.now_s = self.began_s = since_epoch_s
        self.set_forward_s = 0.0  # the calendar alone
        self._glances = 0

    def steady_s(self) -> float:
        self._glances += 1
        assert self._glances < TOO_OFTEN, "the run goes round in circles"
        self.now_s += A_GLANCE_S
        return self.now_s

    def utc_now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.steady_s() + self.set_forward_s)

    def pass_by(self, seconds: float) -> None:
        self.now_s += seconds

    @property
    def elapsed_s(self) -> float:
        return self.now_s - self.began_s


class Stop(threading.Event):
    """A stop whose waiting takes the wall's time, not ours; it comes by itself at `at_s` of it."""

    def __init__(self, wall: Wall, at_s: float = inf) -> None:
        super().__init__()
        self._wall = wall
        self._at_s = at_s
        self.waits: list[float] = []

    def is_set(self) -> bool:
        return self._wall.now_s >= self._at_s

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        self._wall.pass_by(timeout)
        return self.is_set()


class Database:
    """A sink and meter that notes what it is told and when; a write may take long."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self.rows_written = 0
        self.write_s = 0.0
        self.instants: list[int] = []
        self.written_at_s: list[float] = []
        self.categories: list[int] = []
        self.reported: list[dict[str, object]] = []
        self.away: tuple[float, float] = (inf, inf)  # from and to when it does not answer
        self.kept = 0  # batches handed over that wait for it
        self.forgotten = 0
        self.room = 3

    def report(self, progress: Mapping[str, object]) -> None:
        self.reported.append(dict(progress))

    def write(self, batch: Batch) -> None:
        self._wall.pass_by(self.write_s)
        self.kept += self.is_away
        self.instants.append(batch.sim_now_us)
        self.written_at_s.append(self._wall.now_s)
        self.categories += [int(row[0] or 0) for row in batch.appended.get("categories", [])]
        self.rows_written += batch.rows

    @property
    def trouble(self) -> str | None:
        return "it is away" if self.is_away else None

    @property
    def is_away(self) -> bool:
        return self.away[0] <= self._wall.now_s < self.away[1]

    @property
    def behind(self) -> int:
        return self.kept

    def wait_for_room(self, timeout_s: float) -> bool:
        return self._wait(lambda: self.kept < self.room, timeout_s)

    def wait_until_written(self, timeout_s: float) -> bool:
        return self._wait(lambda: self.kept == 0, timeout_s)

    def _wait(self, ready: Callable[[], bool], timeout_s: float) -> bool:
        self._catch_up()
        if not ready():
            self._wall.pass_by(timeout_s)
            self._catch_up()
        return ready()

    def _catch_up(self) -> None:
        if not self.is_away:
            self.kept = 0

    def give_up(self) -> int:
        self.forgotten, self.kept = self.kept, 0
        return self.forgotten

    def flush(self) -> None: ...

    def close(self) -> None: ...


class Run:
    """A world in which one thing happens every so often, and a runner for it."""

    def __init__(
        self,
        *,
        speed: float,
        every_us: int = SECOND_US // 2,
        until_us: int | None = None,
        sim_now_us: int = 0,
        wall_s: float = 0.0,
        catch_up: bool = True,
        stop_at_s: float = inf,
    ) -> None:
        self.wall = Wall(wall_s)
        self.stop = Stop(self.wall, stop_at_s)
        self.database = Database(self.wall)
        self.env = ShopEnvironment(sim_now_us)
        self.speed = speed
        self.sim_began_us = sim_now_us
        self.seen: list[Status] = []
        self.commands = Commands()
        self.happened: list[tuple[int, float]] = []  # simulated instant, wall time
        self.on_event: Callable[[int], None] = lambda _: None
        self._journal = Journal(self.database)
        self._counter = FactCounter(self._journal)
        self.env.process(self._happen(every_us))
        self._config = configuration(catch_up=catch_up, until_us=until_us, speed=Speed(speed))

    def _happen(self, every_us: int) -> Generator[Event, None, None]:
        n = self.env.now // every_us
        while True:
            n += 1
            yield self.env.until(n * every_us, Turn.ARRIVAL, 1)
            self.happened.append((self.env.now, self.wall.now_s))
            self._counter.tell(CategoryListed(n, "one more"))
            self.on_event(self.env.now)

    def run(self) -> Run:
        world = cast(World, SimpleNamespace(env=self.env, pickers={}, packers={}, warehouses={}))
        clock = WallClock(self.wall.steady_s, self.wall.utc_now)
        Runner(
            world,
            self._journal,
            self._counter,
            self.database,
            self._config,
            self.seen.append,
            self.stop,
            self.commands,
            clock,
        ).run()  # fmt: skip
        return self

    @property
    def phases(self) -> list[str]:
        """The phases shown and reported, each once, in order."""
        return list(dict.fromkeys(str(columns["status"]) for columns in self.database.reported))

    @property
    def turns(self) -> list[str]:
        """The phases reported, as often as they came."""
        return [status for status, _ in groupby(str(columns["status"]) for columns in self.database.reported)]

    def lateness_s(self, paced_from_us: int, paced_from_s: float) -> list[float]:
        """How long after its true instant each paced event happened, by the wall."""
        return [
            at_s - paced_from_s - (at_us - paced_from_us) / SECOND_US / self.speed
            for at_us, at_s in self.happened
            if at_us > paced_from_us
        ]


def setting(run: Run, by_s: dict[float, float]) -> Callable[[int], None]:
    """Set the calendar by so much when something happens after so many real seconds."""
    to_come = dict(by_s)

    def set_it(_: int) -> None:
        for at_s in [at_s for at_s in to_come if run.wall.elapsed_s >= at_s]:
            run.wall.set_forward_s += to_come.pop(at_s)

    return set_it


def ask(run: Run, at_s: int, speed: float, *, paused: bool = False) -> None:
    """Leave a command when the world has come to this second."""
    before = run.on_event

    def listen(at_us: int) -> None:
        before(at_us)
        if at_us == at_s * SECOND_US:
            run.commands.post(ClockCommand(Speed(speed), paused))

    run.on_event = listen


def wall_between(run: Run, from_s: int, to_s: int) -> float:
    """Real seconds between two simulated ones."""
    at = dict(run.happened)
    return at[to_s * SECOND_US] - at[from_s * SECOND_US]
