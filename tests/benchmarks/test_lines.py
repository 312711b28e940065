"""The table says what was wanted and whether it is so."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from benchmarks.lines import HEADER, Line, compared, markdown, show

FAST = compared("rows/s of replay", 0.9, 0.85, "0.90", "a replay", sense="≥", unit=" of it")
LATE = compared("late", 51.0, 50.0, "51 ms", sense="≤", unit=" ms")


def test_a_figure_that_should_be_at_least_so_much():
    assert (FAST.met, FAST.cells) == (True, ("rows/s of replay", "0.90", "✓ ≥ 0.85 of it", "a replay"))


def test_a_figure_that_should_be_at_most_so_much():
    assert (LATE.met, LATE.verdict) == (False, "✗ ≤ 50 ms")


@pytest.mark.parametrize("sense", ["≥", "≤"])
def test_exactly_what_was_wanted_is_met(sense: str):
    assert compared("it", 0.85, 0.85, "0.85", sense=sense).met  # type: ignore[arg-type]


def test_a_figure_of_which_nothing_was_wanted_has_no_verdict():
    assert Line("rows", "5").verdict == ""


def test_the_table_for_people_has_every_cell():
    screen = io.StringIO()
    show([FAST, LATE], Console(file=screen, width=200))
    told = screen.getvalue()
    assert all(cell in told for cell in (*HEADER, *FAST.cells, *LATE.cells))


def test_a_bar_in_a_cell_does_not_break_the_markdown():
    table = markdown([Line("a|b", "1")])
    assert table.splitlines()[2:] == ["| a\\|b | 1 |  |  |"]
    assert {line.replace("\\|", "").count("|") for line in table.splitlines()} == {len(HEADER) + 1}
