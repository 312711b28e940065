"""A dashboard's cards on their grid: rows grow where a card needs more than the 50 px a row that it was given."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from report import grid
from report.pictures.cards import Drawn

if TYPE_CHECKING:
    from report.drawing import Section
    from report.pictures.text_metrics import Ruler

WIDTH_PX = 12 * grid.COLUMN_PX - grid.GAP_PX


@dataclass(frozen=True, slots=True)
class Band:
    """Cards side by side: a stretch of the sheet that may not be cut, from 0 down."""

    cards: list[tuple[Drawn, float, float]]
    height: float

    def svg(self, x: float, y: float) -> str:
        """All its cards, at a place."""
        return "".join(
            drawn.svg(x + drawn.placed.col * grid.COLUMN_PX, y + top, height) for drawn, top, height in self.cards
        )


def bands(section: Section, ruler: Ruler) -> list[Band]:
    """From the top."""
    drawn = [Drawn(placed, ruler) for placed in section.placed]
    edges = _edges(drawn)
    found = []
    for first, last in _stretches(drawn):
        inside = [each for each in drawn if first <= each.placed.row < last]
        height = edges[last] - edges[first]
        if all((each.placed.row, each.placed.height) == (first, last - first) for each in inside):
            height = (
                max(each.height for each in inside) + 2 * grid.PADDING_PX + grid.GAP_PX
            )  # short tables leave none blank
        cards = []
        for each in inside:
            top, bottom = (
                edges[each.placed.row] - edges[first],
                edges[each.placed.row + each.placed.height] - edges[first],
            )
            cards.append((each, top, min(bottom, height) - top - grid.GAP_PX))
        found.append(Band(cards, height))
    return found


def _edges(drawn: list[Drawn]) -> list[float]:
    """Where each row of the grid begins; a card that needs more makes its last row higher."""
    heights = [float(grid.ROW_PX)] * max(each.placed.row + each.placed.height for each in drawn)
    for each in sorted(drawn, key=lambda each: each.placed.row + each.placed.height):
        rows = slice(each.placed.row, each.placed.row + each.placed.height)
        missing = each.height + 2 * grid.PADDING_PX + grid.GAP_PX - sum(heights[rows])
        heights[rows.stop - 1] += max(missing, 0)
    edges = [0.0]
    for height in heights:
        edges.append(edges[-1] + height)
    return edges


def _stretches(drawn: list[Drawn]) -> list[tuple[int, int]]:
    """The rows between cuts that go through no card."""
    taken = {row for each in drawn for row in range(each.placed.row + 1, each.placed.row + each.placed.height)}
    end = max(each.placed.row + each.placed.height for each in drawn)
    cuts = [row for row in range(end + 1) if row not in taken]
    return list(pairwise(cuts))
