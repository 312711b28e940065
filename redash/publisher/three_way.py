"""Three ways to look at a thing: what its file says, what Redash holds, and what was published of it last.

The third is kept with the thing in Redash, part by part: as a digest, or whole where only meanings can be compared.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redash.publisher.api import Json


class Verdict(Enum):
    """What became of a part since it was published."""

    SAME = "file and Redash agree"
    FILE = "its file was edited"
    REDASH = "edited there"
    BOTH = "edited there, and so was its file"
    UNKNOWN = "differs from its file, and nothing says which was edited"


KEPT = frozenset({Verdict.REDASH, Verdict.BOTH, Verdict.UNKNOWN})


class Part(Protocol):
    """A part of a thing that a file says."""

    @property
    def name(self) -> str:
        """What Redash calls it."""

    def same(self) -> bool:
        """Whether file and Redash agree."""

    def moved_in_redash(self, published: Any) -> bool:
        """Whether Redash's differs from what was published."""

    def moved_in_file(self, published: Any) -> bool:
        """Whether the file's differs from what was published."""

    def mark_of_file(self) -> Any:
        """What to remember when the file's is published."""

    def mark_of_redash(self) -> Any:
        """What to remember when Redash's is taken into the file."""


@dataclass(frozen=True, slots=True)
class Value:
    """A part whose two sides are values of one form."""

    name: str
    file: Any
    redash: Any

    def same(self) -> bool:
        """Whether the values are equal."""
        return bool(self.file == self.redash)

    def moved_in_redash(self, published: Any) -> bool:
        """Compared by digest."""
        return bool(digest(self.redash) != published)

    def moved_in_file(self, published: Any) -> bool:
        """Compared by digest."""
        return bool(digest(self.file) != published)

    def mark_of_file(self) -> str:
        """A digest."""
        return digest(self.file)

    def mark_of_redash(self) -> str:
        """A digest."""
        return digest(self.redash)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts on a thing's parts, and what was remembered of them."""

    parts: Mapping[str, Part]
    published: Json
    verdicts: dict[str, Verdict]
    overwrite: bool

    def sent(self) -> list[str]:
        """The parts that publishing brings to Redash."""
        return [n for n, v in self.verdicts.items() if v is not Verdict.SAME and (self.overwrite or v is Verdict.FILE)]

    def left(self) -> dict[str, Verdict]:
        """The parts that publishing leaves as they are in Redash, though their files say something else."""
        return {} if self.overwrite else {name: v for name, v in self.verdicts.items() if v in KEPT}

    def taken(self) -> list[str]:
        """The parts that pulling brings into the file."""
        takes = {Verdict.REDASH, Verdict.UNKNOWN} | ({Verdict.BOTH} if self.overwrite else set())
        return [name for name, verdict in self.verdicts.items() if verdict in takes]

    def after_publishing(self) -> Json:
        """What to remember when the parts that are sent have been."""
        sent = self.sent()
        return self._marks(
            {n: p.mark_of_file() for n, p in self.parts.items() if self.verdicts[n] is Verdict.SAME or n in sent}
        )

    def after_pulling(self, brought: Iterable[str]) -> Json:
        """What to remember when these parts have been brought into the file."""
        agreed = {n: p.mark_of_file() for n, p in self.parts.items() if self.verdicts[n] is Verdict.SAME}
        return self._marks(agreed | {name: self.parts[name].mark_of_redash() for name in brought})

    def keeping(self, name: str) -> Judgement:
        """The same, with a part left as it is whatever became of it."""
        verdict = self.verdicts[name]
        return replace(self, verdicts=self.verdicts | {name: verdict if verdict is Verdict.SAME else Verdict.REDASH})

    def _marks(self, new: Json) -> Json:
        return {name: self.published[name] for name in self.parts if name in self.published} | new


def judged(parts: Iterable[Part], published: Json | None, *, overwrite: bool = False) -> Judgement:
    """The verdict on each part."""
    named = {part.name: part for part in parts}
    known = published or {}
    return Judgement(named, known, {name: _verdict(part, known) for name, part in named.items()}, overwrite)


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict on parts that only make sense together."""
    found = set(verdicts) - {Verdict.SAME}
    if not found:
        return Verdict.SAME
    if Verdict.UNKNOWN in found:
        return Verdict.UNKNOWN
    return found.pop() if len(found) == 1 else Verdict.BOTH


def digest(value: Any) -> str:
    """A short digest of a value, the same whatever order its keys have."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _verdict(part: Part, published: Json) -> Verdict:
    if part.same():
        return Verdict.SAME
    if part.name not in published:
        return Verdict.UNKNOWN
    if not part.moved_in_redash(published[part.name]):
        return Verdict.FILE
    return Verdict.BOTH if part.moved_in_file(published[part.name]) else Verdict.REDASH
