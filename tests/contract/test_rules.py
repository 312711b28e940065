"""The rules of the house name what is there: a rule about something that is gone holds whatever happens."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def modules_named(linter: dict[str, Any]) -> Iterator[str]:
    """Every module that an import rule names, without the asterisks of those that mean all within it."""
    expressions = list(linter["root_packages"])
    for contract in linter["contracts"]:
        expressions += [name for told in contract.values() if isinstance(told, list) for name in told]
    for expression in expressions:
        for name in re.split(r"[\s|:()]+|->", expression):
            if name:
                yield name.rstrip(".*")


def is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # not even what it would lie in
        return False


# It has an environment of its own.
ELSEWHERE = {"airflow": ("docker/requirements/airflow.txt", "apache-airflow-core==")}


@pytest.mark.parametrize("module", sorted(set(modules_named(RULES["importlinter"]))))
def test_import_rules_name_modules_that_are_there(module: str):
    if module in ELSEWHERE:
        lock, pinned = ELSEWHERE[module]
        assert f"\n{pinned}" in (ROOT / lock).read_text(encoding="utf-8")
    else:
        assert is_there(module)


def test_a_rule_about_nothing_would_be_found():
    contract = {"layers": ["sim.cli", "(sim.gone) | sim.shop : sim.clock"], "source_modules": ["sim.nowhere.**"]}
    named = list(modules_named({"root_packages": ["sim"], "contracts": [contract]}))
    assert named == ["sim", "sim.cli", "sim.gone", "sim.shop", "sim.clock", "sim.nowhere"]
    assert [name for name in named if not is_there(name)] == ["sim.gone", "sim.nowhere"]


def test_no_layer_may_be_missing():
    """In brackets it might, and the linter would not say so."""
    layers = [layer for contract in RULES["importlinter"]["contracts"] for layer in contract.get("layers", ())]
    assert layers
    assert [layer for layer in layers if "(" in layer] == []


@pytest.mark.parametrize("pattern", sorted(RULES["ruff"]["lint"]["per-file-ignores"]))
def test_exceptions_of_the_linter_are_for_files_that_are_there(pattern: str):
    braces = re.search(r"\{([^}]*)\}", pattern)
    choices = [pattern.replace(braces[0], choice) for choice in braces[1].split(",")] if braces else [pattern]
    assert [choice for choice in choices if not any(ROOT.glob(choice))] == []


@pytest.mark.parametrize("name", RULES["mypy"]["files"])
def test_what_is_type_checked_is_there(name: str):
    assert (ROOT / name).exists()


def test_paths_in_the_guide_lead_somewhere():
    named = [name for name in re.findall(r"`([\w./-]+/[\w./-]*)`", GUIDE) if "NNNN" not in name]
    rooms = [ROOT, *(ROOT / name for name in named if name.endswith("/") and (ROOT / name).is_dir())]
    assert len(named) > 10
    assert [name for name in named if not any((room / name).exists() for room in rooms)] == []


def test_the_guide_spells_no_version_of_the_schema():
    """It would be another one soon."""
    numbers = "|".join(path.name.partition("_")[0] for path in (ROOT / "db/migrations/versions").glob("[0-9]*.py"))
    assert numbers
    assert re.findall(rf"(?:{numbers})_\w*|(?:version|schema) \d+", GUIDE) == []


def test_ctrl_c_before_the_program_has_begun():
    """As if pressed while the commands are still being loaded."""
    pressed = """
import runpy, sys
class Pressed:
    def find_spec(self, name, *_):
        if name == "sim.cli.main":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Pressed())
runpy.run_module("sim", run_name="__main__")
"""
    ended = subprocess.run(
        [sys.executable, "-c", pressed], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "bazaar: nothing was done\n")


def test_commands_know_no_sql():
    """They ask what lies in `sim.postgres` and `db`."""
    sql = re.compile(r"\b(SELECT|INSERT INTO|UPDATE \w+(\.\w+)? SET|DELETE FROM|(CREATE|ALTER|DROP) [A-Z]+)\b.*[\"';]")
    commands = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "sim" / "cli").glob("*.py")}
    assert sql.search(GUIDE + '"SELECT 1"')
    assert [name for name, text in commands.items() if sql.search(text)] == []
