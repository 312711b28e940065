"""A table as SVG: columns as wide as they need, the widest cut where there is no room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.theme import INK, MUTED, RULE
from report.pictures import svg
from report.pictures.text_metrics import Run

if TYPE_CHECKING:
    from report.drawing import Align, Cell, Table
    from report.pictures.text_metrics import Line, Ruler

SIZE_PX = 11.5
_ROW_PX, _LINE_PX, _PAD_PX = 22.0, 15.0, 5.0
_LEAST_TEXT_PX = 110.0
"""Texts are cut down to this, no further."""
_ANCHORS: dict[Align, svg.Anchor] = {"left": "start", "center": "middle", "right": "end"}


def drawn(table: Table, width: float, ruler: Ruler) -> tuple[list[str], float]:
    """The parts, from 0 down, and their height. A table that is too wide all the same is drawn smaller."""
    rows = table.rows[: table.first]
    widths = _widths(table, rows, width, ruler)
    if sum(widths) > width + 1:
        scale = width / sum(widths)
        parts, height = drawn(table, sum(widths), ruler)
        return [f'<g transform="scale({scale:.4f})">{"".join(parts)}</g>'], height * scale
    heads = [
        ruler.wrapped([Run(cell.text, bold=True)], SIZE_PX, room - 2 * _PAD_PX)
        for cell, room in zip(table.head, widths, strict=False)
    ]
    y = _LINE_PX * max(map(len, heads), default=0) + (6 if heads else 0)
    parts = _head(table.head, heads, widths, y)
    for row in rows:
        parts += _row(row, widths, y, ruler)
        y += _ROW_PX
    if left := len(table.rows) - len(rows):
        parts.append(svg.text(0, y + 16, f"… and {left} more rows", SIZE_PX, MUTED))
        y += _ROW_PX
    return parts, y


def _widths(table: Table, rows: list[list[Cell]], width: float, ruler: Ruler) -> list[float]:
    """What each column needs; room left over is shared out, and long texts give up what there is no room for."""
    needs = []
    for number in range(len(rows[0]) if rows else len(table.head)):
        cells = [ruler.width(row[number].text, SIZE_PX, bold=row[number].strong) for row in rows]
        words = table.head[number].text.split() if table.head else []
        needs.append(max([*cells, *(ruler.width(word, SIZE_PX, bold=True) for word in words)]) + 2 * _PAD_PX)
    texts = [number for number, cell in enumerate(rows[0] if rows else table.head) if cell.align == "left"]
    while sum(needs) > width + 0.5 and texts:
        widest = max(texts, key=needs.__getitem__)
        if needs[widest] <= _LEAST_TEXT_PX:
            break
        needs[widest] -= min(sum(needs) - width, needs[widest] - _LEAST_TEXT_PX, 5.0)
    share = max(width - sum(needs), 0) / len(needs)
    return [need + share for need in needs]


def _head(cells: list[Cell], heads: list[list[Line]], widths: list[float], bottom: float) -> list[str]:
    parts, x = [], 0.0
    for cell, lines, width in zip(cells, heads, widths, strict=False):
        for number, line in enumerate(lines):
            y = bottom - 8 - _LINE_PX * (len(lines) - 1 - number)
            words = "".join(run.text for run in line).strip()
            parts.append(
                svg.text(_at(x, width, cell), y, words, SIZE_PX, MUTED, bold=True, anchor=_ANCHORS[cell.align])
            )
        x += width
    return [*parts, svg.line(0, bottom, x, RULE)] if cells else parts


def _row(row: list[Cell], widths: list[float], y: float, ruler: Ruler) -> list[str]:
    parts, x = [], 0.0
    for cell, width in zip(row, widths, strict=True):
        if cell.fill:
            parts.append(svg.rectangle(x, y, width, _ROW_PX, cell.fill))
        words = ruler.cut(cell.text, SIZE_PX, width - 2 * _PAD_PX + 1, bold=cell.strong)
        at, anchor = _at(x, width, cell), _ANCHORS[cell.align]
        parts.append(svg.text(at, y + 15, words, SIZE_PX, cell.ink or INK, bold=cell.strong, anchor=anchor))
        x += width
    return [*parts, svg.line(0, y + _ROW_PX, x, RULE)]


def _at(x: float, width: float, cell: Cell) -> float:
    return {"left": x + _PAD_PX, "center": x + width / 2, "right": x + width - _PAD_PX}[cell.align]
