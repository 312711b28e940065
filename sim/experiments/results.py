"""Results as a file: long form, one row a scenario, replication and metric."""

from __future__ import annotations

import csv
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from common.files import replacing
from sim.experiments.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sim.experiments.replication import Outcome

FORMATS = (".parquet", ".csv")
PICTURE_FORMATS = (".html", ".png", ".svg")


class Row(NamedTuple):
    """One figure. `parameter_value` is that of a sweep; `value` is None where nothing happened to make it of."""

    scenario: str
    parameter_value: float | None
    replication: int
    seed: int
    metric: str
    unit: str
    value: float | None


def rows_of(outcomes: Iterable[Outcome], currency: str) -> Iterator[Row]:
    """The long form of outcomes, in their order and that of the metrics; money in the currency of the market."""
    for label, of, replication, seed, figures in outcomes:
        for metric in METRICS:
            value, unit = figures[metric.name], metric.unit_in(currency)
            yield Row(label, of, replication, seed, metric.name, unit, value if isfinite(value) else None)


def write_results(path: Path, outcomes: Iterable[Outcome], currency: str, about: Mapping[str, str]) -> None:
    """Write a Parquet (with `about` among its metadata) or CSV file, whole or not at all."""
    rows = list(rows_of(outcomes, currency))
    with replacing(path) as unfinished:
        if path.suffix == ".csv":
            _write_csv(unfinished, rows)
        else:
            _write_parquet(unfinished, rows, about)


def _write_csv(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Row._fields)
        writer.writerows(rows)


def _write_parquet(path: Path, rows: list[Row], about: Mapping[str, str]) -> None:
    import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415  a table in the terminal need not wait for it
    import pyarrow.parquet as pq  # type: ignore[import-untyped]  # noqa: PLC0415

    schema = pa.schema(
        [
            ("scenario", pa.string()),
            ("parameter_value", pa.float64()),
            ("replication", pa.int64()),
            ("seed", pa.int64()),
            ("metric", pa.string()),
            ("unit", pa.string()),
            ("value", pa.float64()),
        ],
        metadata={f"bazaar.{name}": value for name, value in about.items()},
    )
    pq.write_table(pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema), path)
