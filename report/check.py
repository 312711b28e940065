"""What of the dashboards the report cannot draw, told with file and line before anything is asked or drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.strict import validated
from report.draw import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dashboards.dashboard_file import DashboardFile
    from dashboards.problems import Problem


def problems(dashboards: Iterable[DashboardFile]) -> Iterator[Problem]:
    """Types that have no drawing here, and options that would be lost."""
    for file in dashboards:
        for number, widget in enumerate(file.dashboard.widgets):
            if widget.shown is not None:
                place = ("widgets", number, "visualization")
                yield from _of_one(widget.shown.type, widget.shown.options, file, place)


def _of_one(kind: str, options: object, file: DashboardFile, place: tuple[str | int, ...]) -> Iterator[Problem]:
    if kind not in KINDS:
        yield file.document.problem((*place, "type"), f"the report draws no {kind} (it draws {', '.join(KINDS)})")
        return
    read = validated(KINDS[kind].options, options, file.document, (*place, "options"))
    for problem in read if isinstance(read, list) else []:
        yield type(problem)(problem.path, problem.line, f"the report can't draw this {kind}: {problem.message}")
