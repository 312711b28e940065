"""Parameters by name: which there are, and a scenario in which one of them is another."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.experiments.replication import Variant
from sim.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_VALUES = 1000
_FORM = "couriers=100:200:20 (from:to:step) or couriers=100,150,180"


def numeric_parameters(scenario: Scenario) -> dict[str, float]:
    """Every parameter that is a single number, by its path as in docs/model.md, such as `delivery.couriers`."""
    return dict(_leaves(scenario.model_dump(), ""))


def _leaves(table: Mapping[str, Any], where: str) -> Iterator[tuple[str, float]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{where}{name}.")
        elif isinstance(value, int | float):
            yield f"{where}{name}", value


def parameter_named(text: str, scenario: Scenario) -> str:
    """The path of the parameter named so, in full or by its last parts; ValueError says what is allowed."""
    paths = numeric_parameters(scenario)
    if text in paths:
        return text
    found = [path for path in paths if path.endswith(f".{text}")]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"{text!r} could be {', '.join(found)}")
    shorts = {path.rpartition(".")[2]: path for path in paths} | {path: path for path in paths}
    close = dict.fromkeys(shorts[name] for name in get_close_matches(text, shorts, n=3))
    meant = f"did you mean {' or '.join(close)}? " if close else ""
    raise ValueError(
        f"{text!r} is no parameter that is a single number; {meant}"
        "allowed are those in docs/model.md#parameters, such as delivery.couriers"
    )


def parse_values(text: str) -> tuple[str, list[Decimal]]:
    """Read `name=from:to:step` or `name=value,value…`: the name as given, and the values in rising order."""
    name, equals, listed = text.partition("=")
    if not (name.strip() and equals and listed.strip()):
        raise ValueError(f"{text!r} is not understood; allowed is {_FORM}")
    try:
        values = _range(listed) if ":" in listed else sorted({Decimal(one.strip()) for one in listed.split(",")})
    except InvalidOperation:
        raise ValueError(f"{text!r} has what is not a number; allowed is {_FORM}") from None
    if not all(value.is_finite() for value in values):
        raise ValueError(f"{text!r} has a number that is not finite; allowed is {_FORM}")
    return name.strip(), values


def _range(text: str) -> list[Decimal]:
    bounds = [Decimal(part.strip()) for part in text.split(":")]
    if len(bounds) != 3 or not all(bound.is_finite() for bound in bounds) or bounds[2] == 0:
        raise ValueError(f"{text!r} is not from:to:step; allowed is {_FORM}")
    low, high, step = min(bounds[:2]), max(bounds[:2]), abs(bounds[2])
    count = int((high - low) / step) + 1
    if count > MOST_VALUES:
        raise ValueError(f"{text!r} has {count} values; allowed are {MOST_VALUES} at most")
    return [low + step * number for number in range(count)]


def variants_of(scenario: Scenario, path: str, values: Sequence[Decimal]) -> list[Variant]:
    """One variant of the scenario a value of the parameter; ValueError names a value that is not allowed."""
    return [_variant(scenario, path, value) for value in values]


def _variant(scenario: Scenario, path: str, value: Decimal) -> Variant:
    tables = scenario.model_dump()
    *sections, name = path.split(".")
    table = tables
    for section in sections:
        table = table[section]
    table[name] = float(value)
    try:
        changed = Scenario.model_validate(tables)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ValueError(f"{path}={value}: {said}") from error
    return Variant(f"{name}={value:f}", changed, float(value))
