"""The command as people use it: refusals, tables in a pipe, files, a sweep, a search, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest

from sim.cli.experiment_output import plain
from sim.cli.main import main
from sim.experiments.tables import Table
from sim.settings import VARIABLES

REPOSITORY = Path(__file__).parents[2]
SMALL = [
    *("--cities", "Berlin", "--scale", "0.1", "--days", "1", "--warm-up", "0.5"),
    *("--replications", "2", "--processes", "1"),
]
PATIENCE_S = 60


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """An empty working directory, and no settings around."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", ["scenario: none is named", "baseline, courier_shortage"]),
        ("doom", ["scenario: 'doom'", "baseline"]),
        ("baseline baseline", ["scenario: 'baseline' is named 2 times"]),
        ("baseline --replications 1", ["replications: '1'", "from 2"]),
        ("baseline --replications x", ["replications: 'x'", "whole numbers"]),
        ("baseline --days 3 --warm-up 3", ["warm-up: '3'", "less than --days"]),
        ("baseline --days 0", ["days: '0'", "above 0"]),
        ("baseline --warm-up -1", ["warm-up: '-1'", "from 0"]),
        ("baseline --seed 9223372036854775807", ["seed: 9223372036854775807", "20 replications"]),
        ("baseline --scale 0", ["scale: '0'", "above 0"]),
        ("baseline --market atlantis", ["market 'atlantis'", "international"]),
        ("baseline --cities Atlantis", ["cities: 'Atlantis'", "Berlin"]),
        ("baseline --start 2026-01-05", ["start: '2026-01-05'", "time zone"]),
        ("baseline --processes 0", ["processes: '0'", "from 1"]),
        ("baseline --show doom", ["show: 'doom' is no metric", "late_pct"]),
        ("baseline --out results.txt", ["out: 'results.txt'", ".parquet"]),
        ("baseline --out nowhere/x.csv", ["out: 'nowhere/x.csv'", "a folder that is there"]),
        ("baseline --chart x.svg", ["chart:", "one scenario alone"]),
        ("baseline peak_season --chart x.pdf", ["chart: 'x.pdf'", ".svg"]),
        ("baseline --on dask://h:1 --processes 2", ["processes:", "without --on"]),
        ("baseline --on spark://h:1", ["on: 'spark://h:1'", "dask://host:port"]),
        ("baseline courier_shortage --vary couriers=1:2:1", ["vary:", "one scenario, but 2"]),
        ("--vary couriers=0:10:5", ["vary: delivery.couriers=0: Input should be greater than 0"]),
        ("--vary curiers=1:2:1", ["vary: 'curiers'", "delivery.couriers"]),
        ("--vary couriers", ["vary: 'couriers' is not understood", "from:to:step"]),
        ("--find couriers=1:2:1", ["until: --find and --until go together"]),
        ("--until late<5", ["until: --find and --until go together"]),
        ("--find couriers=1:2:1 --until doom<5", ["until: 'doom' is no metric", "late_pct"]),
        ("--find couriers=1:2:1 --until late", ["until: 'late' is not understood", "late<5"]),
        ("--find couriers=1:2:1 --until late<5 --vary couriers=1:2:1", ["find: it goes without --vary"]),
    ],
)
def test_bad_input_is_one_line(arguments, says, capsys):
    assert main(["experiment", *arguments.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    for words in says:
        assert words in err


@pytest.mark.parametrize(
    ("missing", "arguments", "code", "says"),
    [
        ("scipy", [], 2, "experiment: scipy"),
        ("altair", ["courier_shortage", "--chart", "x.png"], 2, "chart: altair"),
        ("distributed", ["--on", "dask://127.0.0.1:9"], 1, "experiment: Dask"),
    ],
)
def test_a_package_that_is_missing_is_named(missing, arguments, code, says):
    script = f"import sys; sys.modules['{missing}'] = None; from sim.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "experiment", "baseline", *SMALL[:-2], *arguments]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (code, "", 1), ended.stderr
    assert f"{says} is not installed here" in ended.stderr


def test_a_comparison_with_its_files(capsys, tmp_path):
    files = ["--out", "x.parquet", "--chart", "x.svg"]
    assert (
        main(["experiment", "baseline", "courier_shortage", *SMALL, "--show", "late,couriers,courier_hours", *files])
        == 0
    )
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "Mean and 95 % confidence interval"
    assert lines[1].split() == ["unit", "baseline", "courier_shortage"]
    assert [line.split("  ")[0] for line in lines[3:6]] == ["Late", "Couriers", "Courier hours"]
    assert "courier_shortage less baseline, paired by replication (* excludes 0)" in lines
    assert "2 replications of 1 day, the first 0.5 left out as warm-up; seeds 1 to 2" in out
    assert "baseline, courier_shortage: some warehouses have their minimum of couriers" in out  # 0.1 x 0.14 x 180 is 3
    assert err.startswith("4 replications in ")
    rows = pd.read_parquet(tmp_path / "x.parquet")
    assert rows.groupby("scenario", sort=False).replication.unique().map(list).to_dict() == {
        "baseline": [0, 1],
        "courier_shortage": [0, 1],
    }
    assert "courier_shortage" in (tmp_path / "x.svg").read_text()


def test_a_sweep_has_a_row_a_value(capsys):
    assert main(["experiment", "--vary", "couriers=900,600", *SMALL, "--show", "couriers,courier_hours"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split("  ")[0] == "delivery.couriers"
    assert [line.split()[:2] for line in lines[3:5]] == [["600", "8"], ["900", "13"]]  # 0.1 x 0.14 of it


def test_a_search_names_the_smallest_value_and_what_it_took(capsys):
    # Couriers on the roster are 0.014 of the parameter, and their hours grow with them: 10 or more are wanted.
    goal = ["--find", "couriers=500:900:100", "--until", "couriers>9.5"]
    assert main(["experiment", *goal, *SMALL]) == 0
    out = capsys.readouterr().out
    assert (
        "answer: couriers=700 is the smallest of 5 values that keeps couriers > 9.5 people with 95 % confidence" in out
    )
    assert "at couriers=600 it is 8 people" in out
    assert "bisection tried 4 values, 8 replications" in out


def test_a_search_in_vain_fails(capsys):
    assert main(["experiment", "--find", "couriers=100,200", "--until", "couriers>9", *SMALL]) == 1
    assert "find: not even couriers=200 keeps couriers > 9 people" in capsys.readouterr().err


def test_plain_tables_align():
    table = Table(
        "T", ["", "unit", "a", "long heading"], [["Late", "%", "5.0", "1"], ["Orders paid", "1/d", "-", "22"]]
    )
    assert plain(table) == [
        "T",
        "             unit    a  long heading",
        "------------------------------------",
        "Late         %     5.0             1",
        "Orders paid  1/d     -            22",
    ]


LONG = ["baseline", "--cities", "Berlin", "--scale", "0.05", "--days", "3000", "--processes", "2"]


@contextmanager
def _begun(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """An experiment in a process group of its own, both of whose workers are there."""
    command = [sys.executable, "-m", "sim", "experiment", *LONG, *arguments]
    process = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        _wait_until(lambda: len(_workers(process.pid)) == 2)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _ctrl_c(pid: int) -> None:
    os.killpg(pid, signal.SIGINT)  # as a terminal does: to the whole group


def _terminate(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize("interrupt", [_ctrl_c, _terminate])
def test_an_interrupt_ends_everything_with_one_line(tmp_path, interrupt):
    with _begun("--out", str(tmp_path / "x.csv")) as process:
        workers = _workers(process.pid)
        interrupt(process.pid)
        _, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, err) == (130, "bazaar: experiment: interrupted; nothing was written\n")
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    assert not list(tmp_path.iterdir())


def test_workers_end_with_the_process_that_wanted_them():
    with _begun() as process:
        workers = _workers(process.pid)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
        _wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def _workers(pid: int) -> list[int]:
    """The worker processes of an experiment: its children, without the one that only tracks resources."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
