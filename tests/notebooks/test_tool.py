"""`make notebooks` on a notebook made for the test: what becomes of charts, tables, links and refusals."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import altair as alt
import nbformat
import pandas as pd
import pytest
import vl_convert
from nbformat import v4

from analysis import theme
from analysis.shop import engine
from tests.notebooks.charts import problems
from tools import notebooks
from tools.notebook_pages import ROOT, digest, index, smaller, write

TABLE = (
    '<div>\n<style scoped>\n .a {b: c}\n</style>\n<table border="1" class="dataframe"><tr><td>7</td></tr></table></div>'
)
EXERCISE = (
    "# Tiny\n\nWhat is *this*? More of it.\n\n<details>\n<summary>Solution</summary>\n\n```python\n7\n```\n\n</details>"
)


@pytest.fixture
def chart():
    rows = pd.DataFrame({"n": [1, 2], "m": [3, 4]})
    return alt.Chart(rows, title="A line").mark_line().encode(alt.X("n:Q", title="number"), alt.Y("m:Q", title="size"))


@pytest.fixture
def ran(chart: alt.Chart):
    """A notebook with a chart and a table, as if it had run."""
    shown = [theme._compiled(chart.to_dict()), {"text/html": TABLE, "text/plain": "7"}]
    outputs = [v4.new_output("execute_result", data=data, metadata={}) for data in shown]
    cells = [v4.new_markdown_cell(EXERCISE), *(v4.new_code_cell("1 + 1", outputs=[output]) for output in outputs)]
    return v4.new_notebook(cells=[*cells, v4.new_markdown_cell("[schema](../docs/schema.md) [gone](gone.md)")])


def pixels(png: bytes) -> bytes:
    found, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind == b"IDAT":
            found += png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length)[0] == zlib.crc32(png[at + 4 : at + 8 + length])
        at += 12 + length
    return zlib.decompress(found)


def test_a_page_has_pictures_tables_and_folded_solutions(ran: nbformat.NotebookNode, tmp_path: Path):
    write(Path("07_tiny.ipynb"), ran, "seed 5", tmp_path)
    page = (tmp_path / "07_tiny.md").read_text()
    assert "![A line](07_tiny/01.png)" in page
    assert (tmp_path / "07_tiny/01.png").read_bytes().startswith(b"\x89PNG")
    assert "<table><tr><td>7</td></tr></table>" in page
    assert "<style" not in page
    assert "<details>\n<summary>Solution</summary>" in page
    assert "rendered by `make notebooks` on this shop: seed 5" in page
    assert f"Cells: {digest(ran)} -->" in page.splitlines()[0]


def test_pictures_of_an_earlier_time_are_gone(ran: nbformat.NotebookNode, tmp_path: Path):
    (tmp_path / "07_tiny").mkdir()
    (tmp_path / "07_tiny/99.png").touch()
    write(Path("07_tiny.ipynb"), ran, "", tmp_path)
    assert [file.name for file in (tmp_path / "07_tiny").iterdir()] == ["01.png"]


def test_links_still_lead_where_they_led(ran: nbformat.NotebookNode, tmp_path: Path):
    write(Path("07_tiny.ipynb"), ran, "", tmp_path)
    link = (tmp_path / "07_tiny.md").read_text().split("[schema](")[1].split(")")[0]
    assert (tmp_path / link).resolve() == ROOT / "docs/schema.md"


def test_the_list_tells_the_first_sentence(ran: nbformat.NotebookNode, tmp_path: Path):
    path = tmp_path / "07_tiny.ipynb"
    path.write_text(notebooks.clean(ran))
    assert "- **[Tiny](07_tiny.ipynb)** — What is *this*?\n" in index([path], tmp_path)
    (tmp_path / "07_tiny.md").touch()
    assert "- **[Tiny](07_tiny.md)** — What is *this*?\n" in index([path], tmp_path)


def test_a_smaller_picture_is_the_same_picture(chart: alt.Chart):
    drawn = vl_convert.vegalite_to_png(chart.to_dict(), scale=2)
    assert len(smaller(drawn)) < len(drawn)
    assert pixels(smaller(drawn)) == pixels(drawn)


def test_what_a_page_is_made_from_is_text_and_not_outputs(ran: nbformat.NotebookNode):
    before = digest(ran)
    ran.cells[1].outputs = []
    assert digest(ran) == before
    ran.cells[1].source += " "
    assert digest(ran) != before


def test_clean_takes_out_all_that_a_run_left(ran: nbformat.NotebookNode):
    ran.cells[1].execution_count, ran.cells[1].metadata, ran.metadata = 3, {"collapsed": True}, {"kernelspec": {}}
    left = nbformat.reads(notebooks.clean(ran), as_version=4)
    assert [cell.source for cell in left.cells] == [cell.source for cell in ran.cells]
    assert left.cells[1].outputs == []
    assert left.cells[1].execution_count is None
    assert left.cells[1].metadata == {}
    assert left.metadata == notebooks.METADATA


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [("99", "postgresql://", "no notebook begins with '99'"), ("01", "nonsense", "no shop to read"),
     ("01", "postgresql://nobody@127.0.0.1:1/none", "no shop to read")],
)  # fmt: skip
def test_refuses_in_one_line(name: str, url: str, said: str, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", url)
    engine.cache_clear()
    assert notebooks.main([name, "--into", str(tmp_path)]) == 2
    engine.cache_clear()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("notebooks: ")
    assert said in line
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_no_shop(database_url: str, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", database_url)
    engine.cache_clear()
    assert notebooks.main(["--into", str(tmp_path)]) == 2
    engine().dispose()
    engine.cache_clear()
    (line,) = capsys.readouterr().err.splitlines()
    assert "sim.current_run" in line


# --- what is wrong with a chart --------------------------------------------------------------------------------------


def test_a_good_chart_has_no_problems(chart: alt.Chart):
    assert problems(chart.to_dict()) == []
    assert problems((chart | chart + chart.mark_point()).to_dict()) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"x": alt.X("n:Q")}, "x axis without a title"),
        ({"y": alt.Y("m:Q", title=None)}, "y axis without a title"),
        ({"y": alt.Y("gone:Q", title="size")}, "y: column 'gone' is empty or not there"),
    ],
)
def test_problems_are_found_wherever_the_chart_stands(chart: alt.Chart, change: dict[str, Any], found: str):
    bad = chart.encode(**change)
    for spec in (bad, bad + bad.mark_point(), chart | bad, bad.facet("n:N"), chart & (chart | bad)):
        assert any(line.startswith(found) for line in problems(spec.to_dict()))


def test_axes_that_are_not_drawn_need_no_words(chart: alt.Chart):
    assert problems(chart.encode(alt.X("n:Q", axis=None)).to_dict()) == []
    assert problems(chart.encode(alt.X("n:N", title=None)).to_dict()) == []


def test_charts_without_rows_and_columns_made_on_the_way():
    empty = alt.Chart(pd.DataFrame({"n": []})).mark_bar().encode(alt.X("n:N", title=None))
    assert any(line.startswith("no rows") for line in problems(empty.to_dict()))
    made = alt.Chart(pd.DataFrame({"n": [1]})).transform_calculate(double="2 * datum.n").mark_bar()
    assert problems(made.encode(alt.X("double:Q", title="twice")).to_dict()) == []
    far = alt.Chart("https://example.org/rows.csv").mark_bar().encode(alt.X("n:N", title=None))
    assert problems(far.to_dict())[0] == "data from elsewhere: https://example.org/rows.csv"
