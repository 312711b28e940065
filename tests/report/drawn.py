"""Draws small frames and tells what is on the paper: marks with their places, axes, legends, as Vega laid them out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
import vl_convert

from dashboards.dashboard_file import Visualization
from report.charts.spec import sized
from report.draw import draw
from report.drawing import Chart, Drawing, Frame, Table, Tile

CARD = Frame("Orders", "How many?", 400, 300)


def drawing(kind: str, options: dict[str, Any], frame: pd.DataFrame, card: Frame = CARD) -> Drawing:
    return draw(Visualization(key="shown", type=kind, name="Shown", options=options), frame, card)


def chart(options: dict[str, Any], frame: pd.DataFrame, kind: str = "CHART", card: Frame = CARD) -> Paper:
    made = drawing(kind, options, frame, card)
    assert isinstance(made, Chart), made
    return Paper.of(made, card)


def table(kind: str, options: dict[str, Any], frame: pd.DataFrame) -> Table:
    made = drawing(kind, options, frame)
    assert isinstance(made, Table), made
    return made


def tile(options: dict[str, Any], frame: pd.DataFrame) -> Tile:
    made = drawing("COUNTER", options, frame)
    assert isinstance(made, Tile), made
    return made


@dataclass(frozen=True)
class Bar:
    """Edges in px of the plot, and the colour."""

    left: float
    right: float
    top: float
    bottom: float
    color: str

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True)
class Paper:
    """A chart as it is laid out: positions in px of the plot, y downwards."""

    made: Chart
    scene: dict[str, Any]

    @classmethod
    def of(cls, made: Chart, card: Frame = CARD) -> Paper:
        spec = sized(made.spec | {"description": made.description}, card.width, card.height)
        return cls(made, vl_convert.vegalite_to_scenegraph(spec)["scenegraph"]["items"][0])

    @property
    def width(self) -> float:
        return float(self.scene["width"])

    @property
    def height(self) -> float:
        return float(self.scene["height"])

    def marks(self, kind: str, role: str | None = "mark") -> list[dict[str, Any]]:
        """The items of every mark of that type, in the order in which they are drawn."""
        return [item for mark in _within(self.scene) if mark["marktype"] == kind and mark.get("role") == role
                for item in mark["items"]]  # fmt: skip

    def bars(self) -> dict[tuple[str, str], Bar]:
        """Bars by series and x, as they describe themselves."""
        found = {}
        for bar in self.marks("rect"):
            series, x = bar["description"].rsplit(": ", 1)[0].split(", ", 1)
            edges = (bar["x"], bar["x"] + bar["width"], bar["y"], bar["y"] + bar["height"])
            found[series, x] = Bar(*edges, bar["fill"])
        return found

    def lines(self, kind: str = "line") -> dict[str, list[tuple[float, float]]]:
        """Each series' points from left to right; y is no number in a gap."""
        found: dict[str, list[tuple[float, float]]] = {}
        for item in self.marks(kind):
            y = item["y"] if item.get("defined", True) else math.nan
            found.setdefault(item["description"], []).append((item["x"], y))
        return found

    def texts(self, role: str | None = "mark") -> list[str]:
        return [" ".join(said) if isinstance(said := item["text"], list) else str(said)
                for item in self.marks("text", role) if item.get("opacity", 1) > 0]  # fmt: skip

    @property
    def titles(self) -> list[str]:
        return self.texts("axis-title")

    @property
    def labels(self) -> list[str]:
        return self.texts("axis-label")

    @property
    def legend(self) -> list[tuple[str, str]]:
        """What each colour stands for."""
        symbols = self.marks("symbol", "legend-symbol")
        colors = [
            symbol["stroke"] if symbol.get("fill", "transparent") == "transparent" else symbol["fill"]
            for symbol in symbols
        ]
        return list(zip(self.texts("legend-label"), colors, strict=True))


def _within(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Every mark in a group, and in its groups."""
    found = []
    for mark in item.get("items", []):
        found.append(mark)
        for inner in mark.get("items", []):
            found += _within(inner)
    return found
