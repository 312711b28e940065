"""CONTRIBUTING's steps to a new fact, table and process, gone through in a copy of the repository; and its counts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import psycopg2
import pytest

from dashboards.files import load
from tests.databases import new_database

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = re.search(r"^## A new fact, table and process, step by step\n(.*?)^## ", GUIDE, re.DOTALL | re.MULTILINE)
COPIED = ("common", "sim", "models", "db", "docs", "dashboards", "redash", "analysis", "report", "tools", "pipeline")
DAYS = 2
SMALL = "stock: {products: 20}\n"
RUN = ("run", "--speed", "max", "--start", "2026-01-05T00:00Z", "--scale", "0.02", "--processes", "1")
TO_UPGRADE = 2  # models/base.py and a migration, for shops that live already


class Block(NamedTuple):
    """A change to one file: lines that are there, of which some may go, with lines that are new."""

    path: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Raises ValueError where the file does not have the lines, or has them twice."""
        path = root / self.path
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if not self.old:
            path.write_text(text + self.new, encoding="utf-8")
            return
        if text.count(self.old) != 1:
            raise ValueError(f"{self.path} has {text.count(self.old)} times:\n{self.old}")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


def blocks(text: str) -> list[Block]:
    found = []
    for indent, block in re.findall(r"^( *)```diff\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE):
        path, *lines = (line.removeprefix(indent) for line in block.splitlines())
        old = [line[1:] for line in lines if not line.startswith("+")]
        new = [line[1:] for line in lines if not line.startswith("-")]
        found.append(Block(path, "".join(f"{line}\n" for line in old), "".join(f"{line}\n" for line in new)))
    return found


def parts() -> tuple[list[Block], list[Block]]:
    """The blocks of the steps, and those of what else there is."""
    assert SECTION, "the section is gone"
    steps, else_, others = SECTION[1].partition("What else takes how many files")
    assert else_
    return blocks(steps), blocks(others)


def files_of(these: list[Block]) -> set[str]:
    return {block.path for block in these}


def copied(to: Path) -> Path:
    for room in COPIED:
        shutil.copytree(ROOT / room, to / room, ignore=shutil.ignore_patterns("__pycache__", "*.png", "*.svg"))
    return to


def python(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=root, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository after the steps."""
    root = copied(tmp_path_factory.mktemp("toy"))
    steps, _ = parts()
    for block in steps:
        block.apply(root)
    python(root, "db", "schema")
    (root / "small.yaml").write_text(SMALL, encoding="utf-8")
    return root


def test_as_many_files_as_it_says():
    steps, others = parts()
    assert len(files_of(steps)) == 8
    assert len(files_of(steps)) + TO_UPGRADE <= 10
    taken = [files_of([block for block in others if block.path.startswith(room)]) for room in ROOMS_OF_OTHERS]
    assert [len(files) for files in taken] == [2, 2, 2]
    assert sum(map(len, taken)) == len(files_of(others))


ROOMS_OF_OTHERS = (("sim/scenario", "sim/processes"), ("redash/",), ("sim/sinks", "sim/cli"))


def test_a_step_that_no_longer_fits_is_found(tmp_path: Path):
    (tmp_path / "luck.py").write_text("    LEAD_TIME = 31\n")
    (stale,) = blocks("```diff\nluck.py\n     LEAD_TIME = 30\n+    INSPECTION = 31\n```\n")
    with pytest.raises(ValueError, match=r"luck\.py has 0 times"):
        stale.apply(tmp_path)


def test_the_rows_are_there_and_a_run_that_goes_on_makes_the_same(toy: Path, postgres_url: str):
    with new_database(postgres_url) as in_one_go, new_database(postgres_url) as in_two:
        python(toy, "sim", *RUN, "--for", f"{DAYS}d", "--scenario", "small.yaml", "--database-url", in_one_go)
        for days in (1, DAYS):
            python(toy, "sim", *RUN, "--for", f"{days}d", "--scenario", "small.yaml", "--database-url", in_two)
        rows = inspections(in_one_go)
        assert inspections(in_two) == rows
        assert len(rows) == len({row[1] for row in rows}) * DAYS == len(set(rows)) > 0
        python(toy, "sim", "check", "--database-url", in_one_go)


def test_what_else_there_is_to_add_works_as_well(toy: Path, tmp_path: Path, postgres_url: str):
    root = shutil.copytree(toy, tmp_path / "further")
    _, others = parts()
    for block in others:
        block.apply(root)
    python(root, "tools.model_page")
    assert "`warehouse.inspection_passes`" in (root / "docs" / "model.md").read_text(encoding="utf-8")
    assert "inspections" in load(root / "redash").queries
    (root / "strict.yaml").write_text(f"{SMALL}warehouse: {{inspection_passes: 0.0}}\n")
    with new_database(postgres_url) as url:
        python(root, "sim", *RUN, "--for", "1d", "--scenario", "strict.yaml", "--database-url", url)
        rows = inspections(url)
        assert {passed for _, _, passed, _ in rows} == {False}
    counts = json.loads((root / "counts.json").read_text(encoding="utf-8"))
    assert counts["inspections"] == len(rows)


def inspections(url: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT inspection_id, warehouse_id, passed, inspected_at FROM inspections ORDER BY 1")
            return cursor.fetchall()
    finally:
        connection.close()
