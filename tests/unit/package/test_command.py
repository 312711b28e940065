"""The command `bazaar`, run from the clone: all commands under one help, and what is said when something is missing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions, requires
from pathlib import Path

import pytest

from bazaar.command.extras import EXTRAS, missing
from bazaar.place import ROOMS, command
from sim.cli.main import app

OF_THE_CLONE = {"report", "dashboards", "notebooks", "schema"}
HEAVY = ["alembic", "asyncio", "faker", "numpy", "psycopg2", "pydantic_settings", "rich", "simpy", "sqlalchemy"]
"""What most of a start would be spent on."""


def bazaar(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    around = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command(*arguments), cwd=cwd, env=around, capture_output=True, text=True, check=False, timeout=60
    )


def test_one_help_shows_every_command(tmp_path: Path):
    said = bazaar("--help", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    shown = set(re.findall(r"^  ([a-z]+)  ", said.stdout, re.MULTILINE))
    of_sim = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    assert shown == of_sim | OF_THE_CLONE | {"events", "dbt", "market"}


def test_files_of_those_names_beside_somebody_are_not_ours(tmp_path: Path):
    for name in ("sim", "models", "db", "report"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('somebody else')\n", encoding="utf-8")
    said = bazaar("status", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (1, "bazaar: status: there is no run here yet; `bazaar run` begins one\n")


def test_a_command_that_finds_nothing_to_do_has_loaded_nothing_for_it(tmp_path: Path):
    tried = f"import sys; from bazaar.__main__ import main; main(); print([n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", tried, "status"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOMS)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
    assert "there is no run here yet" in done.stderr


def test_what_is_wrong_is_said_of_the_command_as_it_is_called(tmp_path: Path):
    said = bazaar("run", "--scale", "-1", "--nonsense", cwd=tmp_path)
    assert said.stderr == "bazaar: No such option: --nonsense (Possible options: --seed) (see: bazaar run --help)\n"
    assert bazaar("report", "--help", cwd=tmp_path).stdout.startswith("usage: bazaar report ")


def test_notebooks_are_copied_once_and_find_the_package(tmp_path: Path):
    first = bazaar("notebooks", "mine", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    names = {path.name for path in (ROOMS / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (tmp_path / "mine").iterdir()} == names
    for path in (tmp_path / "mine").iterdir():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        lines = [line.rstrip("\n") for cell in cells for line in cell["source"]]
        at = lines.index("sys.path.insert(0, str(bazaar.place.ROOMS))  # analysis/ lies there")
        assert lines[at - 1] == "import bazaar.place"
        assert not any('append("..")' in line for line in lines)
    edited = tmp_path / "mine" / min(names)
    edited.write_text("mine", encoding="utf-8")
    again = bazaar("notebooks", "mine", cwd=tmp_path)
    assert again.stderr.count("is there already, and stays as it is") == len(names)
    assert edited.read_text(encoding="utf-8") == "mine"


def test_dashboards_are_copied_whole_and_sound(tmp_path: Path):
    assert bazaar("dashboards", "copy", "boards", cwd=tmp_path).stdout == "boards\n"
    checked = bazaar("dashboards", "check", "--files", "boards", cwd=tmp_path)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert list((tmp_path / "boards").rglob("*.py")) == []
    assert bazaar("dashboards", "copy", "boards", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["report"], "report: vl_convert is not installed here: bazaar-shop[dashboards] brings it"),
        (["--help"], ": vl_convert is not installed here: bazaar-shop[all] brings it"),
    ],
)
def test_a_missing_package_is_named_with_what_brings_it(arguments: list[str], line: str, monkeypatch):
    monkeypatch.setenv("BAZAAR_CALLED", "bazaar")
    assert missing(ModuleNotFoundError(name="vl_convert.core"), arguments) == line


def test_a_module_of_our_own_that_is_missing_is_no_matter_of_extras():
    assert missing(ModuleNotFoundError(name="sim.gone"), ["run"]) is None
    assert missing(ModuleNotFoundError(), ["run"]) is None


def test_every_extra_that_is_named_is_there():
    project = tomllib.loads((ROOMS / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(EXTRAS.values()) | {"all"} <= set(project["optional-dependencies"])


def test_notebooks_and_the_marts_they_make_import_nothing_that_their_extra_does_not_bring():
    project = tomllib.loads((ROOMS / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    brought = with_theirs({*map(named, project["dependencies"] + extras[EXTRAS["notebooks"]])})
    others = {named(each) for listed in extras.values() for each in listed} - brought
    absent = [module for module, of in packages_distributions().items() if others & {*map(named, of)}]
    assert {"httpx", "pymysql"} <= {*absent}
    cells = "".join(path.read_text(encoding="utf-8") for path in (ROOMS / "notebooks").glob("*.ipynb"))
    wanted = {*re.findall(r'^    "(?:from|import) ([\w.]+) ', cells, re.MULTILINE), "pipeline.marts.by_duckdb"}
    assert {"analysis.marts", "altair"} <= wanted
    lines = [f"sys.modules |= dict.fromkeys({absent!r})", *(f"import {name}" for name in sorted(wanted))]
    tried = "; ".join(["import sys", *lines])
    done = subprocess.run(
        [sys.executable, "-c", tried], cwd=ROOMS, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def named(requirement: str) -> str:
    """A distribution's name, as the index has it."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def with_theirs(names: set[str]) -> set[str]:
    """Distributions, and what comes with them."""
    more = {named(each) for name in names for each in requires(name) or () if "extra ==" not in each}
    more = {each for each in more if any(distributions(name=each))}
    return names if more <= names else with_theirs(names | more)
