"""What the part about the past says of its figures."""

from __future__ import annotations

import pytest

from benchmarks import past


@pytest.mark.parametrize(("now", "met"), [(33.0, True), (34.0, False)])
def test_a_third_of_what_it_took_is_wanted(now: float, met: bool):
    found = {"sessions": 1_000_000, "questions": {"funnel_daily": {"now": now, "before": 100.0}}}
    (line,) = past.lines(found)
    assert line.met is met
    assert "100 ms" in line.against


def test_both_views_of_the_first_schema_are_found():
    assert [past.first_views().count(f"CREATE VIEW {past.BEFORE}.{view} AS") for view in past.VIEWS] == [1, 1]
