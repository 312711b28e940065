"""What was created, changed, removed, and kept although its file says something else. Several threads may tell it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from redash.publisher.three_way import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


class Tally:
    """Names of things by what happened to them."""

    def __init__(self) -> None:
        self.created: list[str] = []
        self.changed: list[str] = []
        self.removed: list[str] = []
        self.kept: list[str] = []
        self._undecided: dict[str, bool] = {}

    def create(self, noun: str, name: str) -> None:
        """Something new is in Redash."""
        self.created.append(f"{noun} {name}")

    def change(self, noun: str, name: str, fields: object = ()) -> None:
        """Something was another before."""
        told = ", ".join(map(str, fields)) if isinstance(fields, (list, tuple, dict)) else ""
        self.changed.append(f"{noun} {name}{f' ({told})' if told else ''}")

    def remove(self, noun: str, name: str) -> None:
        """Something is no longer in Redash, or archived there."""
        self.removed.append(f"{noun} {name}")

    def keep(self, noun: str, name: str, why: str) -> None:
        """Something is as people left it in Redash."""
        self.kept.append(f"{noun} {name}, {why}")
        self._undecided.setdefault(_key(name), False)

    def keep_parts(self, noun: str, name: str, parts: Mapping[str, Verdict]) -> None:
        """Parts of something are as people left them."""
        by_verdict: dict[Verdict, list[str]] = defaultdict(list)
        for part, verdict in parts.items():
            by_verdict[verdict].append(part)
        for verdict, names in by_verdict.items():
            self.keep(noun, f"{name} ({', '.join(names)})", verdict.value)
            if verdict is Verdict.BOTH:
                self._undecided[_key(name)] = True

    def lines(self) -> list[str]:
        """What was changed, removed and kept, one a line; what was created by noun only."""
        nouns = Counter(name.split(" ", 1)[0] for name in self.created)
        told = [f"created {count} × {noun}" for noun, count in nouns.items()]
        told += [f"{verb} {name}" for verb in ("changed", "removed") for name in getattr(self, verb)]
        return told + [f"kept as in Redash: {name}" for name in sorted(self.kept)]

    def advice(self) -> list[str]:
        """How people decide about what was kept."""
        if not self._undecided:
            return []
        torn = " ".join(sorted(key for key, both in self._undecided.items() if both))
        pull = "make dashboards-pull" + (f" ARGS='--overwrite {torn}'" if torn else "")
        keys = " ".join(sorted(self._undecided))
        return [
            f"{pull} brings what was kept into the files, as far as they can say it;",
            f"make dashboards ARGS='--overwrite {keys}' puts the files' in its place",
        ]

    def __str__(self) -> str:
        removed = f", {len(self.removed)} removed" if self.removed else ""
        kept = f", {len(self.kept)} kept" if self.kept else ""
        return f"{len(self.created)} created, {len(self.changed)} changed{removed}{kept}"


def _key(name: str) -> str:
    """The key of the query or dashboard that something belongs to."""
    return name.split(" ", maxsplit=1)[0].split("/", maxsplit=1)[0]
