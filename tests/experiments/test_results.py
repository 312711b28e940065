"""The file of an experiment: long form, whole or not at all."""

from __future__ import annotations

from math import nan
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from sim.experiments.metrics import METRICS
from sim.experiments.replication import Outcome
from sim.experiments.results import write_results

FIGURES = {metric.name: float(number) for number, metric in enumerate(METRICS)}
OUTCOMES = [
    Outcome("couriers=10", 10.0, 0, 5, FIGURES),
    Outcome("couriers=10", 10.0, 1, 6, {**FIGURES, "rating_mean": nan}),
]
COLUMNS = ["scenario", "parameter_value", "replication", "seed", "metric", "unit", "value"]


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)


@pytest.mark.parametrize("name", ["results.parquet", "results.csv"])
def test_a_row_a_figure(tmp_path, name):
    write_results(tmp_path / name, OUTCOMES, "USD", {})
    rows = _read(tmp_path / name)
    assert list(rows.columns) == COLUMNS
    assert len(rows) == 2 * len(METRICS)
    assert rows.groupby(["replication", "seed"]).size().to_dict() == {(0, 5): len(METRICS), (1, 6): len(METRICS)}
    first = rows[rows.replication == 0].set_index("metric").value
    assert first.to_dict() == FIGURES
    assert rows[rows.value.isna()][["replication", "metric"]].to_numpy().tolist() == [[1, "rating_mean"]]
    assert rows.set_index("metric").unit["revenue_per_day"].tolist() == ["USD/day"] * 2
    assert set(rows.parameter_value) == {10.0}


def test_a_parquet_file_knows_where_it_came_from(tmp_path):
    write_results(tmp_path / "x.parquet", OUTCOMES, "USD", {"experiment": "2 replications"})
    assert pq.read_metadata(tmp_path / "x.parquet").metadata[b"bazaar.experiment"] == b"2 replications"


def test_a_file_has_the_usual_permissions(tmp_path):
    write_results(tmp_path / "x.csv", OUTCOMES, "USD", {})
    (tmp_path / "usual").touch()
    assert (tmp_path / "x.csv").stat().st_mode == (tmp_path / "usual").stat().st_mode
