"""The steps of the DAG `housekeeping`: what Airflow has noted of runs long past goes, and what their tasks printed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=14)
DATABASE = "AIRFLOW_DATABASE_URL"  # a task finds no database in Airflow's own variable
_OWN_DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_WITHIN_S = 600.0
# Airflow's own command knows what hangs on what; DAGs, their versions and what waits for something stay.
_TABLES = (
    "asset_event,callback,dag_run,deadline,import_error,job,log,revoked_token,task_instance,task_instance_history,"
    "task_reschedule,xcom"
)


class NotCleaned(Exception):
    """What stands in the way, in the last words of Airflow's command."""


def forget_runs(before: datetime) -> str:
    """Delete what Airflow's database has of runs before an instant; the latest of each schedule stays. What it said.

    Raises NotCleaned.
    """
    how = ["--yes", "--skip-archive", "--error-on-cleanup-failure"]
    what = ["--clean-before-timestamp", before.isoformat(), "--tables", _TABLES]
    if not (database := os.environ.get(DATABASE)):
        raise NotCleaned(f"{DATABASE}: is not set, and is needed")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "clean", *how, *what],
            env=os.environ | {_OWN_DATABASE: database}, capture_output=True, text=True, timeout=_WITHIN_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotCleaned(f"airflow db clean: not within {_WITHIN_S:g} s") from None
    if done.returncode:
        raise NotCleaned("; ".join(done.stderr.strip().splitlines()[-1:]) or f"ended with {done.returncode}")
    return done.stdout


def remove_logs(folder: Path, before: datetime) -> int:
    """Delete files that were last written before an instant, and the folders that are empty then; how many files."""
    old = [file for file in folder.rglob("*") if _is_old(file, before)]
    for file in old:
        file.unlink(missing_ok=True)
        with suppress(OSError):  # there is something else in it
            for parent in file.parents:
                if parent == folder:
                    break
                parent.rmdir()
    return len(old)


def _is_old(file: Path, before: datetime) -> bool:
    try:
        found = file.stat()
    except FileNotFoundError:  # it went since it was listed
        return False
    return stat.S_ISREG(found.st_mode) and found.st_mtime < before.timestamp()


def before_now() -> datetime:
    """The instant before which nothing is kept."""
    return datetime.now(UTC) - KEPT
