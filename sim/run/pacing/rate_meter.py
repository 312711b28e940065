"""The speed kept and the rows a second, over the last seconds."""

from __future__ import annotations

from collections import deque

_OVER_S = 5.0


class RateMeter:
    """Speed and rows a second over the last seconds, from readings a few times a second."""

    def __init__(self) -> None:
        self._readings: deque[tuple[float, int, int]] = deque()

    def read(self, now_s: float, sim_now_us: int, rows: int) -> None:
        """Take a reading."""
        self._readings.append((now_s, sim_now_us, rows))
        while now_s - self._readings[0][0] > _OVER_S and len(self._readings) > 2:
            self._readings.popleft()

    def restart(self) -> None:
        """Forget what was: the clock goes otherwise from now on."""
        self._readings.clear()

    @property
    def kept_speed(self) -> float | None:
        """Simulated seconds a real second; None before there is anything to compare."""
        lately = self._lately()
        return lately[1] / lately[0] / 1e6 if lately else None

    @property
    def rows_per_s(self) -> float:
        """Rows committed a real second."""
        lately = self._lately()
        return lately[2] / lately[0] if lately else 0.0

    def _lately(self) -> tuple[float, int, int] | None:
        if len(self._readings) < 2:
            return None
        (then, sim_then, rows_then), (now, sim_now, rows_now) = self._readings[0], self._readings[-1]
        return (now - then, sim_now - sim_then, rows_now - rows_then) if now > then else None
