"""The second phase of a start: the world lives in this process, opened or resumed, and keeps pace with the clock."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from sim.journal.journal import Journal
from sim.processes.incidents import carry_out
from sim.run.pacing import FactCounter, Runner
from sim.run.pacing.census import open_in
from sim.run.pacing.clock_state import ClockState
from sim.run.pacing.gc_tuning import freeze_what_is_there
from sim.run.pacing.rate_meter import RateMeter
from sim.run.status import EMPTY, Census
from sim.run.world import world_of

if TYPE_CHECKING:
    from sim.journal.port import ReportingSink
    from sim.processes.world import World
    from sim.run.context import RunContext


def live(context: RunContext, sink: ReportingSink, counted: Census, *, is_open: bool) -> None:
    """Live until the end or a stop; `counted` is what history has counted, `is_open` whether the shop has opened."""
    config = context.config
    journal = Journal(sink)
    counter = FactCounter(journal)
    if not is_open:
        opening = ClockState("opening", None, str(config.speed), None)
        context.observe(opening.status(config.epoch, 0, EMPTY, RateMeter(), sink))
    world, before = _world(context, counter, is_open=is_open)
    freeze_what_is_there()
    if not is_open:
        world.env.run_through(0, lambda: False)  # whatever happens at the epoch itself belongs to the opening
        journal.commit(0)
    counter.counts = Counter()
    Runner(
        world,
        journal,
        counter,
        sink,
        config,
        context.observe,
        context.stop,
        context.commands,
        before=Census.of_all([counted, before]),
        carry_out=partial(carry_out, world),
    ).run()


def _world(context: RunContext, counter: FactCounter, *, is_open: bool) -> tuple[World, Census]:
    """The world with its people, opened or resumed, and what is open in it."""
    snapshot = context.open_rows() if is_open else None
    counter.resume(snapshot.orders if snapshot else ())
    return world_of(context.config, counter.tell, snapshot), open_in(snapshot)
