"""Colours between two colours, and ink that can be read on them."""

from __future__ import annotations

from notebooks.theme import INK

PAPER = "#FFFFFF"


def between(low: str, high: str, part: float) -> str:
    """The colour that far from `low` (0) to `high` (1), mixed in RGB."""
    mixed = (round(a + (b - a) * part) for a, b in zip(_rgb(low), _rgb(high), strict=True))
    return "#" + "".join(f"{each:02X}" for each in mixed)


def ink_on(ground: str) -> str:
    """Dark or white ink, whichever stands out more (contrast as in WCAG 2)."""
    return PAPER if _contrast(PAPER, ground) > _contrast(INK, ground) else INK


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _rgb(color))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
