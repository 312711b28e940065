"""The options of everything that is not a CHART."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from report.options.base import Color, DateForm, Ignored, NumberForm, Options


class CounterOptions(Options):
    """One number, perhaps with another to compare with."""

    counter_col_name: str = "counter"
    counter_label: str = ""
    row_number: int = 1
    target_col_name: str | None = None
    target_row_number: int = 1
    count_row: bool = False
    format_target_value: bool = False
    string_prefix: str = ""
    string_suffix: str = ""
    string_decimal: int = Field(default=0, ge=0)
    string_dec_char: str = "."
    string_thou_sep: str = ","
    tooltip_format: Ignored = None


class FunnelColumn(Options):
    """A column and its heading."""

    col_name: str
    display_as: str = "Value"


class SortKey(Options):
    """What orders the steps."""

    col_name: str | None = None
    reverse: bool = False


class FunnelOptions(Options):
    """Steps that lose people; by value, largest first, unless a column orders them."""

    step_col: FunnelColumn
    value_col: FunnelColumn
    auto_sort: bool = True
    sort_key_col: SortKey = SortKey()
    items_limit: int = Field(default=100, ge=1)
    number_format: NumberForm = "0,0[.]00"
    percent_format: NumberForm = "0[.]00%"
    percent_values_range: Ignored = None


class SankeyOptions(Options):
    """Redash has none: the column `value` and stages in the order of their names."""


class CohortColors(Options):
    """From 0 % to 100 % in steps."""

    min: Color = "#FFFFFF"
    max: Color = "#002FB4"
    steps: int = Field(default=7, ge=2)


class CohortOptions(Options):
    """One row of the result is a cohort's stage."""

    time_interval: Literal["daily", "weekly", "monthly"] = "daily"
    mode: Literal["diagonal", "simple"] = "diagonal"
    date_column: str = "date"
    stage_column: str = "day_number"
    total_column: str = "total"
    value_column: str = "value"
    percent_values: bool = True
    time_column_title: str = "Time"
    people_column_title: str = "Users"
    stage_column_title: str = "{{ @ }}"
    number_format: NumberForm = "0,0[.]00"
    percent_format: NumberForm = "0.00%"
    no_value_placeholder: str = "-"
    colors: CohortColors = CohortColors()
    show_tooltips: Ignored = None


class MapGroup(Options):
    """Points of one class."""

    color: Color | None = None


class MapTemplate(Options):
    """What a marker says."""

    enabled: bool = False
    template: str = ""


class MapOptions(Options):
    """Points by latitude and longitude. There are no tiles: those would come from the internet."""

    lat_col_name: str = "lat"
    lon_col_name: str = "lon"
    classify: str | None = None
    groups: dict[str, MapGroup] = Field(default={})
    tooltip: MapTemplate = MapTemplate()
    popup: MapTemplate = MapTemplate()
    background_color: Color = "#356AFF"
    map_tile_url: Ignored = None
    cluster_markers: Ignored = None
    customize_markers: Ignored = None
    icon_shape: Ignored = None
    icon_font: Ignored = None
    foreground_color: Ignored = None
    border_color: Ignored = None
    bounds: Ignored = None


class Switch(Options):
    """On or off."""

    enabled: bool = False


class PivotTotals(Options):
    """Which totals are shown."""

    col_totals: bool = True
    row_totals: bool = True


class PivotRendererOptions(Options):
    """Options by renderer."""

    table: PivotTotals = PivotTotals()


class PivotOptions(Options):
    """A cross table of one value."""

    rows: list[str] = Field(default=[], max_length=1)
    cols: list[str] = Field(default=[], max_length=1)
    vals: list[str] = Field(default=[], max_length=1)
    aggregator_name: Literal["Count", "Sum", "Integer Sum", "Average", "Minimum", "Maximum"] = "Count"
    renderer_name: Literal["Table"] = "Table"
    renderer_options: PivotRendererOptions = PivotRendererOptions()
    controls: Switch = Switch()


class Column(Options):
    """A column of a table; what is not said goes by what the column holds."""

    name: str
    title: str | None = None
    display_as: Literal["string", "number", "datetime", "boolean"] | None = None
    visible: bool = True
    align_content: Literal["left", "center", "right"] | None = None
    number_format: NumberForm | None = None
    date_time_format: DateForm | None = None
    boolean_values: list[str] = Field(default=["false", "true"], min_length=2, max_length=2)
    order: Ignored = None
    type: Ignored = None
    description: Ignored = None
    allow_search: Ignored = None


class TableOptions(Options):
    """Columns that are not listed come after those that are, as in Redash."""

    items_per_page: int = Field(default=25, ge=1)
    columns: list[Column] = Field(default=[])
    pagination_size: Ignored = None


class DetailsOptions(Options):
    """The first row, a line a column."""

    columns: list[Column] = Field(default=[])
