"""The runner by a clock of our own: it catches up, keeps pace, and tells the truth about both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from math import inf
from types import SimpleNamespace
from typing import Any, cast

import pytest
from simpy import Event

from sim.clock.environment import ShopEnvironment, Turn
from sim.clock.pacer import Speed, WallClock
from sim.facts import CategoryListed
from sim.journal.batch import Batch
from sim.journal.journal import Journal
from sim.journal.port import SinkError
from sim.processes.world import World
from sim.run.pacing import Commands, FactCounter, Runner, runner
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


def test_it_catches_up_with_the_wall_clock_and_then_keeps_pace():
    run = Run(speed=10.0, wall_s=7200.0, until_us=3 * HOUR_US).run()
    assert run.phases == ["catching_up", "pacing", "finished"]
    paced_from = next(at for at, report in zip(run.database.instants, run.database.reported, strict=True)
                      if report["status"] == "pacing")  # fmt: skip
    assert paced_from / SECOND_US == pytest.approx(7200.0, abs=2.0)
    assert run.wall.elapsed_s == pytest.approx((3 * HOUR_US - paced_from) / SECOND_US / 10.0, abs=2.0)


def test_what_happens_while_the_history_is_made_is_caught_up_too():
    run = Run(speed=1.0, wall_s=3600.0, until_us=2 * HOUR_US, stop_at_s=3700.0)
    run.on_event = lambda _: run.wall.pass_by(0.01)  # 7200 events of a hundredth of a second: another 72 s
    run.run()
    assert run.env.now / SECOND_US == pytest.approx(3700.0, abs=1.0)
    assert run.phases == ["catching_up", "pacing", "stopped"]


def setting(run: Run, by_s: dict[float, float]) -> Callable[[int], None]:
    """Set the calendar by so much when something happens after so many real seconds."""
    to_come = dict(by_s)

    def set_it(_: int) -> None:
        for at_s in [at_s for at_s in to_come if run.wall.elapsed_s >= at_s]:
            run.wall.set_forward_s += to_come.pop(at_s)

    return set_it


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_a_wall_clock_set_forward_is_caught_up_with(speed: float):
    run = Run(speed=speed, wall_s=600.0, stop_at_s=700.0)
    run.on_event = setting(run, {20.0: 3600.0})
    run.run()
    assert run.turns == ["catching_up", "pacing", "catching_up", "pacing", "stopped"]
    calendar_s = run.wall.now_s + 3600.0
    ahead_s = 80.0 * (speed - 1)  # since it caught up, a moment after the step
    assert run.env.now / SECOND_US == pytest.approx(calendar_s + ahead_s, abs=0.1 * speed)


@pytest.mark.parametrize(
    ("speed", "by_s"),
    [
        (1.0, {20.0: -3600.0}),
        (1.0, {20.0: -3600.0, 50.0: 3600.0}),  # and corrected
        (1.0, {20.0: 0.5}),  # a correction that nobody sees
        (0.5, {20.0: 3600.0}),  # it falls behind on purpose
        (10.0, {20.0: 100.0}),  # it is further ahead than that
    ],
)
def test_a_wall_clock_set_otherwise_changes_nothing(speed: float, by_s: dict[float, float]):
    run = Run(speed=speed, wall_s=600.0, stop_at_s=700.0)
    run.on_event = setting(run, by_s)
    run.run()
    assert run.turns == ["catching_up", "pacing", "stopped"]
    assert run.env.now / SECOND_US == pytest.approx(600.0 + 100.0 * speed, abs=0.1 * speed)


def test_nobody_sets_the_clock_of_who_asked_for_another_speed():
    run = Run(speed=1.0, wall_s=600.0, stop_at_s=700.0)
    set_it, commands = setting(run, {50.0: 3600.0}), [ClockCommand(Speed(2.0), paused=False)]

    def happens(at_us: int) -> None:
        if commands and run.wall.elapsed_s > 20.0:
            run.commands.post(commands.pop())
        set_it(at_us)

    run.on_event = happens
    run.run()
    assert run.turns == ["catching_up", "pacing", "stopped"]
    assert run.env.now / SECOND_US == pytest.approx(600.0 + 20.0 + 2 * 80.0, abs=1.0)


def test_a_machine_that_slept_is_not_one_whose_clock_was_set():
    run = Run(speed=1.0, wall_s=600.0, stop_at_s=4300.0)
    sleeps = [3600.0]
    run.on_event = lambda _: run.wall.pass_by(sleeps.pop()) if sleeps and run.wall.elapsed_s > 20.0 else None
    run.run()
    assert run.turns == ["catching_up", "pacing", "stopped"]
    assert run.env.now / SECOND_US == pytest.approx(4300.0, abs=0.1)


def test_ahead_of_the_wall_clock_it_paces_at_once_from_where_it_stands():
    run = Run(speed=5.0, sim_now_us=10 * HOUR_US, wall_s=3600.0, until_us=11 * HOUR_US).run()
    assert run.phases == ["pacing", "finished"]
    assert run.wall.elapsed_s == pytest.approx(3600 / 5.0, abs=0.1)


def test_without_catching_up_it_paces_from_where_it_stands():
    run = Run(speed=60.0, wall_s=1e6, until_us=HOUR_US, catch_up=False).run()
    assert run.phases == ["pacing", "finished"]
    assert run.wall.elapsed_s == pytest.approx(60.0, abs=0.1)


@pytest.mark.parametrize("wall_s", [0.0, 1e6], ids=["ahead of the wall clock", "behind it"])
def test_max_never_paces(wall_s: float):
    run = Run(speed=inf, wall_s=wall_s, until_us=30 * HOUR_US, every_us=60 * SECOND_US).run()
    assert "pacing" not in run.phases
    assert run.phases[-1] == "finished"
    assert run.stop.waits == []
    assert run.env.now == 30 * HOUR_US


@pytest.mark.parametrize("speed", [1.0, 10.0, 100.0])
def test_it_does_not_drift_in_an_hour_and_nothing_comes_early(speed: float):
    run = Run(speed=speed, until_us=HOUR_US, catch_up=False).run()
    lateness = run.lateness_s(0, 0.0)
    assert len(lateness) == 7200
    assert min(lateness) >= 0.0
    assert max(lateness) <= WITHIN_S
    assert abs(max(lateness[:100]) - max(lateness[-100:])) <= 0.01  # as punctual at the end as at the beginning


def test_a_stall_is_caught_up_and_shown():
    run = Run(speed=10.0, until_us=600 * SECOND_US, catch_up=False)
    run.on_event = lambda at: run.wall.pass_by(5.0) if at == 300 * SECOND_US else None
    run.run()
    lateness = run.lateness_s(0, 0.0)
    late = [how for how in lateness if how > WITHIN_S]
    assert len(late) == pytest.approx(100, abs=3)  # the fifty seconds of the stall, two events each
    assert max(late) <= 5.0 + WITHIN_S
    assert max(lateness[-100:]) <= WITHIN_S
    assert run.wall.elapsed_s == pytest.approx(60.0, abs=0.1)
    assert max(status.lag_s or 0.0 for status in run.seen) > 1.0, "nobody was told"


def test_a_slow_commit_is_caught_up():
    run = Run(speed=10.0, until_us=600 * SECOND_US, catch_up=False)
    run.on_event = lambda at: setattr(run.database, "write_s", 3.0 if at == 300 * SECOND_US else 0.0)
    run.run()
    assert max(run.lateness_s(0, 0.0)) > 2.0
    assert max(run.lateness_s(0, 0.0)[-100:]) <= WITHIN_S
    assert run.database.categories == list(range(1, 1201))


def test_more_speed_than_there_is_is_told_as_kept_below_asked_and_nothing_is_dropped():
    run = Run(speed=1000.0, every_us=SECOND_US, until_us=2 * HOUR_US, catch_up=False)
    run.on_event = lambda _: run.wall.pass_by(0.0025)  # 400 simulated seconds a real one at best
    run.run()
    in_the_middle = [status for status in run.seen if status.phase == "pacing"][len(run.seen) // 2]
    assert in_the_middle.speed_asked == "1000x"
    assert in_the_middle.speed_kept == pytest.approx(400, rel=0.1)
    assert in_the_middle.lag_s is not None
    assert in_the_middle.lag_s > 1.0
    assert run.database.categories == list(range(1, 7201))
    kept = [report["kept_speed"] for report in run.database.reported if report["kept_speed"]]
    assert kept[-1] == pytest.approx(400, rel=0.1)


def test_a_speed_a_little_too_high_is_not_told_as_kept():
    """Slices get longer and longer then; the lag must be that of now and not of before the slice."""
    run = Run(speed=100.0, every_us=SECOND_US, until_us=HOUR_US, catch_up=False)
    run.on_event = lambda _: run.wall.pass_by(0.0125)  # 80 at best
    run.run()
    last = [status for status in run.seen if status.phase == "pacing"][-1]
    true_lag_s = run.wall.elapsed_s - 36.0
    assert true_lag_s == pytest.approx(9.0, abs=1.0)
    assert last.lag_s == pytest.approx(true_lag_s, abs=2.5)


def test_what_happened_is_committed_within_a_quarter_of_a_second():
    run = Run(speed=10.0, until_us=600 * SECOND_US, catch_up=False).run()
    waited = []
    commits = list(zip(run.database.instants, run.database.written_at_s, strict=True))
    for at_us, at_s in run.happened:
        waited.append(next(written for instant, written in commits if instant >= at_us) - at_s)
    assert max(waited) <= 0.25


def test_idle_it_sleeps():
    run = Run(speed=1.0, every_us=30 * SECOND_US, until_us=600 * SECOND_US, catch_up=False).run()
    assert len(run.stop.waits) <= 600 * 50  # a glance at the clock costs a tenth of a millisecond
    assert sum(run.stop.waits) == pytest.approx(600.0, rel=0.01)


def test_a_stop_ends_the_run_where_it_is_with_everything_committed():
    run = Run(speed=10.0, until_us=HOUR_US, catch_up=False, stop_at_s=60.0).run()
    assert run.phases == ["pacing", "stopped"]
    assert run.env.now / SECOND_US == pytest.approx(600.0, abs=5.0)
    assert run.database.instants[-1] == run.env.now
    assert run.database.categories == [n for n, _ in enumerate(run.happened, start=1)]
    assert run.database.kept == 0
    assert run.seen[-1].phase == "stopped"


def test_the_end_is_exact_and_nothing_after_it_happens():
    run = Run(speed=10.0, every_us=7 * SECOND_US, until_us=700 * SECOND_US, catch_up=False).run()
    assert run.env.now == run.database.instants[-1] == run.happened[-1][0] == 700 * SECOND_US
    assert len(run.happened) == 100


def test_cuts_only_ever_move_on_and_end_where_the_world_stands():
    run = Run(speed=10.0, wall_s=600.0, until_us=HOUR_US, stop_at_s=700.0).run()
    assert run.database.instants == sorted(run.database.instants)
    assert run.database.instants[-1] == run.env.now


def test_a_batch_is_handed_over_before_it_grows_large(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runner, "ROWS_A_BATCH", 1000)
    run = Run(speed=inf, every_us=SECOND_US, until_us=10_000 * SECOND_US).run()
    sizes = [later - earlier for earlier, later in zip(run.database.instants, run.database.instants[1:], strict=False)]
    assert max(sizes) <= (1000 + 256) * SECOND_US


def any_status_of(run: Run) -> dict[str, Any]:
    return {name: getattr(run.seen[-1], name) for name in ("phase", "sim_now", "target", "rows", "batches_behind")}


def test_the_last_status_tells_how_it_ended():
    run = Run(speed=inf, until_us=HOUR_US).run()
    assert any_status_of(run) == {
        "phase": "finished",
        "sim_now": EPOCH + timedelta(hours=1),
        "target": EPOCH + timedelta(hours=1),
        "rows": 7200,
        "batches_behind": 0,
    }


# --- asked for something else while it runs ------------------------------------------------------------------------


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


def test_another_speed_holds_from_where_the_clock_stands():
    run = Run(speed=10.0, until_us=2000 * SECOND_US, catch_up=False)
    ask(run, 1000, 100.0)
    run.run()
    assert wall_between(run, 0 + 10, 1000) == pytest.approx(99.0, abs=WITHIN_S)
    assert wall_between(run, 1010, 1990) == pytest.approx(9.8, abs=WITHIN_S)
    assert wall_between(run, 990, 1010) <= 2.0, "a freeze"
    assert [status.speed_asked for status in run.seen][-1] == "100x"
    assert run.database.categories == list(range(1, 4001))


def test_slowed_down_it_does_not_wait_for_the_wall_to_catch_up():
    run = Run(speed=100.0, wall_s=3600.0, sim_now_us=HOUR_US, until_us=2 * HOUR_US)
    ask(run, 3600 + 1800, 1.0)
    ask(run, 3600 + 1860, 1000.0)
    run.run()
    assert wall_between(run, 5400, 5460) == pytest.approx(60.0, abs=2.5)  # a slice at 100x is 2.5 s


def test_from_max_to_a_pace_it_begins_where_it_stands_though_behind_the_wall_clock():
    run = Run(speed=inf, every_us=SECOND_US, wall_s=1e6, until_us=2000 * SECOND_US)
    ask(run, 1000, 10.0)
    run.run()
    [slowed] = [at for at, report in zip(run.database.instants, run.database.reported, strict=True)
                if report["speed"] == "10x"][:1]  # fmt: skip
    assert run.wall.elapsed_s == pytest.approx((2000 * SECOND_US - slowed) / SECOND_US / 10.0, abs=1.0)


def test_from_a_pace_to_max_it_does_not_rest_any_more():
    run = Run(speed=1.0, until_us=10_000 * SECOND_US, catch_up=False)
    ask(run, 100, inf)
    run.run()
    assert run.wall.elapsed_s == pytest.approx(100.0, abs=5.0)


def test_paused_the_clock_stands_and_says_so_and_resumed_it_does_not_make_up_for_it():
    run = Run(speed=10.0, until_us=200 * SECOND_US, catch_up=False)
    ask(run, 100, 10.0, paused=True)
    stood: list[int] = []
    wait = run.stop.wait

    def rest(timeout: float | None = None) -> bool:
        if run.seen and run.seen[-1].phase == "paused":
            stood.append(run.env.now)
            if run.wall.now_s > 60.0:
                run.commands.post(ClockCommand(Speed(10.0), paused=False))
        return wait(timeout)

    run.stop.wait = rest  # type: ignore[method-assign]
    run.run()
    assert len(set(stood)) == 1
    assert run.phases == ["pacing", "paused", "finished"]
    assert wall_between(run, 110, 190) == pytest.approx(8.0, abs=WITHIN_S), "a sprint"
    paused = [at for at, report in zip(run.database.written_at_s, run.database.reported, strict=True)
              if report["status"] == "paused"]  # fmt: skip
    assert max(later - earlier for earlier, later in pairwise(paused)) <= 1.1, "no sign of life"


def test_a_stop_ends_a_pause():
    run = Run(speed=10.0, until_us=HOUR_US, catch_up=False, stop_at_s=30.0)
    ask(run, 100, 10.0, paused=True)
    run.run()
    assert run.phases == ["pacing", "paused", "stopped"]
    assert run.database.instants[-1] == run.env.now


def test_another_speed_while_catching_up_is_that_of_the_pace_to_come():
    run = Run(speed=1.0, every_us=SECOND_US, wall_s=7200.0, until_us=7300 * SECOND_US)
    run.on_event = lambda _: run.wall.pass_by(0.001)
    ask(run, 1000, 5.0)
    run.run()
    assert run.phases == ["catching_up", "pacing", "finished"]
    assert run.seen[-1].speed_asked == "5x"
    paced_from = next(at for at, report in zip(run.database.instants, run.database.reported, strict=True)
                      if report["status"] == "pacing")  # fmt: skip
    assert paced_from / SECOND_US == pytest.approx(7207.2, abs=2.0)


# --- the database goes away ----------------------------------------------------------------------------------------


def test_an_outage_within_the_bound_is_not_noticed_by_the_clock():
    run = Run(speed=10.0, until_us=600 * SECOND_US, catch_up=False)
    run.database.room = 100
    run.database.away = (20.0, 30.0)
    run.run()
    assert max(run.lateness_s(0, 0.0)) <= WITHIN_S
    assert any(status.trouble == "it is away" for status in run.seen)
    assert run.seen[-1].trouble is None


def test_beyond_the_bound_the_clock_stands_and_goes_on_without_a_sprint():
    run = Run(speed=10.0, sim_now_us=HOUR_US, until_us=HOUR_US + 600 * SECOND_US)
    run.database.away = (20.0, 80.0)
    run.run()
    before, after = 3600 + 190, 3600 + 590
    assert wall_between(run, 3600 + 10, before) == pytest.approx(18.0, abs=WITHIN_S)
    assert run.wall.elapsed_s == pytest.approx(60.0 + 60.0, abs=2.0)
    assert wall_between(run, 3600 + 230, after) == pytest.approx(36.0, abs=WITHIN_S)
    assert run.database.categories == list(range(7201, 8401))


def test_abreast_of_the_wall_clock_it_catches_up_with_it_after_an_outage():
    run = Run(speed=1.0, wall_s=60.0, until_us=600 * SECOND_US)
    run.database.away = (100.0, 200.0)
    run.run()
    assert run.phases == ["catching_up", "pacing", "finished"]
    assert run.wall.now_s == pytest.approx(600.0, abs=1.0)


def test_told_to_stop_while_the_database_is_away_it_leaves_after_a_moment_and_says_what_is_missing():
    run = Run(speed=10.0, until_us=HOUR_US, catch_up=False, stop_at_s=60.0)
    run.database.away = (20.0, inf)
    with pytest.raises(SinkError, match=r"4 batches could not be written \(it is away\); going on will simulate them"):
        run.run()
    assert run.database.forgotten == 3
    assert run.wall.now_s == pytest.approx(65.0, abs=1.0)


def test_told_to_stop_it_waits_for_a_database_that_is_only_slow():
    run = Run(speed=10.0, until_us=HOUR_US, catch_up=False, stop_at_s=60.0)
    run.database.away = (59.0, 62.0)
    run.run()
    assert run.phases == ["pacing", "stopped"]
    assert (run.database.forgotten, run.database.kept) == (0, 0)
    assert run.database.instants[-1] == run.env.now
