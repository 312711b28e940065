"""What of a stream is wanted: the types by pattern, and where it begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from pipeline.events.contract import CATALOGUE
from pipeline.instants import NoInstant, understood

OPENING = "opening"


class BadSelection(ValueError):
    """A selection that can't be: one line naming the option, its value and what is allowed."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Types in causal order; `since` None is before everything, `until` None is the shop's now."""

    types: tuple[str, ...] = tuple(CATALOGUE)
    since: datetime | None = None
    until: datetime | None = None


def selection(types: str | None, since: str | None, until: str | None) -> Selection:
    """Understand the options as people write them. Raises BadSelection."""
    try:
        begin = None if since is None or since.strip() == OPENING else understood("from", since, OPENING)
        end = None if until is None else understood("until", until)
    except NoInstant as error:
        raise BadSelection(str(error)) from None
    if begin is not None and end is not None and end <= begin:
        raise BadSelection(f"until: {until!r} is not after --from {since!r}; allowed are later instants")
    return Selection(_types(types), begin, end)


def _types(patterns: str | None) -> tuple[str, ...]:
    if patterns is None:
        return tuple(CATALOGUE)
    wanted: set[str] = set()
    for pattern in (each.strip() for each in patterns.split(",")):
        found = {name for name in CATALOGUE if fnmatchcase(name, pattern)}
        if not found:
            kinds = ", ".join(dict.fromkeys(f"{name.partition('.')[0]}.*" for name in CATALOGUE))
            raise BadSelection(
                f"types: {pattern!r} is no type of event; allowed are names and patterns such as {kinds}"
            )
        wanted |= found
    return tuple(name for name in CATALOGUE if name in wanted)
