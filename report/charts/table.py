"""A table, or the details of one row: columns in the order, with the titles and formats of the options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from report.dates import written
from report.drawing import Align, Cell, Drawing, Frame, Table
from report.numbers import NumberFormat
from report.options.others import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.options.others import DetailsOptions, TableOptions

_KINDS = {"i": "number", "u": "number", "f": "number", "b": "boolean", "M": "datetime"}
_INTEGER, _FLOAT, _DATE_TIME = "0,0", "0,0.00", "YYYY-MM-DD HH:mm"


def draw(options: TableOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """The rows as they come; the first page is shown at once."""
    columns = shown_columns(options.columns, frame)
    head = [Cell(column.title or column.name, _align(column, frame), strong=True) for column in columns]
    rows = [[_cell(column, frame, row[column.name]) for column in columns] for row in frame.to_dict("records")]
    described = f"{card.title}, a table. {card.question}"
    return Table(head, rows, described, first=options.items_per_page)


def draw_details(options: DetailsOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """The first row, a line a column."""
    row = frame.iloc[0].to_dict()
    rows = [
        [Cell(column.title or column.name, strong=True), Cell(_cell(column, frame, row[column.name]).text)]
        for column in shown_columns(options.columns, frame)
    ]
    return Table([], rows, f"{card.title}, one row in detail. {card.question}", row_headings=1)


def shown_columns(said: Sequence[Column], frame: pd.DataFrame) -> list[Column]:
    """The visible columns in the result's order; where the options tell another order, those they name come first."""
    found = [str(name) for name in frame.columns]
    if missing := [column.name for column in said if column.name not in found]:
        raise ValueError(f"the result has no column {', '.join(missing)}")
    told = {column.name: column for column in said}
    reordered = list(told) != [name for name in found if name in told]
    order = [*told, *(name for name in found if name not in told)] if reordered else found
    columns = [told.get(name) or Column(name=name) for name in order]
    return [column for column in columns if column.visible]


def _kind(column: Column, frame: pd.DataFrame) -> str:
    return column.display_as or _KINDS.get(getattr(frame[column.name].dtype, "kind", "O"), "string")


def _align(column: Column, frame: pd.DataFrame) -> Align:
    return column.align_content or ("left" if _kind(column, frame) == "string" else "right")


def _cell(column: Column, frame: pd.DataFrame, value: Any) -> Cell:
    return Cell(_text(column, frame, value), _align(column, frame))


def _text(column: Column, frame: pd.DataFrame, value: Any) -> str:
    if value is None or pd.isna(value):
        return "-"
    kind = _kind(column, frame)
    if kind == "number" and isinstance(value, (int, float)):
        whole = getattr(frame[column.name].dtype, "kind", "O") in "iu"
        return NumberFormat.parse(column.number_format or (_INTEGER if whole else _FLOAT)).text(value)
    if kind == "datetime" and hasattr(value, "strftime"):
        return written(value, column.date_time_format or _DATE_TIME)
    return column.boolean_values[bool(value)] if kind == "boolean" else str(value)
