"""docs/performance.md has the kept results and no others, and a sentence for every part."""

from __future__ import annotations

import json

import pytest

from benchmarks.page import PAGE, RESULTS, lines_of, rendered
from benchmarks.parts import PARTS


@pytest.mark.parametrize("kept", sorted(path.stem for path in RESULTS.glob("*.json")))
def test_kept_results_make_a_table(kept: str):
    lines = list(lines_of(json.loads((RESULTS / f"{kept}.json").read_text(encoding="utf-8"))))
    assert lines
    assert all(line.what and line.measured for line in lines)


def test_the_page_has_the_kept_results():
    page = PAGE.read_text(encoding="utf-8")
    assert rendered(page) == page, "run `make bench ARGS=--write`"


def test_the_page_tells_of_every_part():
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in PARTS if f"`{name}`" not in page] == []
