"""A figure of realism: one number made of a shop's rows, with the band in which real shops lie."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

OUR_CHOICE = "our choice"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `value` makes a number of what the query `rows` selects; it should lie between `low` and `high`.

    `held` says that it must: an aim that the shop has not reached yet is one without, and is shown as such. Before
    `days` simulated days the number does not mean what the band says, so it is not judged.
    """

    name: str
    sentence: str
    low: float
    high: float
    unit: str
    source: str
    rows: str
    value: Callable[[pd.DataFrame], float]
    days: int = 7
    held: bool = False

    @property
    def is_public(self) -> bool:
        """Whether it asks for nothing but what a shop can see; the others compare with schema truth."""
        return "truth." not in self.rows

    @property
    def band(self) -> str:
        """The band as people write it."""
        between = " to " if self.low < 0 else "–"
        both = f"{self.low:g}" if self.low == self.high else f"{self.low:g}{between}{self.high:g}"
        return f"{both} {self.unit}".strip()


class Found(NamedTuple):
    """A figure in one shop, which is `ripe` when old enough for it; None where its rows say nothing."""

    figure: Figure
    value: float | None
    ripe: bool = True

    @property
    def holds(self) -> bool:
        """Whether the value falls into the band; no value does not."""
        return self.value is not None and self.figure.low <= self.value <= self.figure.high

    @property
    def misses(self) -> bool:
        """Whether the figure can be judged and must lie in its band, and does not."""
        return self.figure.held and self.ripe and not self.holds

    @property
    def shown(self) -> str:
        """The value for people: small ones with the digits that tell them from nothing."""
        if self.value is None:
            return "–"
        digits = 2 if abs(self.value) >= 1.0 or self.value == 0.0 else 3
        return f"{self.value:z.{digits}f} {self.figure.unit}".strip()


def found(figure: Figure, rows: pd.DataFrame, days: float) -> Found:
    """A figure of a shop that is so many simulated days old, of the rows that its query selects."""
    if days < figure.days:
        return Found(figure, None, ripe=False)
    if rows.empty:
        return Found(figure, None)
    value = float(figure.value(rows))
    return Found(figure, value if isfinite(value) else None)
