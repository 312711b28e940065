"""The package: what its command costs to start, how soon a shop is lent, and a whole way from an empty folder."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from bazaar.place import command
from benchmarks.lines import Line, compared
from benchmarks.simulator import REPOSITORY
from sim.embedded import EmbeddedServer
from tools.install import pip_install

_MOST_TO_START_S = 0.3
_MOST_TO_LEND_S = 1.0
_LEND = """
import json, time
import bazaar
took = []
for _ in range(4):
    begun_s = time.perf_counter()
    bazaar.shop(seed=1, days=2, scale=0.2)
    took.append(time.perf_counter() - begun_s)
print(json.dumps(took))
"""
_TESTS = """
import pytest

@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_each_has_a_shop_of_its_own(attempt, bazaar_db):
    with bazaar_db.engine().begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM orders").scalar_one() > 100
        connection.exec_driver_sql("CREATE TABLE mine AS TABLE orders")
"""

Found = dict[str, Any]


def measure(repeat: int) -> Found:
    """Return the seconds of each, those of the command in processor time."""
    with tempfile.TemporaryDirectory(prefix="bazaar-package-") as name:
        root = Path(name)
        root.chmod(0o755)  # as root, PostgreSQL runs under another user
        around = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "DATABASE_URL"}}
        around |= {"BAZAAR_CACHE": str(root / "cache")}
        starts = {words: median(_started(words, root, around) for _ in range(repeat)) for words in ("--help", "status")}
        return {"start_cpu_s": starts, "lending": _lending(around, repeat), "way": _way(root, around)}


def lines(found: Found) -> Iterator[Line]:
    """The figures as lines of the table."""
    for words, cpu_s in found["start_cpu_s"].items():
        text = f"{cpu_s:.2f} s of processor time"
        yield compared(f"`bazaar {words}`", cpu_s, _MOST_TO_START_S, text, sense="≤", unit=" s")
    lending = found["lending"]
    yield Line("A shop of two days, made", f"{lending['made_s']:.1f} s", against="scale 0.2; its server made too")
    yield Line(
        "A shop of two days, the first of a process", f"{lending['first_s']:.2f} s", against="kept; server started"
    )
    text, what = f"{lending['next_s']:.2f} s", "A shop of two days, each further one"
    yield compared(what, lending["next_s"], _MOST_TO_LEND_S, text, sense="≤", unit=" s")
    for what, took_s in found["way"].items():
        yield Line(what, f"{took_s:.0f} s", against="in an empty folder, with the wheel")


def _started(words: str, folder: Path, around: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command(*words.split()), cwd=folder, env=around, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _lending(around: Mapping[str, str], repeat: int) -> dict[str, float]:
    def lent() -> list[float]:
        program = [*command()[:1], "-c", _LEND]
        done = subprocess.run(program, cwd=REPOSITORY, env=around, capture_output=True, text=True, check=True)
        took: list[float] = json.loads(done.stdout)
        return took

    made, *kept = [lent() for _ in range(repeat + 1)]
    return {
        "made_s": made[0],
        "first_s": median(took[0] for took in kept),
        "next_s": median(each for took in kept for each in took[1:]),
    }


def _way(root: Path, around: Mapping[str, str]) -> dict[str, float]:
    """What somebody does who has Python alone; dbt and pytest are installed too."""
    environment, folder = root / "environment", root / "empty"
    folder.mkdir()
    (folder / "test_mine.py").write_text(_TESTS, encoding="utf-8")
    subprocess.run(["make", "--silent", "wheel", ".cache/dbt/complete"], cwd=REPOSITORY, check=True)
    wheel = max((REPOSITORY / "dist").glob("*.whl"), key=lambda path: path.stat().st_mtime)
    venv.create(environment, symlinks=True, with_pip=True)
    python, dbt = environment / "bin" / "python", REPOSITORY / ".cache" / "dbt" / "bin" / "dbt"
    bazaar = environment / "bin" / "bazaar"
    begun_s = time.perf_counter()
    pip_install(python, wheel)
    took = {"Way: installing the core": time.perf_counter() - begun_s}
    pip_install(python, "pytest")
    steps: list[tuple[str, list[str | Path], Path]] = [
        ("Way: a week of history", [bazaar, "run", "--for", "7d", "--speed", "max"], folder),
        ("Way: `bazaar dbt init`", [bazaar, "dbt", "init", "shop"], folder),
        ("Way: `dbt build`, of that week", [dbt, "build"], folder / "shop"),
        ("Way: three tests with a fresh shop each", [python, "-m", "pytest", "-q", "test_mine.py"], folder),
    ]
    try:
        for what, arguments, where in steps:
            begun_s = time.perf_counter()
            subprocess.run(arguments, cwd=where, env=around, capture_output=True, check=True)
            took[what] = time.perf_counter() - begun_s
    finally:
        EmbeddedServer(folder / ".data").stop(only_if_idle=False)
    return took
