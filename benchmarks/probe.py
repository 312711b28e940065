"""A look into a paced run while it goes: its clock against true pace, and its processor time.

The run is the real one, `sim.run.start.run_shop`; only its runner and counter are replaced by ones that also look.
Looking at the clock for every fact costs a seventh of the simulation, so what is not paced is not looked at like this.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sim.clock.pacer import WallClock
from sim.run import live_phase, start
from sim.run.pacing import FactCounter, Runner
from sim.settings import Given, resolve

if TYPE_CHECKING:
    from sim.facts import Fact
    from sim.journal.journal import Journal
    from sim.run.status import Status

_SAMPLE_EVERY_S = 0.005
_WARM_UP_S = 1.0  # after the beginning of pacing: what the first slice had to make up for is not pace


@dataclass(slots=True)
class Probe:
    """What was seen of one run. Seconds are real ones unless a name says otherwise."""

    factor: float = 1.0
    anchor_s: float | None = None  # the steady clock's reading at which pacing began
    anchor_us: int = 0  # and where the simulated clock stood then
    fact_late_s: list[float] = field(default_factory=list)  # how long after its true instant a fact was told
    clock_behind_s: list[float] = field(default_factory=list)  # the simulated clock against true pace, sampled
    statuses: list[Status] = field(default_factory=list)
    wall_s: float = 0.0  # of running, without taking up
    cpu_s: float = 0.0
    sim_us: int = 0

    def true_s(self, at_us: int) -> float:
        """Return when, by the steady clock, a simulated instant is due."""
        assert self.anchor_s is not None
        return self.anchor_s + (at_us - self.anchor_us) / 1e6 / self.factor

    def paced_since(self, now_s: float) -> bool:
        """Whether pacing has gone on for a while."""
        return self.anchor_s is not None and now_s > self.anchor_s + _WARM_UP_S


class LookingCounter(FactCounter):
    """A counter that also notes how late each fact comes."""

    def __init__(self, journal: Journal, probe: Probe) -> None:
        super().__init__(journal)
        self._probe = probe
        self.runner: LookingRunner | None = None

    def tell(self, fact: Fact) -> None:
        """Note, count and pass on."""
        probe = self._probe
        if self.runner is not None and probe.paced_since(now_s := WallClock().steady_s()):
            probe.fact_late_s.append(now_s - probe.true_s(self.runner.now_us))
        super().tell(fact)


class LookingRunner(Runner):
    """A runner that is timed, and whose clock is compared with true pace every few milliseconds."""

    def __init__(self, world: Any, journal: Any, counter: FactCounter, *more: Any, probe: Probe, **named: Any) -> None:
        super().__init__(world, journal, counter, *more, **named)
        self._env = world.env
        self._probe = probe
        if isinstance(counter, LookingCounter):
            counter.runner = self

    @property
    def now_us(self) -> int:
        """Where the simulated clock stands."""
        return int(self._env.now)

    def run(self) -> None:
        """Run, looking."""
        probe, over = self._probe, threading.Event()
        self._sink.flush()
        sampler = threading.Thread(target=self._sample, args=(over,))
        began_us, began_s, began_cpu_s = self.now_us, time.perf_counter(), time.process_time()
        sampler.start()
        try:
            super().run()
        finally:
            over.set()
            probe.wall_s = time.perf_counter() - began_s
            probe.cpu_s = time.process_time() - began_cpu_s
            probe.sim_us = self.now_us - began_us
            sampler.join()

    def _begin_to_pace(self) -> None:
        super()._begin_to_pace()
        if self._pacer is not None:
            self._probe.anchor_s, self._probe.anchor_us = self._pacer.anchor

    def _sample(self, over: threading.Event) -> None:
        probe, clock = self._probe, WallClock()
        while not over.wait(_SAMPLE_EVERY_S):
            stood_us, now_s = self.now_us, clock.steady_s()
            if probe.paced_since(now_s):
                probe.clock_behind_s.append(abs(now_s - probe.true_s(stood_us)))


def probed_run(url: str, options: dict[str, str], *, stop_after_s: float, at_facts: bool = True) -> Probe:
    """Run a paced shop with these options, without catching up, for so many real seconds of pacing.

    Looks at the clock at every fact, or (not `at_facts`) only 200 times a second; that takes about half a per cent of a
    core, which counts as the run's.
    """
    settings = resolve(Given(options, {}), catch_up=False)
    probe, stop = Probe(settings.speed.factor), threading.Event()

    def observe(status: Status) -> None:
        probe.statuses.append(status)
        if probe.anchor_s is not None and WallClock().steady_s() > probe.anchor_s + stop_after_s:
            stop.set()

    with _looking(probe, at_facts=at_facts):
        start.run_shop(settings, url, observe, stop)
    return probe


@contextmanager
def _looking(probe: Probe, *, at_facts: bool) -> Iterator[None]:
    with (
        patch.object(live_phase, "Runner", partial(LookingRunner, probe=probe)),
        patch.object(live_phase, "FactCounter", partial(LookingCounter, probe=probe) if at_facts else FactCounter),
    ):
        yield
