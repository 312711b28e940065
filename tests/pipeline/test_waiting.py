"""Something is waited for until it is there, and no longer than that or than was said."""

from __future__ import annotations

import itertools

import pytest

from pipeline.waiting import awaited


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The naps that were taken, on a clock that only they move."""
    naps: list[float] = []
    monkeypatch.setattr("pipeline.waiting.time.sleep", naps.append)
    monkeypatch.setattr("pipeline.waiting.time.monotonic", lambda: sum(naps))
    return naps


def test_what_is_there_is_not_waited_for(slept: list[float]):
    assert awaited(lambda: "there", 10.0) == "there"
    assert slept == []


def test_what_comes_is_returned_as_soon_as_it_is_seen(slept: list[float]):
    coming = itertools.chain([None, "", 0], itertools.repeat("there"))
    assert awaited(lambda: next(coming), 10.0, 0.5) == "there"
    assert slept == [0.5] * 3


def test_what_does_not_come_in_time_is_told_by_what_was_seen_last(slept: list[float]):
    seen = itertools.count(-20)
    assert awaited(lambda: next(seen) >= 0, 3.0, 1.0) is False
    assert sum(slept) == 4.0  # looked at once more when the time is over


def test_it_is_looked_at_once_when_there_is_no_time(slept: list[float]):
    assert awaited(lambda: None, -1.0) is None
    assert slept == []
