"""parameters.yml: what queries may ask for, defined once."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from dashboards.problems import Problem
from dashboards.strict import Strict, validated

if TYPE_CHECKING:
    from dashboards.yaml_lines import Document

_NAME = re.compile(r"[A-Za-z_]\w*")


class QueryParameter(Strict):
    """A choice from the result of another query (columns name, value)."""

    title: str = Field(min_length=1)
    type: Literal["query"]
    query: str
    default: str


class EnumParameter(Strict):
    """A choice from a list."""

    title: str = Field(min_length=1)
    type: Literal["enum"]
    values: list[str] = Field(min_length=1)
    default: str

    @model_validator(mode="after")
    def _default_is_a_value(self) -> EnumParameter:
        if self.default not in self.values:
            raise ValueError(f"default '{self.default}' is not one of the values")
        return self


class TextParameter(Strict):
    """Free text. Such a query can't be on a public dashboard."""

    title: str = Field(min_length=1)
    type: Literal["text"]
    default: str


class NumberParameter(Strict):
    """A number."""

    title: str = Field(min_length=1)
    type: Literal["number"]
    default: int | float


class DateParameter(Strict):
    """A day. Its default is a fixed one: with a moving default ('d_yesterday') every scheduled run fails."""

    title: str = Field(min_length=1)
    type: Literal["date"]
    default: str

    @field_validator("default")
    @classmethod
    def _is_a_day(cls, default: str) -> str:
        try:
            date.fromisoformat(default)
        except ValueError:
            raise ValueError(f"default '{default}' is not a day like 2026-01-31") from None
        return default


Parameter = QueryParameter | EnumParameter | TextParameter | NumberParameter | DateParameter
Parameters = dict[str, Parameter]
_MODELS: dict[str, type[Parameter]] = {
    "query": QueryParameter,
    "enum": EnumParameter,
    "text": TextParameter,
    "number": NumberParameter,
    "date": DateParameter,
}


def parse_parameters(document: Document) -> tuple[Parameters, list[Problem]]:
    """The parameters by name, and what is wrong with the others."""
    if document.value is None:
        return {}, []
    if not isinstance(document.value, dict):
        return {}, [document.problem((), "must be a mapping: name to definition")]
    parameters: Parameters = {}
    problems: list[Problem] = []
    for name, definition in document.value.items():
        kind = definition.get("type") if isinstance(definition, dict) else None
        if not _NAME.fullmatch(name):
            problems.append(document.problem((name,), f"'{name}' can't be a parameter's name"))
        elif kind not in _MODELS:
            problems.append(document.problem((name, "type"), f"'{name}' needs a type: one of {', '.join(_MODELS)}"))
        else:
            parameter = validated(_MODELS[kind], definition, document, (name,))
            if isinstance(parameter, list):
                problems += parameter
            else:
                parameters[name] = parameter
    return parameters, problems
