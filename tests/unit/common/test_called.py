"""What people read names the commands as they are called: from a clone, or as `bazaar`."""

from __future__ import annotations

import pytest

from common.called import NAME, as_called, brought_by, called, program

LINE = "there is no run here yet; `python -m sim run` (make sim) begins one, `make upgrade` renews it"


def test_in_a_clone_a_line_stays_as_it_is(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)
    assert as_called(LINE) == LINE
    assert (program(), program("report"), called("make psql")) == ("python -m sim", "python -m report", "make psql")
    assert brought_by("events") == ""


def test_elsewhere_it_names_the_command(monkeypatch):
    monkeypatch.setenv(NAME, "bazaar")
    assert as_called(LINE) == "there is no run here yet; `bazaar run` begins one, `bazaar upgrade` renews it"
    assert (program(), program("redash"), called("make psql")) == ("bazaar", "bazaar dashboards", "bazaar psql")
    assert brought_by("events") == ": bazaar-shop[events] brings it"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("`python -m sim` alone", "`bazaar` alone"),
        ("see: python -m report --help", "see: bazaar report --help"),
        ("python -m simpy is not ours", "python -m simpy is not ours"),
        ("`make sim`: no target of ours is `make coffee`", "`bazaar run`: no target of ours is `make coffee`"),
    ],
)
def test_only_our_own_commands_are_translated(line: str, expected: str, monkeypatch):
    monkeypatch.setenv(NAME, "bazaar")
    assert as_called(line) == expected
