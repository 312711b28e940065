"""The runner: catches up with the wall clock, keeps pace, and heeds who asks for another speed or a pause."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from sim.clock.pacer import Pacer, WallClock
from sim.run.pacing.census import CensusTaker
from sim.run.pacing.clock_state import ClockState
from sim.run.pacing.commands import Commands
from sim.run.pacing.drain import OBSERVE_EVERY_S, drain
from sim.run.pacing.rate_meter import RateMeter
from sim.run.status import EMPTY, Census, Status

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from sim.journal.journal import Journal
    from sim.journal.port import ReportingSink
    from sim.processes.world import World
    from sim.run.configuration import RunConfig
    from sim.run.pacing.fact_counter import FactCounter
    from sim.snapshot import IncidentRequest

ROWS_A_BATCH = 20_000
_COMMIT_EVERY_S = 0.2  # while pacing: what happened is visible within this and the commit's own time
_COMMIT_CATCHING_UP_S = 1.0
_COMMIT_PAUSED_S = 0.5  # nothing happens, but a sign of life
_SLICE_S = 0.01  # the clock is looked at no more often than this
_LONGEST_SLICE_S = 0.025  # nor more seldom, so that whoever reads the clock finds it on time
_CAUGHT_UP_US = 50_000  # the wall clock moves on while we catch up, so this near is there
_SET_FORWARD_US = 1_000_000  # what a clock is corrected by while it goes stays far below, and is the steady one's too
_OUTAGE_S = 5.0  # standing still for so long is no hiccup: pacing begins anew afterwards


class Runner:
    """Drives one world until told to stop or at the end. What the rows say never depends on how it is driven."""

    def __init__(
        self,
        world: World,
        journal: Journal,
        counter: FactCounter,
        sink: ReportingSink,
        config: RunConfig,
        observe: Callable[[Status], None],
        stop: threading.Event,
        commands: Commands | None = None,
        wall: WallClock | None = None,
        *,
        before: Census = EMPTY,
        carry_out: Callable[[IncidentRequest], bool] = lambda _: False,
    ) -> None:
        """`sink` is the one that the journal hands its batches to; `before` is the census of what was resumed.

        `carry_out` begins or ends an incident at the instant where the clock stands, and tells whether it did.
        """
        self._env = world.env
        self._journal = journal
        self._sink = sink
        self._config = config
        self._observe = observe
        self._stop = stop
        self._commands = commands or Commands()
        self._carry_out = carry_out
        self._wall = wall or WallClock()
        self._census_taker = CensusTaker(world, counter, before)
        self._rates = RateMeter()
        self._end_us = config.end_us
        self._speed = config.speed
        self._pacer: Pacer | None = None  # None while catching up, and at max speed
        self._follows_wall_clock = True  # until somebody asks for another speed or a pause
        self._paused = False
        self._target_us: int | None = None
        self._lag_s: float | None = None
        self._ended: str | None = None
        self._committed_s = self._observed_s = -inf
        self._instants = 0

    def run(self) -> None:
        """Run until the end or a stop; everything is committed then. Raises SinkError."""
        while not self._over():
            self._obey_commands()
            if self._paused:
                self._stay_paused()
            elif self._pacer is None:
                self._catch_up()
            else:
                self._keep_pace(self._pacer)
        self._finish()

    # --- how the clock goes ------------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """One slice as fast as possible up to the wall clock (or for ever, at max speed); there pacing begins."""
        self._target_us = self._end_us if not self._speed.paced else min(self._end_us, self._wall_us())
        near_us = _CAUGHT_UP_US if self._target_us < self._end_us else 0
        if self._env.now >= min(self._end_us, self._target_us - near_us):
            self._begin_to_pace()
            return
        self._env.run_through(self._target_us, self._slice_is_over)
        self._commit_if_due(_COMMIT_CATCHING_UP_S)

    def _wall_us(self) -> int:
        return self._wall.since_us(self._config.epoch) if self._config.catch_up else 0

    def _begin_to_pace(self) -> None:
        """Anchor the pacer where the world stands; where it has just caught up, at the wall clock itself."""
        wall_us, now_us = self._wall_us(), self._env.now
        abreast = self._follows_wall_clock and wall_us - _CAUGHT_UP_US <= now_us <= wall_us
        self._pacer = Pacer(self._speed, wall_us if abreast else now_us, self._wall)
        self._target_us = None
        self._commit()

    def _keep_pace(self, pacer: Pacer) -> None:
        """One slice up to where true pace is by now, and a rest."""
        env, factor = self._env, pacer.speed.factor
        env.run_through(max(env.now, min(pacer.target_us(), self._end_us)), self._slice_is_over)
        self._lag_s = lag_s = max(0, pacer.target_us() - env.now) / factor / 1e6 if env.now < self._end_us else 0.0
        self._commit_if_due(_COMMIT_EVERY_S)
        self._show_status()
        until_event_s = (min(env.peek(), self._end_us) - pacer.target_us()) / factor / 1e6
        until_commit_s = self._committed_s + _COMMIT_EVERY_S - self._wall.steady_s()
        idle_s = max(_SLICE_S, min(until_event_s, until_commit_s, _LONGEST_SLICE_S))
        self._stop.wait(idle_s if lag_s < _SLICE_S else 0.0)

    def _was_set_forward(self) -> bool:
        """Whether somebody has set the wall clock forward, with which we kept pace or which we were ahead of.

        A machine that slept is no such thing: the steady clock has gone on, too. Set back, it will catch up with us.
        """
        if self._pacer is None or not self._follows_wall_clock or self._speed.factor < 1:
            return False
        return self._wall_us() - self._pacer.target_us() > _SET_FORWARD_US

    def _stay_paused(self) -> None:
        """A moment of a pause."""
        self._commit_if_due(_COMMIT_PAUSED_S)
        self._show_status()
        self._stop.wait(_LONGEST_SLICE_S)

    def _obey_commands(self) -> None:
        """Do as was asked last: from here and now on, so that no time is made up for and none is skipped."""
        done = [self._carry_out(request) for request in self._commands.take_incident_requests()]
        if any(done):
            self._commit()  # in one batch with all that has happened until now
        command = self._commands.take_clock_command()
        if command is None or (command.speed == self._speed and command.paused == self._paused):
            return
        caught_up = self._pacer is not None or not self._speed.paced
        self._speed, self._paused = command.speed, command.paused
        if caught_up:
            self._follows_wall_clock = False
            self._pacer = Pacer(command.speed, self._env.now, self._wall) if command.speed.paced else None
        self._lag_s = None
        self._rates.restart()
        self._commit()
        self._show_status(at_once=True)

    def _over(self) -> bool:
        return self._stop.is_set() or self._env.now >= self._end_us

    def _slice_is_over(self) -> bool:
        """Whether a slice should end: asked at the end of every simulated instant, so it mostly only counts."""
        self._instants += 1
        if self._instants % 256:
            return False
        self._show_status()
        due = self._wall.steady_s() - self._committed_s >= _COMMIT_CATCHING_UP_S
        return due or self._stop.is_set() or self._commands.waiting or self._journal.pending >= ROWS_A_BATCH

    # --- handing over ------------------------------------------------------------------------------------------------

    def _commit_if_due(self, every_s: float) -> None:
        if self._wall.steady_s() - self._committed_s >= every_s or self._journal.pending >= ROWS_A_BATCH:
            self._commit()

    def _commit(self) -> bool:
        """Hand over what has happened, when there is room for it; until then the clock stands. False: told to stop."""
        began_s = self._wall.steady_s()
        while not self._sink.wait_for_room(OBSERVE_EVERY_S):
            self._show_status()
            if self._stop.is_set():
                return False
        if self._wall.steady_s() - began_s > _OUTAGE_S or self._was_set_forward():
            self._restart_pacing()
        self._sink.report(
            {
                "speed": str(self._speed),
                "kept_speed": self._rates.kept_speed,
                "lag_s": self._lag_s,
                "status": self._phase,
            }
        )
        self._journal.commit(self._env.now)
        self._committed_s = self._wall.steady_s()
        return True

    def _restart_pacing(self) -> None:
        """After an outage, or a step of the wall clock, as after a night off: catch up with what we kept pace with."""
        self._lag_s = None
        self._rates.restart()
        if self._pacer is not None:
            self._pacer = None if self._follows_wall_clock else Pacer(self._speed, self._env.now, self._wall)

    def _finish(self) -> None:
        self._ended = "finished" if self._env.now >= self._end_us else "stopped"
        drain(self._sink, self._show_status, self._stop, self._wall, self._commit)
        self._show_status(at_once=True)

    # --- showing -----------------------------------------------------------------------------------------------------

    @property
    def _phase(self) -> str:
        if self._ended is not None:
            return self._ended
        if self._paused:
            return "paused"
        return "catching_up" if self._pacer is None else "pacing"

    def _show_status(self, *, at_once: bool = False) -> None:
        """Show the run's status, a few times a second."""
        now_s = self._wall.steady_s()
        if now_s - self._observed_s < OBSERVE_EVERY_S and not at_once:
            return
        self._observed_s = now_s
        self._rates.read(now_s, self._env.now, self._sink.rows_written)
        bounded = self._target_us is not None and (self._target_us < self._end_us or self._config.until_us is not None)
        clock = ClockState(self._phase, self._target_us if bounded else None, str(self._speed), self._lag_s)
        self._observe(
            clock.status(self._config.epoch, self._env.now, self._census_taker.census(), self._rates, self._sink)
        )
