"""docs/experiments.md says what the code does."""

from __future__ import annotations

from pathlib import Path

from sim.experiments.metrics import METRICS

PAGE = Path(__file__).parents[2] / "docs" / "experiments.md"


def test_every_metric_is_explained_as_in_the_code():
    rows = [f"| `{metric.name}` | {metric.unit} | {metric.definition} |" for metric in METRICS]
    table = "| metric | unit | definition |\n|---|---|---|\n" + "\n".join(rows) + "\n\n"
    assert table in PAGE.read_text(encoding="utf-8")
