"""A lake made by a Dask cluster is that of one process, also when a worker is killed; the page's commands work."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

from sim.cli.main import main
from tests.lake.lakes import digests_of, manifest_of
from tests.system.test_dask_engine import REPOSITORY, Scheduler, free_port, indented, kill, running, scheduler

PAGE = (REPOSITORY / "docs" / "lake.md").read_text(encoding="utf-8")
SMALL = ("--for", "40h", "--scale", "0.2")
PATIENCE_S = 300

__all__ = ["scheduler"]  # a fixture


def test_a_killed_worker_changes_nothing(scheduler: Scheduler, tmp_path: Path):
    workers = [scheduler.worker(), scheduler.worker()]
    lake = tmp_path / "lake"
    command = [sys.executable, "-m", "sim", "lake", "--out", str(lake), *SMALL, "--on", scheduler.address]
    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as making:
        assert making.stderr is not None
        said = []
        for line in making.stderr:
            said.append(line)
            if re.search("1 of 6 tasks", line):
                kill(workers[0])
        assert making.wait(PATIENCE_S) == 0, said
    assert main(["lake", "--out", str(tmp_path / "here"), *SMALL]) == 0
    assert digests_of(lake) == digests_of(tmp_path / "here")


def test_the_pages_commands_work_as_they_stand(tmp_path: Path):
    """Three terminals; only the port is one that is free here, and the folder one that is nobody's."""
    out = tmp_path / "by_dask"
    block = PAGE.split("## More machines")[1].replace("out/by_dask", str(out))
    commands = [line.strip().replace("8786", str(port)) for port in [free_port()] for line in indented(block)]
    begin, work, lake = [shlex.split(command) for command in commands]
    assert [begin[3], work[3], lake[3]] == ["scheduler", "worker", "lake"]
    with running(begin, REPOSITORY), running(work, REPOSITORY):
        ended = subprocess.run(lake, cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "on Dask, " in ended.stderr
    assert manifest_of(out)["rows"]
