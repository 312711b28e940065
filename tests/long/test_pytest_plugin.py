"""The plugin of pytest: what docs/testing.md shows passes, in several processes too, and what is wrong is one line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.long.test_lending import serves, within
from tests.package.conftest import cache

__all__ = ["cache"]  # a fixture

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```python\n# (?P<file>test_\w+\.py)\n(?P<code>.*?)```", re.DOTALL)
PYTEST = [sys.executable, "-m", "pytest", "-p", "bazaar.pytest_plugin", "-p", "no:cacheprovider", "-q"]
SETTINGS = '[tool.pytest.ini_options]\nbazaar_scale = "0.1"\nbazaar_days = "2"\n'


def pytest_in(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    around = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [*PYTEST, *options],
        cwd=folder,
        env=around | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.usefixtures("cache")
def test_what_the_page_shows_passes_in_two_processes(tmp_path: Path):
    examples = {found["file"]: found["code"] for found in EXAMPLE.finditer(PAGE)}
    assert len(examples) == PAGE.count("```python") == 3
    del examples["test_dbt.py"]  # tests/system/test_dbt.py does the same
    for name, code in examples.items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    done = pytest_in(tmp_path, "--strict-markers", "--strict-config", "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^3 passed", done.stdout, re.MULTILINE)


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("settings", "marker", "said"),
    [
        ('bazaar_days = "many"', "", "bazaar_days: 'many' is not float"),
        (
            'bazaar_scenario = "tests/strike.yaml"',
            "",
            r"/tests/strike\.yaml' is neither a YAML file nor one of baseline",
        ),
        ("", "@pytest.mark.bazaar(hours=3)", r"bazaar: shop\(\) got an unexpected keyword argument 'hours'"),
    ],
)
def test_wrong_settings_are_named(settings: str, marker: str, said: str, tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\n{settings}\n", encoding="utf-8")
    test = f"import pytest\n{marker}\ndef test_one(bazaar_db): pass\n"
    (tmp_path / "test_one.py").write_text(test, encoding="utf-8")
    done = pytest_in(tmp_path)
    assert done.returncode == 1
    assert re.search(said, done.stdout)


SLEEPS = """
import time
import pytest

@pytest.mark.parametrize("n", [1, 2])
def test_for_long(n, bazaar_db, tmp_path_factory):
    (tmp_path_factory.getbasetemp() / "has_one").write_text(bazaar_db.name)
    time.sleep(600)
"""


def test_a_killed_run_leaves_nothing(tmp_path: Path, cache: Path):
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "test_one.py").write_text(SLEEPS, encoding="utf-8")
    run = subprocess.Popen(
        [*PYTEST, "-n", "2", f"--basetemp={tmp_path / 'temp'}"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        within(lambda: len(list(tmp_path.glob("temp/*/has_one"))) == 2)
        assert serves(cache)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    within(lambda: not serves(cache))
    within(lambda: list((cache / "lenders").iterdir()) == [])
