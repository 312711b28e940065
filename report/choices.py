"""What the dashboards are asked: their parameters' defaults, or what the command line says instead."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dashboards.parameters import DateParameter, EnumParameter, NumberParameter, Parameter, QueryParameter
from dashboards.problems import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboards.files import Files
    from report.queries import Asker

Choices = dict[str, str]


def option_of(name: str) -> str:
    """The command line's option for a parameter."""
    return "--" + name.replace("_", "-")


def choose(files: Files, given: Mapping[str, str]) -> Choices:
    """Every parameter's value as text. Raises BadInput for one that its type forbids; lists from queries come later."""
    choices = {}
    for name, parameter in files.parameters.items():
        value = given.get(name, str(parameter.default))
        if told := _forbidden(parameter, value):
            raise BadInput(f"{option_of(name)}: '{value}' is not {told}")
        choices[name] = value
    return choices


def _forbidden(parameter: Parameter, value: str) -> str | None:
    """What the value should have been, or None."""
    if isinstance(parameter, EnumParameter) and value not in parameter.values:
        return f"one of: {', '.join(parameter.values)}"
    if isinstance(parameter, NumberParameter):
        return None if _reads(float, value) else "a number"
    if isinstance(parameter, DateParameter):
        return None if _reads(date.fromisoformat, value) else "a day like 2026-01-31"
    return None


def _reads(read: object, value: str) -> bool:
    try:
        read(value)  # type: ignore[operator]
    except ValueError:
        return False
    return True


def check_lists(files: Files, choices: Choices, asker: Asker) -> None:
    """Raises BadInput for a choice that the query which fills its list does not offer."""
    for name, parameter in files.parameters.items():
        if isinstance(parameter, QueryParameter):
            offered = asker.answer(files.queries[parameter.query].filled({}))
            values = offered["value" if "value" in offered else offered.columns[0]].map(str).tolist()
            if choices[name] not in values:
                raise BadInput(f"{option_of(name)}: '{choices[name]}' is not one of: {', '.join(values)}")
