"""What a view tells of the statuses that it was made from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.cli.view_model import ViewModel
from tests.unit.cli.views import CATCHING_UP, PACING, minute_of


@pytest.mark.parametrize(
    ("status", "seconds", "short"),
    [
        (replace(PACING, speed_kept=949.0), 10, True),
        (replace(PACING, speed_kept=951.0), 10, False),
        (replace(PACING, speed_kept=100.0), 2, False),  # not yet for a while
        (replace(PACING, speed_kept=None), 10, False),
        (replace(PACING, speed_kept=10.0, speed_asked="max"), 10, False),
        (replace(CATCHING_UP, speed_kept=10.0), 10, False),
    ],
    ids=["just below", "just above", "for two seconds", "unknown", "max", "catching up"],
)
def test_falling_short(status, seconds, short):
    assert ViewModel(minute_of(status, seconds), 110.0).falls_short is short


def test_one_good_moment_is_not_falling_short():
    seen = [*minute_of(replace(PACING, speed_kept=640.0))]
    seen[-3] = replace(seen[-3], status=PACING)
    assert not ViewModel(seen, 110.0).falls_short
