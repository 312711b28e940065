"""Scenario files: YAML with the differences from the baseline (or from the scenario named in `extends`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from common.messages import one_line
from common.strict_yaml import load_yaml
from sim.scenario.scenario import Scenario

SCENARIO_FOLDER = Path(__file__).parent.parent / "scenarios"


class ScenarioError(ValueError):
    """A scenario that cannot be used: one line naming the field, the value and what is allowed."""


def scenario_names() -> list[str]:
    """Return the names of the scenarios that come with the shop, the baseline first."""
    names = {path.stem for path in SCENARIO_FOLDER.glob("*.yaml")}
    return ["baseline", *sorted(names - {"baseline"})]


def load_scenario(name_or_path: str) -> tuple[str, Scenario]:
    """Return name and validated scenario for a known name or the path of a YAML file; raises ScenarioError."""
    path = _find(name_or_path)
    differences = _differences(path, seen=frozenset())
    merged = _merge(Scenario().model_dump(), differences, where="")
    try:
        return path.stem, Scenario.model_validate(merged)
    except ValidationError as error:
        raise ScenarioError(_one_line(path.stem, error)) from error


def _find(name_or_path: str) -> Path:
    if name_or_path in scenario_names():
        return SCENARIO_FOLDER / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        return path
    known = ", ".join(scenario_names())
    raise ScenarioError(f"scenario: {name_or_path!r} is neither a YAML file nor one of {known}")


def _differences(path: Path, seen: frozenset[Path]) -> dict[str, Any]:
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioError(f"scenario: {path} cannot be read: {one_line(error)}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ScenarioError(f"scenario: {path} must hold parameters by name, not {type(content).__name__}")
    base = content.pop("extends", None)
    if base is None or base == "baseline":
        return content
    seen |= {path.resolve()}
    if not isinstance(base, str) or _find(base).resolve() in seen:
        raise ScenarioError(f"scenario: {path.stem} extends {base!r}, which is not a scenario or extends it in turn")
    return _merge(_differences(_find(base), seen), content, where="", strict=False)


def _merge(base: dict[str, Any], differences: dict[str, Any], where: str, *, strict: bool = True) -> dict[str, Any]:
    """Lay differences over the base, table by table; with strict, a name that the base lacks is refused."""
    merged = dict(base)
    for name, value in differences.items():
        if strict and name not in base:
            known = ", ".join(str(key) for key in base)
            raise ScenarioError(f"scenario: unknown parameter {where}{name}; known here: {known}")
        old = merged.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[name] = _merge(old, value, f"{where}{name}.", strict=strict)
        else:
            merged[name] = value
    return merged


def _one_line(name: str, error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    given = "" if first["type"] == "value_error" else f" (given: {first['input']!r})"
    return f"scenario {name}: {field + ': ' if field else ''}{first['msg']}{given}"
