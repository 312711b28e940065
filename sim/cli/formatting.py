"""Numbers, spans and small drawings as text."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCKS = "▁▂▃▄▅▆▇█"


def count(number: float) -> str:
    """1234567 -> 1,234,567."""
    return f"{number:,.0f}"


def share(part: float, whole: float) -> str:
    """Per cent with one decimal, or a dash where there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def factor(speed: float) -> str:
    """A speed kept: 9.98 -> 10.0x, 640.3 -> 640x, 1000.4 -> 1000x, 52345 -> 52,300x."""
    if speed < 0.995:
        return f"{speed:.2f}x"
    if speed < 99.95:
        return f"{speed:.1f}x"
    if speed < 9_999.5:
        return f"{speed:.0f}x"
    return f"{round(speed, 3 - len(str(round(speed)))):,.0f}x"


def span(seconds: float) -> str:
    """A span of time in its two largest units: 0.003 -> 3 ms, 75 -> 1m 15s, 273600 -> 3d 4h."""
    if seconds < 1:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, whole_seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{count(days)}d {hours}h"
    return f"{hours}h {minutes}m" if hours else f"{minutes}m {whole_seconds}s"


def sparkline(values: Sequence[float], width: int) -> str:
    """The last `width` values as blocks, from nothing to the largest of them."""
    shown = values[-width:]
    top = max(shown, default=0.0)
    if top <= 0:
        return _BLOCKS[0] * len(shown)
    return "".join(_BLOCKS[min(7, int(8 * max(0.0, value) / top))] for value in shown)


def bar(part: float, whole: float, width: int) -> tuple[str, str]:
    """The filled and the empty piece of a bar, `width` letters together."""
    full = round(width * min(1.0, max(0.0, part / whole))) if whole > 0 else 0
    return "━" * full, "─" * (width - full)
