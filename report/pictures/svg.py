"""The few shapes of SVG that a sheet of cards needs."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Literal

from analysis.theme import FONT, INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.pictures.text_metrics import Line

Anchor = Literal["start", "middle", "end"]
_IDS = re.compile(r'(\bid="|url\(#|href="#)')


def text(x: float, y: float, line: Line | str, size_px: float, color: str = INK, *, bold: bool = False,
         anchor: Anchor = "start") -> str:  # fmt: skip
    """A line of text on its baseline."""
    inner = escape(line) if isinstance(line, str) else "".join(_span(run.text, run.bold, run.italic) for run in line)
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size_px}" fill="{color}" text-anchor="{anchor}"{weight} '
        f'xml:space="preserve">{inner}</text>'
    )


def _span(words: str, bold: bool, italic: bool) -> str:
    style = (' font-weight="bold"' if bold else "") + (' font-style="italic"' if italic else "")
    return f"<tspan{style}>{escape(words)}</tspan>"


def rectangle(x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> str:
    """A filled rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" stroke="{stroke}"/>'


def line(x: float, y: float, to_x: float, color: str) -> str:
    """A thin line across."""
    return f'<path d="M{x:.1f},{y:.1f}H{to_x:.1f}" stroke="{color}" fill="none"/>'


def nested(x: float, y: float, drawing: str, key: str) -> str:
    """A whole SVG as part of another: its ids get the key before them, so that two charts do not share one."""
    owned = _IDS.sub(lambda found: found[1] + key + "-", drawing)
    return owned.replace("<svg ", f'<svg x="{x:.1f}" y="{y:.1f}" ', 1)


def moved(y: float, parts: Sequence[str]) -> str:
    """Parts, further down."""
    return f'<g transform="translate(0,{y:.1f})">{"".join(parts)}</g>'


def document(width: float, height: float, parts: Sequence[str], title: str, scale: float = 1) -> str:
    """The SVG of a page, on white; drawn in px, shown in as many times that."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width * scale:.2f}" height="{height * scale:.2f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="{FONT}">'
        f"<title>{escape(title)}</title>{rectangle(0, 0, width, height, 'white')}{''.join(parts)}</svg>"
    )
