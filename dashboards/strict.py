"""Pydantic models that refuse what they do not know, and their errors as problems of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from dashboards.problems import Problem
    from dashboards.yaml_lines import Document, Place


class Strict(BaseModel):
    """Immutable; unknown keys and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Model = TypeVar("Model", bound=Strict)


def validated(model: type[Model], value: Any, document: Document, place: Place = ()) -> Model | list[Problem]:
    """The value as a model, or everything that is wrong with it."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        return [document.problem((*place, *each["loc"]), _told(each)) for each in error.errors()]


def _told(error: Any) -> str:
    name = error["loc"][-1] if error["loc"] else ""
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key '{name}'"
        case "missing":
            return f"'{name}' is missing"
        case "value_error":
            return str(error["ctx"]["error"])
        case "model_type" | "dict_type":
            return f"{_called(name)} must be a mapping"
        case "list_type":
            return f"{_called(name)} must be a list"
        case _:
            return f"{_called(name)}: {error['msg'][0].lower()}{error['msg'][1:]}"


def _called(name: str | int) -> str:
    if name == "":
        return "the file"
    return f"'{name}'" if isinstance(name, str) else f"item {name + 1}"
