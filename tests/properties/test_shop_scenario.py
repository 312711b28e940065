"""Scenario files: a name that does not exist is refused wherever it stands; a value that does is taken."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, ScenarioError, load_scenario

BASELINE: dict[str, Any] = Scenario().model_dump(mode="json", exclude={"description"})


def tables(content: dict[str, Any], way: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the way to every table of parameters, the outermost first."""
    found = [way]
    for name, value in content.items():
        if isinstance(value, dict):
            found += tables(value, (*way, name))
    return found


def numbers(content: dict[str, Any], way: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the way to every single number."""
    found: list[tuple[str, ...]] = []
    for name, value in content.items():
        if isinstance(value, dict):
            found += numbers(value, (*way, name))
        elif isinstance(value, int | float):
            found.append((*way, name))
    return found


def at(way: tuple[str, ...], value: object) -> dict[str, Any]:
    for name in reversed(way):
        value = {name: value}
    assert isinstance(value, dict)
    return value


def load(content: object) -> Scenario:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return load_scenario(str(path))[1]


names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)


@settings(max_examples=60)
@given(way=st.sampled_from(tables(BASELINE)), name=names)
def test_an_unknown_name_is_refused_at_any_depth(way, name):
    known: Any = BASELINE
    for step in way:
        known = known[step]
    if name in known or (not way and name in {"description", "extends"}):
        return
    with pytest.raises(ScenarioError) as refused:
        load(at((*way, name), 1))
    assert ".".join((*way, name)) in str(refused.value)
    assert "\n" not in str(refused.value)


FREE = [way for way in numbers(BASELINE) if way != ("loyalty", "tier_from", "bronze")]  # which has to be 0


@settings(max_examples=60)
@given(way=st.sampled_from(FREE))
def test_a_stated_value_replaces_that_parameter_and_no_other(way):
    old: Any = BASELINE
    for step in way:
        old = old[step]
    scenario = load(at(way, old + 1 if isinstance(old, int) else old * 0.9))
    changed = scenario.model_dump(mode="json", exclude={"description"})
    new: Any = changed
    for step in way:
        new = new[step]
    assert new != old or old == 0.0
    assert [one for one in numbers(changed) if _value(changed, one) != _value(BASELINE, one)] in ([way], [])
    assert (scenario.digest() == Scenario().digest()) == (new == old)


def _value(content: Any, way: tuple[str, ...]) -> Any:
    for step in way:
        content = content[step]
    return content


@settings(max_examples=60)
@given(way=st.sampled_from(numbers(BASELINE)), value=st.sampled_from(["many", None, [1], float("nan"), float("inf")]))
def test_what_is_no_number_is_refused_in_one_line(way, value):
    with pytest.raises(ScenarioError) as refused:
        load(at(way, value))
    assert way[-1] in str(refused.value)
    assert "\n" not in str(refused.value)


anything = st.recursive(
    st.none() | st.integers() | names, lambda s: st.lists(s, max_size=3) | st.dictionaries(names, s, max_size=3)
).filter(bool)


@settings(max_examples=30)
@given(content=anything)
def test_any_other_content_is_refused_in_one_line(content):
    with pytest.raises(ScenarioError) as refused:
        load(content)
    assert "\n" not in str(refused.value)
