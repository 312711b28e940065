"""`python -m benchmarks`: what cannot be measured is refused in one line."""

from __future__ import annotations

import sys

import pytest

from benchmarks.__main__ import LARGE, SMALL, main
from benchmarks.parts import PARTS


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["wrting"], "unknown: wrting; there are simulation, pace, writing"),
        (["writing", "--write"], "--write keeps all parts or none"),
        (["--repeat", "few"], "--repeat: invalid int value: 'few'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["benchmarks", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_every_part_is_small_or_large():
    assert sorted([*SMALL, *LARGE]) == sorted(PARTS)
