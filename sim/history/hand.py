"""A hand: a process of its own that simulates some of the cities and hands over what is to be written.

Like the composition root it knows processes and sinks both, for it is the root of its process.
"""

from __future__ import annotations

import signal
import traceback
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sim import facts
from sim.journal.journal import Journal
from sim.processes.founding import Deed, build_world
from sim.processes.going_on import take_up
from sim.processes.life import come_alive
from sim.processes.opening import open_shop
from sim.running.garbage import keep_what_is_there
from sim.running.instruments import Panel
from sim.running.tally import Tally
from sim.sinks.postgres.pieces import PieceSink

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from sim.facts import Fact
    from sim.processes.world import World
    from sim.sinks.postgres.steps import Piece
    from sim.snapshot import Snapshot
    from sim.status import Census

_COMMON = (
    facts.CategoryListed,
    facts.ProductListed,
    facts.PriceSet,
    facts.IncidentBegan,
    facts.IncidentEnded,
)
"""Facts that belong to no city: every hand lives through them, and the first one tells them."""


class Brief(NamedTuple):
    """What a hand has to do. The snapshot, where there is one, is of its own cities."""

    number: int
    deed: Deed
    cities: frozenset[int]
    snapshot: Snapshot | None
    before: Census  # of those cities


class Made(NamedTuple):
    """What a hand has made of a stretch of time."""

    piece: Piece
    census: Census


class Broken(NamedTuple):
    """A mistake of ours, as its traceback."""

    told: str


def work(connection: Connection, brief: Brief) -> None:
    """Live up to each instant asked for, and answer with what was made of it, until nobody asks any more."""
    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        signal.signal(number, signal.SIG_IGN)  # who asks us decides; that nobody does any more ends us
    try:
        hand = _Hand(brief)
        while True:
            connection.send(hand.made_until(connection.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception:  # noqa: BLE001  whatever it is, it is told where people see it
        connection.send(Broken(traceback.format_exc()))


class _Hand:
    """A world of some cities, with its way to the bytes."""

    def __init__(self, brief: Brief) -> None:
        self._sink = PieceSink(brief.deed.epoch, str(brief.number))
        self._journal = Journal(self._sink)
        self._tally = tally = Tally(self._journal)
        tell = tally.tell if brief.number == 0 else _all_but_common(tally.tell)
        self._world = self._founded(brief, tell)
        self._panel = Panel(self._world, tally, brief.before)

    def _founded(self, brief: Brief, tell: Callable[[Fact], None]) -> World:
        world = build_world(brief.deed, tell, brief.snapshot, brief.cities)
        if brief.snapshot is None:
            open_shop(world)
        else:
            take_up(world, brief.snapshot)
        come_alive(world)
        self._tally.counts = Counter()
        keep_what_is_there()
        return world

    def made_until(self, until_us: int) -> Made:
        self._world.env.run_through(until_us, lambda: False)
        self._journal.commit(until_us)
        return Made(self._sink.take(), self._panel.census())


def _all_but_common(tell: Callable[[Fact], None]) -> Callable[[Fact], None]:
    def tell_own(fact: Fact) -> None:
        if not isinstance(fact, _COMMON):
            tell(fact)

    return tell_own
