"""docs/lake.md works as it stands: its command and its programs, one after the other."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.lake import files
from sim.settings import VARIABLES
from tests.lake.lakes import manifest_of, table_of

PAGE = (Path(__file__).parents[2] / "docs" / "lake.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^ {4}python -m sim ((?:lake|market) .*)$", PAGE, re.MULTILINE)
PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_says_how_large_row_groups_are():
    assert f"row groups of at most {files._GROUP_ROWS:,} rows" in PAGE


def test_the_page_works_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCALE", "0.05")  # a smaller shop than the page's
    assert ([command.split()[0] for command in COMMANDS], len(PROGRAMS)) == (
        ["lake", "market", "lake"],
        PAGE.count("```python"),
    )
    for command in COMMANDS:
        small = command.replace("365d", "3h").replace("--cities 60", "--cities 6").replace("--scale 2", "--scale 0.05")
        assert main(shlex.split(small)) == 0
    assert len(table_of(tmp_path / "out" / "world", "cities")) == 6
    names: dict[str, Any] = {}
    for number, program in enumerate(PROGRAMS):
        exec(compile(program, f"docs/lake.md, program {number + 1}", "exec"), names)
    lake = tmp_path / "out" / "lake"
    orders = [
        order for order in table_of(lake, "orders").to_pylist() if order["placed_at"].date().isoformat() > "2026-01-05"
    ]
    assert len(names["orders"]) == sum(order["order_id"] % 100 in {1, 2} for order in orders)
    assert names["orders"].total.sum() == sum(order["total"] for order in orders if order["order_id"] % 100 in {1, 2})
    steps = table_of(lake, "session_events")["session_id"].to_pylist()
    assert names["events_of_berlin"] == sum(session_id % 100 == 2 for session_id in steps)
    assert names["events"].count_rows() == len(steps) == manifest_of(lake)["tables"]["session_events"]["rows"]
    shown = capfd.readouterr().out
    for city in table_of(lake, "cities")["name"].to_pylist():
        assert city in shown
