"""Pauses between attempts."""

from __future__ import annotations

from pipeline.pauses import Pauses


def test_they_double_up_to_five_seconds_and_begin_anew():
    pauses = Pauses()
    assert [pauses.next_s() for _ in range(6)] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    pauses.begin_anew()
    assert [pauses.next_s() for _ in range(2)] == [0.5, 1.0]
