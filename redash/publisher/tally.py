"""What was created, changed and removed. Several threads may tell it."""

from __future__ import annotations

from collections import Counter


class Tally:
    """Names of things by what happened to them."""

    def __init__(self) -> None:
        self.created: list[str] = []
        self.changed: list[str] = []
        self.removed: list[str] = []

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

    def lines(self) -> list[str]:
        """What was changed and removed, one a line; what was created by noun only."""
        nouns = Counter(name.split(" ", 1)[0] for name in self.created)
        created = [f"created {count} × {noun}" for noun, count in nouns.items()]
        return created + [f"changed {name}" for name in self.changed] + [f"removed {name}" for name in self.removed]

    def __str__(self) -> str:
        removed = f", {len(self.removed)} removed" if self.removed else ""
        return f"{len(self.created)} created, {len(self.changed)} changed{removed}"
