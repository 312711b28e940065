"""What is committed: notebooks without outputs in one form, and pages that were made from them."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from sim.scenario import load_scenario
from tools.notebook_pages import NOTEBOOKS, PAGES, digest, index, read
from tools.notebooks import chosen, clean

PATHS = chosen([])
LINK = re.compile(r"\]\((?!https?:|#)([^)\s#]+)")
every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def test_numbers_are_in_order():
    numbers = [path.name[:3] for path in PATHS]
    assert [number for number in numbers if not re.fullmatch(r"\d\d_", number)] == []
    assert len(set(numbers)) == len(numbers)


def test_at_most_two_files_are_shared():
    assert len(list(NOTEBOOKS.glob("**/*.py"))) <= 2


@every_notebook
def test_nothing_of_a_run_is_committed(path: Path):
    notebook = read(path)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert path.read_text(encoding="utf-8") == clean(notebook), "run make notebooks ARGS=--clean"


@every_notebook
def test_it_tells_a_story(path: Path):
    cells = read(path).cells
    assert re.match(r"# \S.*\n\n\S", cells[0].source), "begins with a title and what it is about"
    prose = sum(len(cell.source) for cell in cells if cell.cell_type == "markdown")
    assert prose > 2000


@every_notebook
def test_its_links_lead_somewhere(path: Path):
    links = [link for cell in read(path).cells if cell.cell_type == "markdown" for link in LINK.findall(cell.source)]
    assert [link for link in links if not (NOTEBOOKS / link).exists()] == []


@every_notebook
def test_the_page_was_made_from_it(path: Path):
    page = PAGES / f"{path.stem}.md"
    assert page.exists(), "run make notebooks"
    text = page.read_text(encoding="utf-8")
    assert f"Cells: {digest(read(path))} -->" in text, "the notebook is newer: run make notebooks"
    pictures = re.findall(rf"\]\(({path.stem}/[^)]+)\)", text)
    assert sorted(pictures) == sorted(f"{path.stem}/{file.name}" for file in (PAGES / path.stem).iterdir())


def test_the_list_of_pages_is_fresh():
    assert (PAGES / "README.md").read_text(encoding="utf-8") == index(PATHS, PAGES)


@pytest.mark.parametrize("name", ["baseline", "courier_shortage"])
def test_the_couriers_that_what_if_speaks_of_are_those_of_the_scenarios(name: str):
    """It joins their figures with those of a sweep by that number."""
    _, scenario = load_scenario(name)
    assert f'"{name}": {scenario.delivery.couriers}' in "".join(
        cell.source for cell in read(NOTEBOOKS / "06_what_if.ipynb").cells
    )
