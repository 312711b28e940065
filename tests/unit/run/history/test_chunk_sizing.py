"""How long the chunks of history are: as many rows as one transaction should have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.clock.units import DAY_US, HOUR_US
from sim.run.history.chunk_sizing import ROWS_A_CHUNK, ChunkSizer


@given(st.lists(st.integers(1, 3_000_000), min_size=30, max_size=30))
def test_chunks_go_forward_to_the_target_whatever_their_rows(rows: list[int]):
    sizer, at = ChunkSizer(), 0
    for number in rows:
        cut = sizer.next_end(at, 5 * DAY_US)
        assert at < cut <= 5 * DAY_US
        sizer.learn(cut - at, number)
        at = cut
        if at == 5 * DAY_US:
            return


def test_chunks_come_to_have_the_rows_wanted():
    sizer, at, rows, rows_an_hour = ChunkSizer(), 0, 0, 1_000
    for _ in range(20):
        cut = sizer.next_end(at, 10_000 * HOUR_US)
        rows = (cut - at) * rows_an_hour // HOUR_US
        sizer.learn(cut - at, rows)
        at = cut
    assert rows == pytest.approx(min(ROWS_A_CHUNK, 24 * rows_an_hour), rel=0.01)  # a chunk is a day at most


def test_towards_the_target_chunks_are_ever_shorter_but_few():
    sizer, at, lengths = ChunkSizer(), 0, []
    while at < 9 * DAY_US:
        cut = sizer.next_end(at, 9 * DAY_US)
        lengths.append(cut - at)
        sizer.learn(cut - at, (cut - at) * 5_000 // HOUR_US)
        at = cut
    usual = max(lengths)
    tail = lengths[len(lengths) - lengths[::-1].index(usual) :]  # those after the last of full length
    assert tail == sorted(tail, reverse=True)
    assert tail[-1] < usual / 4
    assert len(tail) <= 5
