"""How wide text will be: measured by the same library that draws it, so that lines break where they should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import vl_convert

from analysis.theme import FONT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SIZE_PX = 100
_COMMON = "".join(map(chr, range(33, 127))) + "–—…•▲▼→×°€£₽\u00a0àáâãäåæçèéêëíîïñóôõöøúûüýß"


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style."""

    text: str
    bold: bool = False
    italic: bool = False


Line = list[Run]


class Ruler:
    """Widths of characters, each measured once; kerning is not known to it."""

    def __init__(self) -> None:
        self._widths: dict[tuple[str, bool], float] = {}

    def width(self, text: str, size_px: float, *, bold: bool = False) -> float:
        """The width in px."""
        if any((character, bold) not in self._widths for character in text):
            self._measure(set(text) | set(_COMMON), bold=bold)
        return sum(self._widths[character, bold] for character in text) * size_px / _SIZE_PX

    def _measure(self, characters: set[str], *, bold: bool) -> None:
        """Between two bars, so that a space counts; less the bars."""
        wanted = sorted(character for character in characters if (character, bold) not in self._widths)
        bare, *measured = _bounds([f"||{''}", *(f"|{character}|" for character in wanted)], bold=bold)
        self._widths |= {(character, bold): width - bare for character, width in zip(wanted, measured, strict=True)}

    def wrapped(self, runs: Iterable[Run], size_px: float, room_px: float) -> list[Line]:
        """Lines that fit, broken at spaces; a newline always breaks."""
        lines: list[Line] = [[]]
        used = 0.0
        for run in runs:
            for number, part in enumerate(run.text.split("\n")):
                if number:
                    lines.append([])
                    used = 0.0
                for word in _words(part):
                    width = self.width(word.rstrip(" "), size_px, bold=run.bold)
                    if used and used + width > room_px:
                        lines.append([])
                        used = 0.0
                    lines[-1].append(Run(word, run.bold, run.italic))
                    used += self.width(word, size_px, bold=run.bold)
        return [_joined(line) for line in lines]

    def cut(self, text: str, size_px: float, room_px: float, *, bold: bool = False) -> str:
        """The text, or as much of it as there is room for and an ellipsis."""
        if self.width(text, size_px, bold=bold) <= room_px:
            return text
        while text and self.width(text + "…", size_px, bold=bold) > room_px:
            text = text[:-1]
        return text.rstrip() + "…"


def _words(text: str) -> list[str]:
    """Words, each with the space that follows it."""
    words = text.split(" ")
    return [word + " " for word in words[:-1]] + ([words[-1]] if words[-1] else [])


def _joined(line: Line) -> Line:
    """Neighbours of one style as one run."""
    joined: Line = []
    for run in line:
        if joined and (joined[-1].bold, joined[-1].italic) == (run.bold, run.italic):
            joined[-1] = Run(joined[-1].text + run.text, run.bold, run.italic)
        else:
            joined.append(run)
    return joined


def _bounds(texts: Sequence[str], *, bold: bool) -> list[float]:
    """Widths in px of texts that are _SIZE_PX high: a second mark takes the bounds of the first as its width."""
    text = {"text": {"field": "text"}, "font": {"value": FONT}, "fontSize": {"value": _SIZE_PX},
            "fontWeight": {"value": "bold" if bold else "normal"}}  # fmt: skip
    spec = {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "data": [{"name": "texts", "values": [{"text": each} for each in texts]}],
        "marks": [
            {"name": "written", "type": "text", "from": {"data": "texts"}, "encode": {"enter": text}},
            {"type": "rect", "from": {"data": "written"},
             "encode": {"enter": {"x": {"value": 0}, "width": {"signal": "datum.bounds.x2 - datum.bounds.x1"}}}},
        ],
    }  # fmt: skip
    scene = vl_convert.vega_to_scenegraph(spec)
    items = scene["scenegraph"]["items"][0]["items"][1]["items"]
    return [float(item.get("width", 0.0)) for item in items]
