"""What a visualization becomes: a chart for Vega-Lite, a table, a tile with a number, or a line that says why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a drawing is drawn for: its words, and the room it has on a wide screen (px)."""

    title: str
    question: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A Vega-Lite specification without size and theme; below `least_width` px it is scrolled rather than squeezed."""

    spec: dict[str, Any]
    description: str
    least_width: int = 260


@dataclass(frozen=True, slots=True)
class Cell:
    """Text in a table, perhaps on a coloured ground."""

    text: str
    align: Align = "left"
    strong: bool = False
    fill: str | None = None
    ink: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows; `first` of them are shown at once. The first `row_headings` cells of a row name it."""

    head: list[Cell]
    rows: list[list[Cell]]
    description: str
    first: int = 1_000_000
    row_headings: int = 0


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, what it counts, and how it compares: True at least the target, False less, None nothing to compare."""

    value: str
    label: str
    target: str | None = None
    reached: bool | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to draw, and why."""

    reason: str = "Nothing to show: the query found no rows."


Drawing = Chart | Table | Tile | Nothing


@dataclass(frozen=True, slots=True)
class Text:
    """A text widget, in Markdown."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Card:
    """A picture with its words and the SQL as it was asked."""

    key: str
    title: str
    question: str
    grain: str
    sql: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Placed:
    """A text or card and its place on the grid of 12 columns and rows of 50 px."""

    item: Text | Card
    col: int
    row: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Section:
    """A dashboard."""

    key: str
    title: str
    asked: str
    placed: list[Placed] = field(default_factory=list)
