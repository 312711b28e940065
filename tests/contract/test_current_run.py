"""The run as it is now is asked for in one place: the view sim.current_run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Connection

from db.apply import apply_schema
from models import metadata

ROOT = Path(__file__).parents[2]
NEWEST = re.compile(r"FROM\s+sim\.runs\b[^;()]*?ORDER\s+BY\s+run_id\s+DESC", re.IGNORECASE)
ONCE = {"db/current_run.sql": 1, "db/functions.sql": 1, "sim/postgres/writer_lock.py": 1}
"""The view itself, sim_now(), which is called row by row, and who may meet a shop that waits for its upgrade."""
NEW_CHAPTER = """
INSERT INTO sim.runs SELECT (jsonb_populate_record(r, jsonb_build_object('run_id', run_id + 1, 'speed', '7x'))).*
FROM sim.current_run r
"""


def test_it_is_the_newest_chapter_whole(shop: Connection):
    shop.exec_driver_sql(NEW_CHAPTER)
    names = ", ".join(column.name for column in metadata.tables["sim.runs"].columns)
    found = shop.exec_driver_sql("SELECT * FROM sim.current_run").mappings().one()
    newest = shop.exec_driver_sql(f"SELECT {names} FROM sim.runs WHERE speed = '7x'").mappings().one()
    assert dict(found) == dict(newest)


def test_there_is_none_before_a_shop_is_opened(empty: Connection):
    apply_schema(empty)
    assert empty.exec_driver_sql("SELECT count(*) FROM sim.current_run").scalar_one() == 0
    assert empty.exec_driver_sql("SELECT sim_now()").scalar_one() is None


def sources() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if name.endswith((".py", ".sql", ".ipynb", ".yml", ".sh"))]


def test_nobody_else_looks_for_it_in_sim_runs():
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: nobody says which files are the project's")
    known = [name for name in sources() if not name.startswith("db/migrations/") and (ROOT / name).exists()]
    assert "db/functions.sql" in known
    found = {name: len(NEWEST.findall((ROOT / name).read_text(encoding="utf-8"))) for name in known}
    assert {name: times for name, times in found.items() if times} == ONCE
