"""The wheel in an environment of its own, outside the clone: it is small, and a shop lives there for a while."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from pathlib import Path

import pytest

from tools.install import pip_install

ROOT = Path(__file__).parents[2]
LARGEST_CORE_MB = 300
WITHIN_S = 240
INTRUDERS = ("sim", "models", "db", "common", "report", "redash", "dashboards", "analysis", "pipeline")


class Installed:
    """An environment with the wheel, and an empty folder of somebody's."""

    def __init__(self, environment: Path, folder: Path) -> None:
        self.environment = environment
        self.folder = folder
        self.python = environment / "bin" / "python"

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """A program of the environment, run in the folder; nothing of the clone is on its path."""
        around = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "DATABASE_URL"}}
        around["PATH"] = os.pathsep.join([str(self.environment / "bin"), around.get("PATH", os.defpath)])
        return subprocess.run(
            command, cwd=self.folder, env=around, capture_output=True, text=True, check=False, timeout=WITHIN_S
        )

    def succeeds(self, *command: str | Path) -> str:
        """What it says on standard output."""
        done = self.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    place = tmp_path_factory.mktemp("wheel")
    place.parent.chmod(0o755)  # as root, PostgreSQL runs under another user
    place.chmod(0o755)
    subprocess.run(["make", "wheel"], cwd=ROOT, check=True, timeout=WITHIN_S)
    wheel = max((ROOT / "dist").glob("*.whl"), key=lambda path: path.stat().st_mtime)
    environment, folder = place / "environment", place / "empty"
    venv.create(environment, symlinks=True, with_pip=True)
    folder.mkdir()
    pip_install(environment / "bin" / "python", wheel)
    return Installed(environment, folder)


THREE_TESTS = """
import pytest

@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_each_has_a_shop_of_its_own(attempt, bazaar_db):
    with bazaar_db.engine().begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM orders").scalar_one() > 50
        assert connection.exec_driver_sql("SELECT to_regclass('mine')").scalar_one() is None
        connection.exec_driver_sql("CREATE TABLE mine AS TABLE orders")
"""


def files_of(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_a_shop_lives_where_there_is_nothing_else(installed: Installed):
    (package,) = installed.environment.glob("lib/python*/site-packages/bazaar")
    before = files_of(package)
    for name in ("sim", "models"):  # somebody's own, and nothing to the shop
        (installed.folder / f"{name}.py").write_text("raise SystemExit('somebody else')\n", encoding="utf-8")
    begun = ("--seed", "3", "--scale", "0.1", "--start", "2026-01-05T00:00Z")
    installed.succeeds("bazaar", "run", *begun, "--for", "1d", "--speed", "max", "--processes", "2")
    status = json.loads(installed.succeeds("bazaar", "status", "--json"))
    assert status["sim_now"].startswith("2026-01-06T00:00:00")
    assert sum(status["orders"].values()) > 100
    installed.succeeds("bazaar", "run", "--for", "26h", "--speed", "max")
    installed.succeeds("bazaar", "check")
    assert installed.succeeds("bazaar", "notebooks", "mine").count(".ipynb\n") >= 7
    assert files_of(package) == before


def test_three_tests_have_a_fresh_shop_each(installed: Installed, monkeypatch):
    cache = installed.folder / "cache"
    cache.mkdir(mode=0o755)
    monkeypatch.setenv("BAZAAR_CACHE", str(cache))
    pip_install(installed.python, "pytest")
    (installed.folder / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nbazaar_days = "1"\nbazaar_scale = "0.1"\n', encoding="utf-8"
    )
    (installed.folder / "test_mine.py").write_text(THREE_TESTS, encoding="utf-8")
    assert "3 passed" in installed.succeeds(installed.python, "-m", "pytest", "-q", "test_mine.py")
    assert not list(cache.glob("postgres-*/postgres/postmaster.pid"))


def test_the_core_is_small_and_says_what_else_there_is(installed: Installed):
    everything = (path for path in installed.environment.rglob("*") if path.is_file() and not path.is_symlink())
    assert sum(path.stat().st_size for path in everything) / 1e6 <= LARGEST_CORE_MB
    for command, module, extra in (
        (("report",), "pandas", "dashboards"),
        (("dashboards", "publish"), "httpx", "dashboards"),
        (("events", "--to", "x.jsonl"), "zstandard", "events"),
        (("export", "--out", "out"), "pyarrow", "analysis"),
        (("experiment", "baseline"), "scipy", "experiments"),
    ):
        said = installed.run("bazaar", *command)
        assert said.returncode == 2
        assert said.stderr.count("\n") == 1
        assert f"{module} is not installed here" in said.stderr
        assert f"bazaar-shop[{extra}] brings it" in said.stderr


def test_nothing_of_the_program_has_a_name_of_its_own(installed: Installed):
    tried = f"""
import importlib.util, sys
sys.path.remove("")
import bazaar
print([name for name in {INTRUDERS!r} if name in sys.modules or importlib.util.find_spec(name)])
"""
    assert installed.succeeds(installed.python, "-c", tried) == "[]\n"
