"""The coordinator: has a pool of workers live through history, chunk by chunk, each written in one transaction."""

from __future__ import annotations

import threading
from collections import deque
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Protocol

from sim.clock.pacer import WallClock
from sim.journal.port import SinkError
from sim.run.history.chunk_sizing import ChunkSizer
from sim.run.pacing.clock_state import ClockState
from sim.run.pacing.commands import ClockCommand
from sim.run.pacing.drain import OBSERVE_EVERY_S, SIMULATES_AGAIN, drain
from sim.run.pacing.rate_meter import RateMeter
from sim.run.status import EMPTY, Census

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.journal.port import HistorySink
    from sim.run.configuration import RunConfig
    from sim.run.history.intervals import Interval
    from sim.run.history.worker import Result
    from sim.run.pacing import Commands
    from sim.run.status import Status

_AHEAD = 3  # chunks that are being lived through, made or written, so that nobody waits for anybody
_AT_ONCE = 4  # keys or indexes handed over and not there yet: to tell how far it has come
_SIGN_OF_LIFE_S = 2.0
_BUILDS_AGAIN = "build the keys and indexes that are missing"


def _attempt(something: Callable[[], None], failed: list[Exception]) -> None:
    try:
        something()
    except Exception as error:  # noqa: BLE001  the main thread raises it
        failed.append(error)


class Workers(Protocol):
    """Who lives through the chunks: a `WorkerPool`."""

    def ask(self, until_us: int) -> None:
        """Ask all of them to live up to an instant."""

    def answers(self, timeout_s: float) -> list[Result] | None:
        """What all have made of the oldest chunk unanswered; None when that takes longer."""


class Coordinator:
    """Makes history until it is there, somebody asks to stop, or commands what only the live shop can do.

    What the rows say depends on none of that.
    """

    def __init__(
        self,
        sink: HistorySink,
        config: RunConfig,
        interval: Interval,
        observe: Callable[[Status], None],
        stop: threading.Event,
        commands: Commands,
        counted: Census = EMPTY,
        wall: WallClock | None = None,
    ) -> None:
        """`counted` is what has been counted before this interval."""
        self._sink = sink
        self._config = config
        self._target_us = interval.target_us
        self._observe = observe
        self._stop = stop
        self._commands = commands
        self._wall = wall or WallClock()
        self._asked_us = interval.begins_us
        self._written_us = interval.begins_us or 0
        self._sizer = ChunkSizer()
        self._rates = RateMeter()
        self._counted = self._census = counted
        self._opens = interval.begins_us is None
        self._to_build = 0
        self._ended: str | None = None
        self._observed_s = -inf

    @property
    def now_us(self) -> int:
        """The instant up to which everything was handed over."""
        return self._written_us

    def make(self, workers: Workers) -> Census:
        """Make history, and return the shop's last census; everything is handed over then.

        Raises WorkerLost, SinkError.
        """
        asked: deque[int] = deque()
        while self._has_more or asked:
            while self._has_more and len(asked) < _AHEAD:
                asked.append(self._ask(workers))
            made = self._answers(workers)
            if not self._write(asked.popleft(), made):
                break
        return self._census

    def build(self, steps: Sequence[Callable[[], None]]) -> None:
        """Build what was set aside, a key or an index a step, which hands it to the sink; all of it is there then."""
        for done, hand_over in enumerate(steps):
            self._to_build = len(steps) - done
            self._report("catching_up")
            hand_over()
            while self._sink.behind >= _AT_ONCE and not self._sink.wait_until_written(OBSERVE_EVERY_S):
                self._show_status()
                if self._shall_give_up:
                    break
        self.drain()
        self._to_build = 0

    def show_during(self, something: Callable[[], None], to_build: int) -> None:
        """Do something for so many keys or indexes, show the run meanwhile, and give signs of life.

        Raises what it raises, and SinkError when the database is away and somebody asks to stop.
        """
        self._to_build = to_build
        failed: list[Exception] = []
        thread = threading.Thread(target=partial(_attempt, something, failed), name="building", daemon=True)
        thread.start()
        told_s = self._wall.steady_s()
        while thread.is_alive():
            thread.join(OBSERVE_EVERY_S)
            self._show_status()
            if self._shall_give_up:
                self._sink.give_up()
                raise SinkError(f"{self._sink.trouble}; going on will {_BUILDS_AGAIN}")
            if self._sink.behind == 0 and self._wall.steady_s() - told_s > _SIGN_OF_LIFE_S:
                self._report("catching_up")
                self._sink.write_encoded(self._written_us, ())
                told_s = self._wall.steady_s()
        self._to_build = 0
        if failed:
            raise failed[0]

    def end(self) -> None:
        """Note how the run ended, for it goes no further."""
        self._ended = "stopped" if self._written_us < self._config.end_us else "finished"
        self._report(self._ended)
        self._sink.write_encoded(self._written_us, ())
        self.drain()
        self._show_status(at_once=True)

    def drain(self) -> None:
        """Return when all that was handed over is committed. Raises SinkError."""
        again = _BUILDS_AGAIN if self._to_build else SIMULATES_AGAIN
        drain(self._sink, self._show_status, self._stop, self._wall, again=again)

    @property
    def _has_more(self) -> bool:
        """Whether there is another chunk to ask for."""
        if self._asked_us is None:
            return True  # a shop without an opening is none
        wanted_live = self._commands.differ_from(ClockCommand(self._config.speed, paused=False))
        return self._asked_us < self._target_us and not self._stop.is_set() and not wanted_live

    @property
    def _shall_give_up(self) -> bool:
        return self._stop.is_set() and self._sink.trouble is not None

    def _ask(self, workers: Workers) -> int:
        before_us = self._asked_us
        self._asked_us = 0 if before_us is None else self._sizer.next_end(before_us, self._target_us)
        workers.ask(self._asked_us)
        return self._asked_us

    def _answers(self, workers: Workers) -> list[Result]:
        while (made := workers.answers(OBSERVE_EVERY_S)) is None:
            self._show_status()
        return made

    def _write(self, cut_us: int, made: Sequence[Result]) -> bool:
        """Hand a chunk over when there is room for it. False: told to stop meanwhile."""
        while not self._sink.wait_for_room(OBSERVE_EVERY_S):
            self._show_status()
            if self._shall_give_up:
                return False
        self._report("catching_up")
        self._sink.write_encoded(cut_us, [each for part in made for each in part.encoded])
        self._sizer.learn(cut_us - self._written_us, sum(part.rows for part in made))
        self._written_us = cut_us
        self._census = Census.of_all([self._counted, *(part.census for part in made)])
        self._show_status()
        return True

    @property
    def _making(self) -> str:
        """What is being made: an opening takes long, and no time goes by in it."""
        return "opening" if self._opens and not self._sink.rows_written else "catching_up"

    def _report(self, status: str) -> None:
        self._sink.report(
            {"speed": str(self._config.speed), "kept_speed": self._rates.kept_speed, "lag_s": None, "status": status}
        )

    def _show_status(self, *, at_once: bool = False) -> None:
        """Show how far it is, a few times a second."""
        now_s = self._wall.steady_s()
        if now_s - self._observed_s < OBSERVE_EVERY_S and not at_once:
            return
        self._observed_s = now_s
        self._rates.read(now_s, self._written_us, self._sink.rows_written)
        phase = self._ended or ("building" if self._to_build else self._making)
        bounded = not self._to_build and (self._config.until_us is not None or self._target_us < self._config.end_us)
        clock = ClockState(phase, self._target_us if bounded else None, str(self._config.speed), None, self._to_build)
        self._observe(clock.status(self._config.epoch, self._written_us, self._census, self._rates, self._sink))
