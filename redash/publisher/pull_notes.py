"""What people should know about a pull, a line each: what could not be brought into the files, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash.publisher.three_way import KEPT, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from redash.publisher.three_way import Judgement


class PullNotes:
    """The notes, each once, in the order in which they were made."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._lines))

    def add(self, line: str) -> None:
        """One more."""
        self._lines[line] = None

    def of(
        self, noun: str, name: str, judgement: Judgement, brought: Collection[str], sayable: Collection[str]
    ) -> None:
        """What was edited in Redash and not brought: because the file was edited too, or because no file can say it."""
        left = {part: v for part, v in judgement.verdicts.items() if v in KEPT and part not in brought}
        if torn := [part for part, verdict in left.items() if part in sayable and verdict is Verdict.BOTH]:
            self.torn(noun, name, torn)
        if unsaid := [part for part in left if part not in torn]:
            self.add(
                f"{noun} {name} ({', '.join(unsaid)}) was edited in Redash, and no file can say it: it stays there"
            )

    def torn(self, noun: str, name: str, parts: Iterable[str]) -> None:
        """Parts that were edited on both sides."""
        key = name.split("/", maxsplit=1)[0]
        self.add(
            f"{noun} {name} ({', '.join(parts)}) was edited in Redash, and so was its file, which stays as it is "
            f"(make dashboards-pull ARGS='--overwrite {key}' takes Redash's)"
        )
