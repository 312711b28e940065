"""A cross table with its totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from report.drawing import Cell, Drawing, Frame, Table
from report.numbers import NumberFormat

if TYPE_CHECKING:
    from report.options.others import PivotOptions

_HOW = {"Count": "size", "Sum": "sum", "Integer Sum": "sum", "Average": "mean", "Minimum": "min", "Maximum": "max"}
_FORMATS = {"Count": "0,0", "Integer Sum": "0,0"}
_TOTALS = "Totals"


def draw(options: PivotOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """Rows and columns in the order of their names; totals are of the rows behind them, not of the cells."""
    if not options.vals and options.aggregator_name != "Count":
        raise ValueError(f"{options.aggregator_name} of nothing: vals names no column")
    cells = pd.DataFrame(
        {
            "row": frame[options.rows[0]].map(str) if options.rows else _TOTALS,
            "column": frame[options.cols[0]].map(str) if options.cols else _TOTALS,
            "value": pd.to_numeric(frame[options.vals[0]]) if options.vals else 1,
        }
    )
    totals = options.renderer_options.table
    rows, columns = sorted(cells["row"].unique()), sorted(cells["column"].unique())
    across = [*columns, _TOTALS] if totals.row_totals and options.cols else columns
    down = [*rows, _TOTALS] if totals.col_totals and options.rows else rows
    head = [Cell(_corner(options), strong=True), *(Cell(name, "right", strong=True) for name in across)]
    body = [[Cell(row, strong=True), *(_cell(cells, row, column, options) for column in across)] for row in down]
    return Table(head, body, f"{card.title}, a cross table. {card.question}", row_headings=1)


def _corner(options: PivotOptions) -> str:
    return " / ".join(name.replace("_", " ") for name in [*options.rows, *options.cols])


def _cell(cells: pd.DataFrame, row: str, column: str, options: PivotOptions) -> Cell:
    there = pd.Series(True, index=cells.index)
    if row != _TOTALS:
        there &= cells["row"] == row
    if column != _TOTALS:
        there &= cells["column"] == column
    values = cells.loc[there, "value"]
    if values.empty:
        return Cell("", "right")
    form = NumberFormat.parse(_FORMATS.get(options.aggregator_name, "0,0.00"))
    value = len(values) if options.aggregator_name == "Count" else values.agg(_HOW[options.aggregator_name])
    return Cell(form.text(value), "right", strong=_TOTALS in {row, column})
