"""What the DAG `housekeeping` does, and what it says where it can't; with Airflow itself: dags/test_replicate.py."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.upkeep import housekeeping
from pipeline.upkeep.housekeeping import DATABASE, NotCleaned, forget_runs, remove_logs

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_a_database_that_nobody_names_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(DATABASE, raising=False)
    with pytest.raises(NotCleaned, match=f"^{DATABASE}: is not set, and is needed$"):
        forget_runs(NOON)


def test_what_does_not_come_to_an_end_is_ended_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    slow = tmp_path / "airflow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    slow.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(slow))
    monkeypatch.setattr(housekeeping, "_WITHIN_S", 0.2)
    monkeypatch.setenv(DATABASE, "postgresql://nobody@127.0.0.1:9/airflow")
    with pytest.raises(NotCleaned, match=r"^airflow db clean: not within 0\.2 s$"):
        forget_runs(NOON)


def test_old_logs_go_and_what_went_by_itself_is_no_trouble(tmp_path: Path):
    for name, age in (("old/1.log", timedelta(days=1)), ("young/1.log", timedelta(days=-1))):
        file = tmp_path / name
        file.parent.mkdir()
        file.touch()
        os.utime(file, times=((NOON - age).timestamp(),) * 2)
    (tmp_path / "gone.log").symlink_to(tmp_path / "nowhere")
    assert remove_logs(tmp_path, NOON) == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["gone.log", "young"]


def test_a_log_that_goes_while_it_is_looked_at_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A listing that names what is no more stands for the moment between the two."""
    monkeypatch.setattr(Path, "rglob", lambda folder, _: iter([folder / "gone.log"]))
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    assert remove_logs(tmp_path, NOON) == 0
