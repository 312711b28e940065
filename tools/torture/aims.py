"""What kills are aimed at: a milestone that can be seen from the database, and a random time after it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tools.torture.looking import Look
from tools.torture.pauses import Pauses

Reached = Callable[[Look, Look], bool]  # of the present look and of the one before the start


class Aim(NamedTuple):
    """A milestone, and up to how long after it the kill comes."""

    name: str
    reached: Reached
    within_s: float = 0.0
    batches: tuple[int, ...] | None = None  # None: an aim at a shop that has some; else how many, -1 for no shop at all
    paced: bool | None = None  # None: either
    later: bool = False  # not before the shop has gone on for a while
    pauses: Pauses = Pauses()

    def is_possible(self, before: Look) -> bool:
        """Whether a simulator that is started now may come to the milestone."""
        batches = -1 if before.batches is None else before.batches
        return batches > 0 if self.batches is None else batches in self.batches


def doing(*what: str, for_s: float = 0.0) -> Reached:
    """While the simulator is doing this, in whatever batch, and has been for so long."""
    return lambda look, _before: bool(look.backends) and look.doing(for_s) in what


def in_phase(beginning: str) -> Reached:
    """While the phase's name begins so."""
    return lambda look, before: look.phase(before).startswith(beginning)


def at_once(_look: Look, _before: Look) -> bool:
    """From the start on."""
    return True


NEW_SHOP = (
    Aim("schema, at once", in_phase("schema"), batches=(-1,)),
    Aim("schema", in_phase("schema"), 0.15, batches=(-1,)),
    Aim("opening", in_phase("opening"), 0.4, batches=(-1, 0)),
    Aim("opening COPY", in_phase("opening: COPY"), 0.02, batches=(-1, 0)),
    Aim("opening COMMIT", in_phase("opening: COMMIT"), 0.1, batches=(0,), pauses=Pauses(commit_s=0.15)),
)
"""Aims at a shop that has no batch yet, in this order."""

SIMULATING = Aim("simulating", doing("simulating"), 0.5, later=True)
# One new batch may still be the dead simulator's; with two the living one is at work.
OUTAGE = Aim("an outage", lambda look, before: (look.batches or 0) > (before.batches or 0) + 1, 0.3)
FIRST_BATCHES = SIMULATING._replace(name="first batches", batches=(-1, 0))
LONG_COPY = Aim("a long COPY", doing("COPY"), 0.1, pauses=Pauses(copy_s=0.15))
LONG_END = Aim("just before COMMIT", doing("just before COMMIT"), 0.1, pauses=Pauses(before_commit_s=0.15))
LONG_COMMIT = Aim("a long COMMIT", doing("COMMIT", for_s=0.05), 0.1, pauses=Pauses(commit_s=0.2))
LONG_READING = Aim("a long reading", in_phase("going on: reading"), 0.1, pauses=Pauses(locked="public.inventory"))
_IN_A_BATCH = (
    SIMULATING,
    LONG_COPY,
    LONG_END,
    LONG_COMMIT,
    Aim("COPY", doing("COPY"), 0.005, later=True),
    Aim("between COPY and COMMIT", doing("between COPY and COMMIT"), later=True),
    Aim("COMMIT", doing("COMMIT"), later=True),
)
ANY_SHOP = (
    *(aim._replace(paced=paced) for paced in (False, True) for aim in _IN_A_BATCH),
    LONG_READING,
    Aim("reading", in_phase("going on: reading"), 0.05),
    Aim("reading, at once", in_phase("going on: reading")),
    Aim("going on", in_phase("going on"), 0.5),
    Aim("twice in a row", at_once, 1.0),
    Aim("any moment", at_once, 3.0),
)
"""Aims at a shop that goes on."""


def dealt(luck: random.Random) -> Iterator[Aim]:
    """Aims without end: first those at a new shop, then all the others again and again, in random order."""
    yield from NEW_SHOP
    while True:
        yield FIRST_BATCHES  # possible only while there are none
        yield from luck.sample(ANY_SHOP, len(ANY_SHOP))
