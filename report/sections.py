"""A dashboard's file, asked and drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dashboards.problems import BadFiles
from report import grid
from report.draw import NotDrawn, draw
from report.drawing import Card, Placed, Section, Text
from report.queries import NoAnswer

if TYPE_CHECKING:
    from dashboards.dashboard_file import DashboardFile, Visualization, Widget
    from dashboards.files import Files
    from dashboards.query_file import QueryFile
    from report.choices import Choices
    from report.queries import Asker

_DEFAULT_NAMES = {"Chart", "Counter", "Table", "Funnel", "Sankey", "Cohort", "Pivot Table", "Details View",
                  "Map (Markers)"}  # fmt: skip


def section_of(file: DashboardFile, files: Files, choices: Choices, asker: Asker) -> Section:
    """The dashboard's texts and pictures, from the top. Raises NoAnswer and BadFiles, which name the file and line."""
    asked = ", ".join(f"{files.parameters[name].title}: {choices[name]}" for name in file.dashboard.parameters)
    section = Section(file.key, file.dashboard.title, asked)
    widgets = zip(enumerate(file.dashboard.widgets), file.widget_keys(), strict=True)
    for (number, widget), key in sorted(widgets, key=lambda each: (each[0][1].at.row, each[0][1].at.col)):
        at = widget.at
        try:
            item = _card(widget, key, files, choices, asker) if widget.text is None else Text(widget.text)
        except NotDrawn as error:
            raise BadFiles([file.document.problem(("widgets", number), f"not drawn: {error}")]) from error
        section.placed.append(Placed(item, at.col, at.row, at.width, at.height))
    return section


def _card(widget: Widget, key: str, files: Files, choices: Choices, asker: Asker) -> Card:
    query = files.queries[str(widget.query)]
    sql = query.filled(choices)
    try:
        answer = asker.answer(sql)
    except NoAnswer as error:
        raise NoAnswer(f"queries/{query.key}.sql: {error}") from error
    assert widget.shown is not None
    title = title_of(widget.shown, query)
    room = grid.frame(title, query.question, widget.at)
    drawing = draw(widget.shown, answer, room)
    return Card(re.sub(r"\W+", "-", key), title, query.question, query.grain, sql, drawing)


def title_of(shown: Visualization, query: QueryFile) -> str:
    """As Redash heads a widget: the visualization's name is left out where it only says its type.

    A counter's own name says all: several of one query would repeat the query's.
    """
    if shown.name in _DEFAULT_NAMES:
        return query.title
    return shown.name if shown.type == "COUNTER" else f"{shown.name} – {query.title}"
