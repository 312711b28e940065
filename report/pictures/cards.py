"""A card as SVG: title, question and drawing, as high as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import vl_convert

from analysis.theme import INK, MUTED, RULE
from report import grid
from report.charts.counter import MISSED, REACHED
from report.charts.spec import sized
from report.drawing import Chart, Nothing, Table, Text, Tile
from report.pictures import svg, table
from report.pictures.text_metrics import Run
from report.pictures.words import paragraphs

if TYPE_CHECKING:
    from report.drawing import Card, Placed
    from report.pictures.text_metrics import Ruler

_TITLE_PX, _QUESTION_PX, _WORDS_PX = 14, 11.5, 12.5


class Drawn:
    """A card's inside: parts from (0, 0) of its padding box, and the height they take."""

    def __init__(self, placed: Placed, ruler: Ruler) -> None:
        self.placed = placed
        self._ruler = ruler
        self._width = placed.width * grid.COLUMN_PX - grid.GAP_PX - 2 * grid.PADDING_PX
        self.parts: list[str] = []
        self.height = 0.0
        if isinstance(placed.item, Text):
            self._words(placed.item.markdown)
        else:
            self._heading(placed.item)
            self._body(placed.item)

    def _write(self, runs: list[Run], size_px: float, color: str = INK) -> None:
        for line in self._ruler.wrapped(runs, size_px, self._width):
            self.height += size_px * 1.35
            self.parts.append(svg.text(0, self.height - size_px * 0.3, line, size_px, color))

    def _words(self, markdown: str) -> None:
        for paragraph in paragraphs(markdown):
            self._write(paragraph.runs, _TITLE_PX if paragraph.heading else _WORDS_PX)
            self.height += 4

    def _heading(self, card: Card) -> None:
        self._write([Run(card.title, bold=True)], _TITLE_PX)
        self._write([Run(card.question)], _QUESTION_PX, MUTED)
        self.height = max(self.height + 8, grid.HEADING_PX - 8)

    def _body(self, card: Card) -> None:
        room = self.placed.height * grid.ROW_PX - grid.GAP_PX - 2 * grid.PADDING_PX - self.height
        match card.drawing:
            case Chart():
                height = max(round(room), 120)
                drawing = vl_convert.vegalite_to_svg(sized(card.drawing.spec, self._width, height))
                self.parts.append(svg.nested(0, self.height, drawing, card.key))
                self.height += height
            case Table():
                parts, needed = table.drawn(card.drawing, self._width, self._ruler)
                self.parts.append(svg.moved(self.height, parts))
                self.height += needed
            case Tile():
                self._tile(card.drawing, room)
            case Nothing():
                middle = self.height + room / 2
                self.parts.append(svg.text(self._width / 2, middle, card.drawing.reason, 12, MUTED, anchor="middle"))
                self.height += room

    def _tile(self, tile: Tile, room: float) -> None:
        color = INK if tile.reached is None else REACHED if tile.reached else MISSED
        middle, y = self._width / 2, self.height + room / 2
        lines = [(tile.value, 30.0, color)]
        lines += [(f"({tile.target})", 18.0, MUTED)] if tile.target is not None else []
        lines += [(tile.label, 13.0, MUTED)]
        y -= sum(size * 1.25 for _, size, _ in lines) / 2
        for words, size_px, ink in lines:
            y += size_px * 1.25
            self.parts.append(svg.text(middle, y - size_px * 0.3, words, size_px, ink, anchor="middle"))
            if size_px == lines[0][1] and tile.reached is not None:
                left = middle - self._ruler.width(words, size_px) / 2 - 9
                self.parts.append(svg.text(left, y - 12, "▲" if tile.reached else "▼", 15, ink, anchor="end"))
        self.height += room

    def svg(self, x: float, y: float, height: float) -> str:
        """The card's frame and inside, at a place and as high as its neighbours."""
        outer = self._width + 2 * grid.PADDING_PX
        inside = (
            f'<g transform="translate({x + grid.PADDING_PX:.1f},{y + grid.PADDING_PX:.1f})">{"".join(self.parts)}</g>'
        )
        return svg.rectangle(x + 0.5, y + 0.5, outer - 1, height - 1, "white", RULE) + inside
