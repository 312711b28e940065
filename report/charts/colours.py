"""Colours between two colours, and ink that can be read on them."""

from __future__ import annotations

from colorsys import hls_to_rgb, rgb_to_hls

from analysis.theme import INK

PAPER = "#FFFFFF"


def between(low: str, high: str, part: float) -> str:
    """The colour that far from `low` (0) to `high` (1), mixed in RGB."""
    mixed = (round(a + (b - a) * part) for a, b in zip(_rgb(low), _rgb(high), strict=True))
    return "#" + "".join(f"{each:02X}" for each in mixed)


def between_hues(low: str, high: str, part: float) -> str:
    """The same mixed in hue, lightness and saturation, as Redash shades cohorts; what is grey takes the other's hue."""
    hue, light, full = rgb_to_hls(*(each / 255 for each in _rgb(low)))
    hue_high, light_high, full_high = rgb_to_hls(*(each / 255 for each in _rgb(high)))
    if full == 0:
        hue, full = hue_high, full_high
    elif full_high == 0:
        hue_high, full_high = hue, full
    turn = (hue_high - hue + 0.5) % 1 - 0.5  # the shorter way round
    mixed = hls_to_rgb(hue + turn * part, light + (light_high - light) * part, full + (full_high - full) * part)
    return "#" + "".join(f"{round(255 * each):02X}" for each in mixed)


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
