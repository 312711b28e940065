"""A cohort table: how many of each cohort were still there in each stage, in shades."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from report.charts.colours import between_hues, ink_on
from report.charts.template import filled
from report.dates import written
from report.drawing import Cell, Drawing, Frame, Table
from report.numbers import NumberFormat

if TYPE_CHECKING:
    from report.options.others import CohortOptions

_LABELS = {"daily": "MMMM D, YYYY", "weekly": "[Week of] MMM D, YYYY", "monthly": "MMMM YYYY"}
_PERIODS = {"daily": "D", "weekly": "W", "monthly": "M"}
Cohorts = dict[pd.Period, tuple[float, dict[int, float]]]
"""By the interval they began in: people, and values by stage."""


def draw(options: CohortOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """A row a cohort, also for intervals in which none began."""
    stages = pd.to_numeric(frame[options.stage_column]).dropna().astype(int)
    first, last = (int(stages.min()), int(stages.max())) if len(stages) else (1, 0)
    cohorts, began = _cohorts(frame, options)
    head = [Cell(options.time_column_title, strong=True), Cell(options.people_column_title, "right", strong=True)]
    numbers = range(1, last - first + 2)  # Redash counts stages from 1, whatever they are called in the result
    head += [Cell(filled(options.stage_column_title, {"@": n}), "right", strong=True) for n in numbers]
    number = NumberFormat.parse(options.number_format)
    rows = []
    for cohort in pd.period_range(min(cohorts), max(cohorts), freq=_PERIODS[options.time_interval]):
        people, values = cohorts.get(cohort, (0.0, {}))
        if options.mode == "diagonal" and cohort in cohorts:
            reached = (max(cohorts) - cohort).n
            values = {stage: values.get(stage, 0.0) for stage in range(first, first + reached + 1)}
        label = written(began.get(cohort, cohort.start_time), _LABELS[options.time_interval])
        shades = [_cell(values.get(stage), people, options) for stage in range(first, last + 1)]
        rows.append([Cell(label, strong=True), Cell(number.text(people), "right"), *shades])
    return Table(head, rows, f"{card.title}, a cohort table. {card.question}", row_headings=1)


def _cohorts(frame: pd.DataFrame, options: CohortOptions) -> tuple[Cohorts, dict[pd.Period, pd.Timestamp]]:
    dates = pd.to_datetime(frame[options.date_column])
    intervals = dates.dt.tz_localize(None).dt.to_period(_PERIODS[options.time_interval])
    cohorts: Cohorts = {}
    began: dict[pd.Period, pd.Timestamp] = {}
    columns = [options.stage_column, options.total_column, options.value_column]
    for interval, date, stage, people, value in zip(
        intervals, dates, *(pd.to_numeric(frame[column]) for column in columns), strict=True
    ):
        values = cohorts.setdefault(interval, (float(people), {}))[1]
        if pd.notna(stage):  # else a cohort without a stage yet
            values[int(stage)] = 0.0 if pd.isna(value) else float(value)
        began.setdefault(interval, date)
    return cohorts, began


def _cell(value: float | None, people: float, options: CohortOptions) -> Cell:
    """The share (or the number), on a ground that is the darker the larger the share."""
    if value is None or people == 0:
        return Cell(options.no_value_placeholder, "right")
    percent = 100 * value / people
    steps = options.colors.steps
    step = min(int(percent / 100 * steps), steps - 1)
    ground = between_hues(options.colors.min, options.colors.max, step / (steps - 1))
    form = NumberFormat.parse(options.percent_format if options.percent_values else options.number_format)
    return Cell(form.text(percent if options.percent_values else value), "right", fill=ground, ink=ink_on(ground))
