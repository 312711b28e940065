"""What of a stream is wanted: the types by pattern, and where it begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from pipeline.events.contract import CATALOGUE

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
    begin = None if since is None or since.strip() == OPENING else _instant("from", since, f"{OPENING} and instants")
    end = None if until is None else _instant("until", until, "instants")
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


def _instant(option: str, text: str, allowed: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise BadSelection(
            f"{option}: {text!r} is not an instant; allowed are {allowed} in ISO 8601 with their zone, "
            "such as 2026-01-05T00:00Z"
        )
    return instant.astimezone(UTC)
