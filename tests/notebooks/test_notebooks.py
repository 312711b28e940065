"""Every notebook runs from top to bottom, its solution too, and shows charts that can be read."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.charts import problems
from tools.notebook_pages import CHART, read
from tools.notebooks import chosen, executed

PATHS = chosen([])
CELL_S = 300  # far more than any takes on a small shop, even on a busy machine
LESS_TO_SIMULATE = {
    "06_what_if": {
        '"--days", "2.5"': '"--days", "1"',
        '"--scale", "0.36"': '"--scale", "0.2"',
        '"--replications", "8"': '"--replications", "3"',
        '"--replications", "4"': '"--replications", "2"',
    }
}
FOLDED = re.compile(r"<details>\s*<summary>Solution</summary>(.*?)</details>", re.DOTALL)
SOLUTION = re.compile(r"```python\n(.*?)```", re.DOTALL)


def solutions(notebook: nbformat.NotebookNode) -> list[str]:
    """The code of the folded solutions."""
    folded = [text for cell in notebook.cells if cell.cell_type == "markdown" for text in FOLDED.findall(cell.source)]
    return [code for text in folded for code in SOLUTION.findall(text)]


def read_for_a_test(path: Path) -> nbformat.NotebookNode:
    """The notebook with its solutions as cells, and with less to simulate where it simulates."""
    notebook = read(path)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    for told, less in LESS_TO_SIMULATE.get(path.stem, {}).items():
        assert code.count(told) == 1, f"{told} is {code.count(told)} times in {path.stem}"
        for cell in notebook.cells:
            cell.source = cell.source.replace(told, less)
    notebook.cells += [nbformat.v4.new_code_cell(code) for code in solutions(notebook)]
    return notebook


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_it_runs_and_its_charts_can_be_read(path: Path, reader_url: str):
    assert solutions(read(path)), "no exercise with a folded solution in Python"
    cells = executed(read_for_a_test(path), reader_url, CELL_S).cells
    outputs = [(cell.source, output) for cell in cells for output in cell.get("outputs", [])]
    assert [output.text for _, output in outputs if output.get("name") == "stderr"] == []
    shown = [(source, output.data) for source, output in outputs if "data" in output]
    assert not any("<script" in data.get("text/html", "") for _, data in shown), "shows itself only with the internet"
    charts = [(source, data[kind]) for source, data in shown for kind in data if CHART.fullmatch(kind)]
    assert len(charts) >= 2
    assert [(source, found) for source, chart in charts if (found := problems(chart))] == []
    assert cells[-1].outputs, "the solution shows nothing"
