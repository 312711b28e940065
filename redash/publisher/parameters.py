"""parameters.yml: what queries may ask for, defined once; and the definitions in Redash's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator

from redash.publisher.problems import Problem
from redash.publisher.strict import Strict, validated

if TYPE_CHECKING:
    from redash.publisher.yaml_lines import Document

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


def definition(name: str, parameter: Parameter, query_ids: Mapping[str, int]) -> dict[str, Any]:
    """The parameter as Redash's `options.parameters` holds it."""
    common = {"name": name, "title": parameter.title, "type": parameter.type, "value": parameter.default}
    if isinstance(parameter, QueryParameter):
        return common | {"queryId": query_ids[parameter.query]}
    if isinstance(parameter, EnumParameter):
        return common | {"enumOptions": "\n".join(parameter.values)}
    return common


def of_definition(found: Mapping[str, Any], query_keys: Mapping[int, str]) -> dict[str, Any] | None:
    """What parameters.yml says for a definition made in Redash, or None for one that it can't say."""
    kind, default = found.get("type"), found.get("value")
    plain: dict[str, Any] = {"title": found.get("title") or found["name"], "type": kind}
    if kind == "query" and found.get("queryId") in query_keys:
        plain["query"] = query_keys[found["queryId"]]
    elif kind == "enum":
        plain["values"] = str(found.get("enumOptions") or "").split("\n")
    elif kind not in {"text", "number", "date"}:
        return None
    if found.get("multiValuesOptions") or default is None or isinstance(default, (list, dict)):
        return None
    if kind == "date" and str(default).startswith("d_"):
        return None
    return plain | {"default": default}
