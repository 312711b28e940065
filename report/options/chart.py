"""The options of a CHART."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from report.options.base import Color, Ignored, NumberForm, Options

Drawn = Literal["line", "area", "column", "pie", "scatter", "bubble", "heatmap", "box"]
Role = Literal["x", "y", "series", "size", "zVal", "unused"]
Scale = Literal["-", "datetime", "linear", "logarithmic", "category"]


class Labels(Options):
    """Whether an axis says its values."""

    enabled: bool = True


class Axis(Options):
    """An axis; `title` is plain text in the files."""

    type: Scale = "linear"
    title: str | None = None
    tick_format: str | None = None
    range_min: float | None = None
    range_max: float | None = None
    labels: Labels = Labels()
    opposite: Ignored = None  # the second y axis is on the right, whatever is said


class XAxis(Axis):
    """The same; by itself it goes by what the column holds."""

    type: Scale = "-"


class Stacking(Options):
    """Whether series stand on one another, and as shares."""

    stacking: Literal["stack"] | None = None
    percent_values: bool = False
    error_y: Ignored = Field(default=None, alias="error_y")


class SeriesOptions(Options):
    """How one series is shown: `zIndex` orders series, also in a stack, from the bottom."""

    type: Literal["column", "line", "area", "scatter"] | None = None
    y_axis: Literal[0, 1] = 0
    name: str | None = None
    color: Color | None = None
    z_index: int = 0
    index: Ignored = None


class ValueOptions(Options):
    """A slice of a pie."""

    color: Color | None = None


class Legend(Options):
    """What the colours mean, and where that is said."""

    enabled: bool = True
    placement: Literal["auto", "below"] = "auto"
    traceorder: Literal["normal", "reversed"] = "normal"


class Direction(Options):
    """Which way round a pie goes."""

    type: Literal["clockwise", "counterclockwise"] = "counterclockwise"


class ChartOptions(Options):
    """As in Redash, defaults included."""

    global_series_type: Drawn = "column"
    column_mapping: dict[str, Role]
    x_axis: XAxis = XAxis()
    y_axis: list[Axis] = Field(default=[Axis(), Axis()], min_length=1, max_length=2)
    series: Stacking = Stacking()
    series_options: dict[str, SeriesOptions] = Field(default={})
    values_options: dict[str, ValueOptions] = Field(default={})
    legend: Legend = Legend()
    swapped_axes: bool = False
    sort_x: bool = True
    sort_y: bool = False
    reverse_x: bool = False
    reverse_y: bool = False
    missing_values_as_zero: bool = True
    line_shape: Literal["linear", "spline", "hv", "vh", "hvh"] = "linear"
    coefficient: float = Field(default=1, gt=0)
    sizemode: Literal["diameter", "area"] = "diameter"
    piesort: bool = True
    direction: Direction = Direction()
    color_scheme_of_heat: Literal["Custom..."] | None = Field(default=None, alias="colorScheme")
    heat_min_color: Color = "#FFFFFF"
    heat_max_color: Color = "#0072B2"
    show_data_labels: bool | None = None
    number_format: NumberForm = "0,0[.]00000"
    percent_format: NumberForm = "0[.]00%"
    text_format: str = ""
    align_y_axes_at_zero: Literal[False] = Field(default=False, alias="alignYAxesAtZero")
    showpoints: Literal[False] = False
    color_scheme: Ignored = Field(default=None, alias="color_scheme")  # colours not said are the theme's
    error_y: Ignored = Field(default=None, alias="error_y")  # there are no error bars without a column for them
    date_time_format: Ignored = None
    enable_link: Ignored = None
    link_format: Ignored = None
    link_open_new_tab: Ignored = None

    def columns(self, role: Role) -> list[str]:
        """The columns of that role."""
        return [column for column, its in self.column_mapping.items() if its == role]

    @property
    def labels_shown(self) -> bool:
        """Whether values are written into the picture: a pie says them unless told not to."""
        return self.global_series_type == "pie" if self.show_data_labels is None else self.show_data_labels

    @model_validator(mode="after")
    def _go_together(self) -> ChartOptions:
        for met, told in self._contradictions():
            if met:
                raise ValueError(told)
        return self

    def _contradictions(self) -> list[tuple[bool, str]]:
        kind = self.global_series_type
        counted = {role: len(self.columns(role)) for role in ("x", "y", "series", "size", "zVal")}
        one_y = kind in {"pie", "heatmap", "box", "scatter", "bubble"} or counted["series"] > 0
        right = any(each.y_axis == 1 for each in self.series_options.values())
        mixed = any(each.type not in {None, kind} for each in self.series_options.values())
        drawn_on_axes = kind in {"line", "area", "column"}
        return [
            (counted["x"] != 1, f"a {kind} needs one column as x, and {counted['x']} are said"),
            (counted["y"] == 0, f"a {kind} needs a column as y"),
            (one_y and counted["y"] > 1, f"a {kind} with {counted['y']} columns as y and one as series is not drawn"),
            (counted["series"] > 1, "only one column can be the series"),
            (counted["series"] > 0 and kind in {"pie", "heatmap", "box"}, f"a {kind} with a series is not drawn"),
            ((kind == "heatmap") != (counted["zVal"] == 1), "zVal is the one column of a heatmap's values"),
            ((kind == "bubble") != (counted["size"] == 1), "size is the one column of a bubble's size"),
            (self.swapped_axes and kind != "column", f"a {kind} with swapped axes is not drawn"),
            (self.swapped_axes and (right or mixed), "swapped axes with lines or a second axis are not drawn"),
            (self.swapped_axes and self.x_axis.type not in {"-", "category"}, "swapped axes are for categories"),
            ((mixed or right) and not drawn_on_axes, f"the series of a {kind} have no types and axes of their own"),
            (right and len(self.y_axis) < 2, "a series is on the second y axis, which is not described"),
            (right and self.series.stacking is not None, "stacked series with a second axis are not drawn"),
            (self.series.percent_values and self.series.stacking is None, "shares are drawn only where stacked"),
            (self.labels_shown and kind not in {"heatmap", "pie"}, f"showDataLabels is not drawn on a {kind}"),
        ]
