"""How long the chunks of history are: as many rows as one transaction should have."""

from __future__ import annotations

from sim.clock.units import HOUR_US

ROWS_A_CHUNK = 50_000
_FIRST_US = HOUR_US
_SHORTEST_US, _LONGEST_US = HOUR_US // 60, 24 * HOUR_US
_AT_MOST = 2.0  # times as long as the chunk before: a night tells little of the morning
_LAST = 8  # the last chunk is so much shorter: while it is written nobody has anything else to do


class ChunkSizer:
    """Learns from the rows of each chunk how long the next should be."""

    def __init__(self) -> None:
        self._length_us = _FIRST_US

    def next_end(self, after_us: int, target_us: int) -> int:
        """Return the end of the chunk that begins at `after_us`, no further than the target.

        Towards the target they are ever shorter, each half of what is left.
        """
        left_us = target_us - after_us
        length_us = min(self._length_us, max(left_us // 2, self._length_us // _LAST, _SHORTEST_US))
        return after_us + min(left_us, length_us)

    def learn(self, length_us: int, rows: int) -> None:
        """Take note of how many rows a chunk had."""
        if length_us <= 0:
            return
        wanted = length_us * ROWS_A_CHUNK / max(1, rows)
        bounded = min(max(wanted, self._length_us / _AT_MOST), self._length_us * _AT_MOST)
        self._length_us = round(min(max(bounded, _SHORTEST_US), _LONGEST_US))
