"""The rows of a result as series of points, in the order, with the names and in the colours that the options say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.theme import CATEGORIES
from report.charts.template import mentioned
from report.options.chart import SeriesOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.options.chart import ChartOptions, Drawn

NO_OPTIONS = SeriesOptions()
ADDED_UP = {"column", "line", "area"}


class XKind(Enum):
    """What the x axis holds."""

    TIME = "time"
    NUMBER = "number"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its name in the result and for people, how it is drawn, and whether on the right axis."""

    name: str
    shown: str
    drawn: Drawn
    right: bool
    color: str


@dataclass(frozen=True, slots=True)
class Points:
    """Rows of x, y and the series' name for people (and `size`); series from the bottom of a stack upwards."""

    rows: pd.DataFrame
    series: list[Series]
    x_kind: XKind

    @property
    def names(self) -> list[str]:
        """The series' names for people, in their order."""
        return [each.shown for each in self.series]

    def categories(self, options: ChartOptions) -> list[Any]:
        """The x values in the order in which they are drawn."""
        return in_order(self.rows["x"], sort=options.sort_x, reverse=options.reverse_x)


def in_order(values: pd.Series, *, sort: bool, reverse: bool) -> list[Any]:
    """The distinct values: as they come or sorted, perhaps turned round."""
    found = [value.item() if hasattr(value, "item") else value for value in pd.unique(values.dropna())]
    if sort:
        found = sorted(found, key=lambda value: (isinstance(value, str), value))
    return found[::-1] if reverse else found


def points_of(frame: pd.DataFrame, options: ChartOptions) -> Points:
    """The result as points: numbers for one x added up; what is missing is zero or a gap, as the options say."""
    x_column = options.columns("x")[0]
    x_kind = _x_kind(frame[x_column], options)
    x = _names(frame[x_column]) if x_kind is XKind.CATEGORY else frame[x_column]
    long = _long(frame, options, x)
    names = [str(name) for name in pd.unique(long["name"])]
    names.sort(key=lambda name: options.series_options.get(name, NO_OPTIONS).z_index)
    series = _series(names, options)
    if options.global_series_type in ADDED_UP:
        long = long.groupby(["x", "name"], sort=False, dropna=False)["y"].sum(min_count=1).reset_index()
        long = _complete(long, names, options, x_kind)
        if options.missing_values_as_zero:  # but a mark that is not there is nowhere
            drawn = {each.name for each in series if each.drawn in ADDED_UP}
            long.loc[long["name"].isin(drawn), "y"] = long["y"].fillna(0.0)
    elif options.global_series_type == "scatter" and options.missing_values_as_zero:
        long["y"] = long["y"].fillna(0.0)
    long["series"] = long["name"].map({each.name: each.shown for each in series})
    long["rank"] = long["name"].map({name: rank for rank, name in enumerate(names)})
    if x_kind is not XKind.CATEGORY:
        long = long.dropna(subset=["x"])
        if options.sort_x:
            long = long.sort_values(["rank", "x"], kind="stable")
    return Points(long.reset_index(drop=True), series, x_kind)


def notes_of(frame: pd.DataFrame, options: ChartOptions) -> dict[Any, str]:
    """What the options' text adds to the numbers, by x: the columns that it mentions, where they hold anything."""
    said = [column for column in mentioned(options.text_format) if column in frame.columns]
    x = frame[options.columns("x")[0]]
    notes: dict[Any, str] = {}
    for column in said:
        told = frame[column].notna() & (frame[column] != "")
        notes.update(dict(zip(x[told], frame.loc[told, column].map(str), strict=True)))
    return notes


def auto_colors(given: Sequence[str | None]) -> list[str]:
    """The colours given, and for the others those of the theme that nobody has."""
    taken = {color for color in given if color is not None}
    free = [color for color in CATEGORIES if color not in taken] or CATEGORIES
    colors, used = [], 0
    for color in given:
        colors.append(color or free[used % len(free)])
        used += color is None
    return colors


def _x_kind(x: pd.Series, options: ChartOptions) -> XKind:
    said = options.x_axis.type
    if said == "category":
        return XKind.CATEGORY
    if said == "datetime" or (said == "-" and pd.api.types.is_datetime64_any_dtype(x)):
        return XKind.TIME
    return XKind.NUMBER if said != "-" or pd.api.types.is_numeric_dtype(x) else XKind.CATEGORY


def _long(frame: pd.DataFrame, options: ChartOptions, x: pd.Series) -> pd.DataFrame:
    """Columns x, name, y and size; several y columns are a series each, in the order of the result."""
    ys = [column for column in frame.columns if column in options.columns("y")]
    named = options.columns("series")
    parts = []
    for y in ys:
        name: object = frame[named[0]].astype(str) if named else y
        parts.append(pd.DataFrame({"x": x, "name": name, "y": _measured(frame[y])}))
        if sizes := options.columns("size"):
            parts[-1]["size"] = _measured(frame[sizes[0]])
    return pd.concat(parts, ignore_index=True)


def _names(x: pd.Series) -> pd.Series:
    """Categories as Vega tells them apart: numbers stay numbers, all else is text, perhaps on several lines."""
    return x if pd.api.types.is_numeric_dtype(x) else x.map(lambda name: str(name).replace("<br>", "\n"), "ignore")


def _measured(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)


def _complete(long: pd.DataFrame, names: list[str], options: ChartOptions, x_kind: XKind) -> pd.DataFrame:
    """Every x in every series where series stand on one another or share sorted categories, as Redash does."""
    shared = options.sort_x and x_kind is XKind.CATEGORY
    if options.series.stacking is None and not shared:
        return long
    grid = pd.MultiIndex.from_product([pd.unique(long["x"].dropna()), names], names=["x", "name"])
    return long.set_index(["x", "name"])["y"].reindex(grid).reset_index()


def _series(names: list[str], options: ChartOptions) -> list[Series]:
    said = [options.series_options.get(name, NO_OPTIONS) for name in names]
    colors = auto_colors([each.color for each in said])
    return [
        Series(name, each.name or name, each.type or options.global_series_type, each.y_axis == 1, color)
        for name, each, color in zip(names, said, colors, strict=True)
    ]
