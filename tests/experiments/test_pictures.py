"""Pictures: what they show, and that a page needs no network."""

from __future__ import annotations

import re

import pytest

from sim.experiments.comparison import Comparison
from sim.experiments.metrics import METRICS, metrics_named
from sim.experiments.pictures import picture_of_differences, picture_of_sweep, save
from sim.experiments.planner import Goal
from sim.experiments.replication import Outcome

LATE = metrics_named("late,orders")


def outcome(label: str, value: float | None, replication: int, **figures: float) -> Outcome:
    return Outcome(label, value, replication, replication, {metric.name: 1.0 for metric in METRICS} | figures)


def made_up(*lateness: tuple[str, float | None, list[float]]) -> Comparison:
    outcomes = [
        outcome(label, value, n, late_pct=late, orders_per_day=100.0 + n)
        for label, value, found in lateness
        for n, late in enumerate(found)
    ]
    return Comparison([label for label, _, _ in lateness], outcomes)


WORSE = made_up(("baseline", None, [5.0, 6.0, 7.0]), ("storm", None, [9.0, 10.5, 11.0]))
SWEEP = made_up(("couriers=10", 10.0, [9.0, 10.0]), ("couriers=20", 20.0, [4.0, 5.0]))


def _rows(chart: dict[str, object], column: str) -> list[object]:
    """The column of all the data that the picture holds."""
    datasets = chart["datasets"]
    assert isinstance(datasets, dict)
    return [row[column] for rows in datasets.values() for row in rows if column in row]


def test_differences_are_told_as_better_worse_or_neither():
    chart = picture_of_differences(WORSE, LATE, "USD", "made up").to_dict()
    assert _rows(chart, "says") == ["worse", "the interval holds 0"]
    assert _rows(chart, "mean") == [pytest.approx(25 / 6), 0.0]


def test_a_sweep_shows_what_varies_and_the_goal():
    chart = picture_of_sweep(SWEEP, "delivery.couriers", LATE, "USD", "made up", Goal.parse("late<5")).to_dict()
    assert len(chart["concat"]) == 1  # orders are the same at every value
    assert _rows(chart, "mean") == [9.5, 4.5]
    assert _rows(chart, "limit") == [5.0]


def test_a_single_value_is_shown_all_the_same():
    alone = made_up(("couriers=10", 10.0, [9.0, 10.0]))
    chart = picture_of_sweep(alone, "delivery.couriers", LATE, "USD", "made up", None).to_dict()
    assert set(_rows(chart, "mean")) == {9.5, 100.5}


@pytest.mark.parametrize("suffix", [".svg", ".png", ".html"])
def test_a_picture_is_written(tmp_path, suffix):
    path = tmp_path / f"picture{suffix}"
    save(picture_of_differences(WORSE, LATE, "USD", "made up"), path)
    written = path.read_bytes()
    assert written.startswith({".svg": b"<svg", ".png": b"\x89PNG", ".html": b"<!DOCTYPE html>"}[suffix])
    if suffix == ".html":
        assert not re.findall(rb"<(?:script|link)[^>]*\s(?:src|href)=", written)
    if suffix == ".svg":
        assert "Order to door" not in written.decode()
        assert all(word in written.decode() for word in ("Late, %", "storm", "worse", "made up"))
