"""Numbers, spans and small drawings as text."""

from __future__ import annotations

import pytest

from sim.cli import formatting


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 ms"),
        (0.0034, "3 ms"),
        (1, "1.0 s"),
        (59.97, "1m 0s"),
        (75, "1m 15s"),
        (7_260, "2h 1m"),
        (273_600, "3d 4h"),
    ],
)
def test_spans(seconds, text):
    assert formatting.span(seconds) == text


@pytest.mark.parametrize(
    ("speed", "text"),
    [(0.5, "0.50x"), (9.98, "10.0x"), (99.96, "100x"), (640.3, "640x"), (9_999.7, "10,000x"), (52_345, "52,300x")],
)
def test_factors(speed, text):
    assert formatting.factor(speed) == text


def test_sparklines():
    assert formatting.sparkline([0, 1, 4, 8], 10) == "▁▂▅█"
    assert formatting.sparkline([9, 9, 0, 0], 2) == "▁▁"
    assert formatting.sparkline([], 5) == ""


@pytest.mark.parametrize(("part", "whole", "full"), [(0, 10, 0), (5, 10, 5), (10, 10, 10), (99, 10, 10), (1, 0, 0)])
def test_bars(part, whole, full):
    assert formatting.bar(part, whole, 10) == ("━" * full, "─" * (10 - full))
