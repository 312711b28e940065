"""Parameters as Redash's `options.parameters` holds them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.parameters import EnumParameter, Parameter, QueryParameter


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
