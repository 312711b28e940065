"""The whole folder: every query, dashboard and parameter, and what must hold between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from dashboards.dashboard_file import Dashboard, DashboardFile, Visualization
from dashboards.parameters import Parameters, QueryParameter, parse_parameters
from dashboards.problems import BadFiles, BadInput, Problem, short
from dashboards.query_file import KEY_FORM, QueryFile, parse_query
from dashboards.strict import validated
from dashboards.yaml_lines import Document, read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parents[1] / "redash"


@dataclass(frozen=True, slots=True)
class Files:
    """Queries and dashboards by key, in the order of their names and of `order`."""

    root: Path
    queries: dict[str, QueryFile]
    dashboards: dict[str, DashboardFile]
    parameters: Parameters
    parameters_document: Document

    def visualizations(self, query: str) -> dict[str, Visualization]:
        """A query's visualizations by key, over all dashboards."""
        widgets = (widget for file in self.dashboards.values() for widget in file.dashboard.widgets)
        return {w.shown.key: w.shown for w in widgets if w.shown is not None and w.query == query}

    def has_query(self, key: str) -> bool:
        """Whether there is a file of that key, though something may be wrong with it."""
        return key in self.queries or (self.root / "queries" / f"{key}.sql").exists()

    def dropdowns(self) -> set[str]:
        """Keys of the queries that fill parameters' lists: they must be in Redash, and run, before the others."""
        return {each.query for each in self.parameters.values() if isinstance(each, QueryParameter)}


def load(root: Path = HERE) -> Files:
    """Everything in the folder, or BadFiles with all that is wrong."""
    if not root.is_dir():
        raise BadInput(f"there is no folder {short(root)}")
    problems: list[Problem] = []
    queries = _queries(root, problems)
    parameters, document = _parameters(root, problems)
    dashboards = _dashboards(root, problems)
    files = Files(root, queries, dashboards, parameters, document)
    problems += _between(files)
    if problems:
        raise BadFiles(problems)
    return files


def _queries(root: Path, problems: list[Problem]) -> dict[str, QueryFile]:
    queries = {}
    for path in sorted((root / "queries").glob("*.sql")):
        try:
            query = parse_query(path, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            query = [Problem(path, 1, f"can't be read: {error}")]
        if isinstance(query, list):
            problems += query
        else:
            queries[query.key] = query
    return queries


def _parameters(root: Path, problems: list[Problem]) -> tuple[Parameters, Document]:
    path = root / "parameters.yml"
    if not path.exists():
        return {}, Document(path, "")
    try:
        document = read_document(path)
    except BadFiles as bad:
        problems += bad.problems
        return {}, Document(path, "")
    parameters, found = parse_parameters(document)
    problems += found
    return parameters, document


def _dashboards(root: Path, problems: list[Problem]) -> dict[str, DashboardFile]:
    files = []
    for path in sorted((root / "dashboards").glob("*.yml")):
        if not KEY_FORM.fullmatch(path.stem):
            problems.append(Problem(path, 1, f"'{path.stem}' can't be a key: small letters, digits and _ only"))
        try:
            document = read_document(path)
        except BadFiles as bad:
            problems += bad.problems
            continue
        dashboard = validated(Dashboard, document.value, document)
        if isinstance(dashboard, list):
            problems += dashboard
        else:
            files.append(DashboardFile(path.stem, document, dashboard))
    return {file.key: file for file in sorted(files, key=lambda file: (file.dashboard.order, file.key))}


def _between(files: Files) -> Iterator[Problem]:
    yield from _unknown_parameters(files)
    yield from _dropdowns(files)
    said: dict[tuple[str, str], Visualization] = {}
    for file in files.dashboards.values():
        yield from _dashboard_parameters(file, files)
        yield from _widgets(file, files, said)
        yield from _layout(file)


def _unknown_parameters(files: Files) -> Iterator[Problem]:
    for query in files.queries.values():
        for name, line in query.mentions():
            if name not in files.parameters:
                yield Problem(query.path, line, f"unknown parameter '{name}' (parameters.yml defines them)")


def _dropdowns(files: Files) -> Iterator[Problem]:
    for name, parameter in files.parameters.items():
        if not isinstance(parameter, QueryParameter):
            continue
        problem = files.parameters_document.problem
        if not files.has_query(parameter.query):
            yield problem((name, "query"), f"there is no queries/{parameter.query}.sql")
        elif parameter.query in files.queries and files.queries[parameter.query].parameters:
            yield problem((name, "query"), f"'{parameter.query}' fills a list and can't have parameters itself")


def _dashboard_parameters(file: DashboardFile, files: Files) -> Iterator[Problem]:
    shown = {widget.query for widget in file.dashboard.widgets if widget.query is not None}
    used = {name for query in shown & files.queries.keys() for name in files.queries[query].parameters}
    all_known = shown <= files.queries.keys()  # a query file that is not right may use whatever it likes
    for number, name in enumerate(file.dashboard.parameters):
        place = ("parameters", number)
        if name not in files.parameters:
            yield file.document.problem(place, f"unknown parameter '{name}' (parameters.yml defines them)")
        elif all_known and name not in used:
            yield file.document.problem(place, f"no query of this dashboard uses '{name}'")
        if name in file.dashboard.parameters[:number]:
            yield file.document.problem(place, f"'{name}' is said twice")


def _widgets(file: DashboardFile, files: Files, said: dict[tuple[str, str], Visualization]) -> Iterator[Problem]:
    for number, widget in enumerate(file.dashboard.widgets):
        if widget.query is None or widget.shown is None:
            continue
        if not files.has_query(widget.query):
            yield file.document.problem(("widgets", number, "query"), f"there is no queries/{widget.query}.sql")
        if said.setdefault((widget.query, widget.shown.key), widget.shown) != widget.shown:
            told = f"'{widget.shown.key}' of '{widget.query}' is another visualization elsewhere"
            yield file.document.problem(("widgets", number, "visualization"), told)


def _layout(file: DashboardFile) -> Iterator[Problem]:
    widgets = file.dashboard.widgets
    for (first, one), (second, other) in combinations(enumerate(widgets), 2):
        if one.at.overlaps(other.at):
            line = file.document.line(("widgets", first, "at"))
            yield file.document.problem(("widgets", second, "at"), f"overlaps the widget placed in line {line}")
    for number, widget in enumerate(widgets):
        floor = max((w.at.row + w.at.height for w in widgets if w is not widget and w.at.beside(widget.at)
                     and w.at.row < widget.at.row), default=0)  # fmt: skip
        if floor < widget.at.row:
            told = f"nothing is right above: Redash would slide it up from row {widget.at.row} to {floor}"
            yield file.document.problem(("widgets", number, "at"), told)
