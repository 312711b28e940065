"""A lake is whole or not there, whatever happens meanwhile, and its bytes depend on its settings alone."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.engines.job import EngineError
from sim.engines.local import SerialEngine
from sim.lake.files import Folder
from sim.lake.making import Lake
from sim.lake.task import LakeTask
from sim.run.files import RunFiles
from sim.run.resolution import new_config
from sim.settings import VARIABLES, Given, resolve
from tests.lake.lakes import TINY, digests_of, manifest_of

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 60


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no settings around."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is in a tiny lake that nothing happened to, made by two processes."""
    folder = tmp_path_factory.mktemp("whole") / "lake"
    assert main(["lake", "--out", str(folder), *TINY, "--processes", "2"]) == 0
    return digests_of(folder)


def test_one_process_writes_the_same_bytes(whole: dict[str, str]):
    assert main(["lake", "--out", "lake", *TINY, "--processes", "1"]) == 0
    assert digests_of(Path("lake")) == whole


def test_the_manifest_names_every_file_with_its_digest(whole: dict[str, str], tmp_path: Path):
    assert main(["lake", "--out", "lake", *TINY, "--processes", "1"]) == 0
    tables = manifest_of(tmp_path / "lake")["tables"]
    said = {file["path"]: file["sha256"] for table in tables.values() for file in table["files"]}
    assert said == {path: digest for path, digest in whole.items() if path != "manifest.json"}


@contextmanager
def begun(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sim", "lake", "--out", str(folder), *TINY, "--processes", "2", *options]
    process = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def files_in(folder: Path) -> int:
    return sum(1 for _ in folder.rglob("*.parquet"))


@pytest.mark.parametrize("files", [1, 40, 120])
def test_killed_and_called_again_it_is_the_same(whole: dict[str, str], tmp_path: Path, files: int):
    folder, unfinished = tmp_path / "lake", tmp_path / ".lake.unfinished"
    with begun(folder):
        until(lambda: files_in(unfinished) >= files)
    assert not folder.exists()
    assert unfinished.is_dir()
    assert main(["lake", "--out", str(folder), *TINY]) == 0
    assert digests_of(folder) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["lake"]


def test_terminated_it_says_so_and_goes_on(whole: dict[str, str], tmp_path: Path):
    with begun(tmp_path / "lake") as process:
        until(lambda: files_in(tmp_path / ".lake.unfinished") >= 1)
        os.kill(process.pid, signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "bazaar: lake: interrupted; the same command goes on with what is there"
    assert main(["lake", "--out", "lake", *TINY]) == 0
    assert digests_of(tmp_path / "lake") == whole


def workers_of(pid: int) -> set[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


def test_what_a_killed_process_was_doing_is_done_again(whole: dict[str, str], tmp_path: Path):
    with begun(tmp_path / "lake") as process:
        until(lambda: files_in(tmp_path / ".lake.unfinished") >= 1)
        os.kill(workers_of(process.pid).pop(), signal.SIGKILL)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    assert "a process ended without a result; what was under way is done again\n" in said
    assert digests_of(tmp_path / "lake") == whole


def test_processes_that_always_end_are_one_line_and_no_lake(tmp_path: Path):
    killed: set[int] = set()
    with begun(tmp_path / "lake") as process:
        while process.poll() is None:
            with suppress(FileNotFoundError, ProcessLookupError):
                for worker in workers_of(process.pid) - killed:
                    os.kill(worker, signal.SIGKILL)
                    killed.add(worker)
            time.sleep(0.05)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert said.splitlines()[-1] == (
        "bazaar: lake: processes end without a result: perhaps there is too little memory; the same command goes on"
        " with what is there"
    )
    assert not (tmp_path / "lake").exists()


def test_a_full_disk_is_one_line_and_no_lake(
    whole: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    put, written = Folder.put, 0

    def full(folder: Folder, path: str, content: bytes) -> None:
        nonlocal written
        written += 1
        if written > 50:
            raise OSError(errno.ENOSPC, "No space left on device")
        put(folder, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "put", full)
        assert main(["lake", "--out", "lake", *TINY, "--processes", "1"]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == (
        "bazaar: lake: 'lake' can't be written (No space left on device); the same command goes on with what is there"
    )
    assert not Path("lake").exists()
    assert main(["lake", "--out", "lake", *TINY]) == 0
    assert digests_of(Path("lake")) == whole


# --- going on --------------------------------------------------------------------------------------------------------


class Failing(SerialEngine):
    """Does so many jobs, and is lost then; `asked` are those it was asked for."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self.asked: list[int | None] = []

    def outcomes(self, jobs: Sequence[Any]) -> Iterator[Any]:
        self.asked = [job.city_id for job in jobs if isinstance(job, LakeTask)]
        yield from super().outcomes(jobs[: self._jobs])
        if len(jobs) > self._jobs:
            raise EngineError("it is gone")


def lake_at(folder: Path, **options: str) -> Lake:
    given = {"start": "2026-01-05T00:00Z", "duration": "30h", "scale": "0.05", **options}
    return Lake(new_config(resolve(Given(given, {}), catch_up=False), RunFiles(), datetime.now(UTC)), folder)


def test_cities_that_are_there_are_not_made_again(whole: dict[str, str], tmp_path: Path):
    first, second = Failing(2), Failing(9)
    with pytest.raises(EngineError, match="it is gone"):
        lake_at(tmp_path / "lake").make(first, lambda _: None)
    made = lake_at(tmp_path / "lake").make(second, lambda _: None)
    assert len(first.asked) == 6
    assert second.asked == first.asked[2:]
    assert (made.was_there, made.files) == (False, len(whole) - 1)
    assert digests_of(tmp_path / "lake") == whole


def test_what_is_there_is_not_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["lake", "--out", "lake", *TINY]) == 0
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "lake").rglob("*")}
    capsys.readouterr()
    assert main(["lake", "--out", "lake", *TINY]) == 0
    assert "is there already: lake" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "lake").rglob("*")} == before


@pytest.mark.parametrize("finished", [False, True], ids=["unfinished", "finished"])
def test_other_settings_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], finished: bool):
    engine = Failing(9 if finished else 1)
    with suppress(EngineError):
        lake_at(tmp_path / "lake").make(engine, lambda _: None)
    before = digests_of(tmp_path)
    assert main(["lake", "--out", "lake", *TINY, "--seed", "2"]) == 2
    assert re.fullmatch(
        r"bazaar: out: '.*lake.*' holds a lake with seed 1, and here it is 2; name another folder, or"
        r" remove it to begin anew\n",
        capsys.readouterr().err,
    )
    assert digests_of(tmp_path) == before


def test_a_folder_with_something_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "thesis.txt").write_text("mine")
    assert main(["lake", "--out", "lake", *TINY]) == 2
    assert capsys.readouterr().err.startswith("bazaar: out: 'lake' is not empty")


def test_one_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with begun(tmp_path / "lake"):
        until(lambda: files_in(tmp_path / ".lake.unfinished") >= 1)
        assert main(["lake", "--out", "lake", *TINY]) == 2
        assert capsys.readouterr().err == "bazaar: out: another command that fills 'lake' is under way\n"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--for 0", ["for: '0'", "above 0"]),
        ("--for x", ["for: 'x'", "such as 2d"]),
        ("--for 1d --scale 0", ["scale: '0'", "above 0"]),
        ("--for 1d --seed -1", ["seed: '-1'", "whole numbers"]),
        ("--for 1d --market atlantis", ["market 'atlantis'", "international"]),
        ("--for 1d --scenario doom", ["scenario: 'doom'", "baseline"]),
        ("--for 1d --start 2026-01-05", ["start: '2026-01-05'", "time zone"]),
        ("--for 1d --processes 0", ["processes: '0'", "from 1"]),
        ("--for 1d --on spark://h:1", ["on: 'spark://h:1'", "dask://host:port"]),
        ("--for 1d --on dask://h:1 --processes 2", ["processes:", "without --on"]),
    ],
)
def test_bad_input_is_one_line(options: str, says: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["lake", "--out", "lake", *options.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    for words in says:
        assert words in err
    assert list(tmp_path.iterdir()) == []
