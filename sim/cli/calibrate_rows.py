"""What both tables of a calibration have in common: a row a figure, a column a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

T = TypeVar("T")


def by_figure(by_seed: Mapping[int, Sequence[T]]) -> list[tuple[T, ...]]:
    """Each figure with every seed."""
    return list(zip(*by_seed.values(), strict=True))


def headings(by_seed: Mapping[int, Sequence[object]], *first: str) -> list[str]:
    """The headings: some first, then the seeds and the verdict."""
    return [*first, *(f"seed {seed}" for seed in by_seed), "verdict"]


def markdown(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table in Markdown."""
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in rows)])


def bold(text: str, *, unless: bool) -> str:
    """A text that catches the eye where something is not as it should be."""
    return text if unless else f"**{text}**"
