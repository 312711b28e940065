"""Compares a visualization's options with those in Redash, where its editor may have spelled out every default."""

from __future__ import annotations

from typing import Any

from dashboards.dashboard_file import KEY_OPTION, PUBLISHED_OPTION
from redash.publisher import axis_titles
from redash.publisher.defaults import column_defaults, option_defaults

_NOTHING: Any = object()
_UNMOVED = 100_000


def agreed(kind: str, ours: dict[str, Any], theirs: dict[str, Any], formats: dict[str, Any]) -> dict[str, Any]:
    """Our options made to say what theirs say, in our words: our order, our defaults said or unsaid.

    They are ours, unchanged, exactly when both mean the same.
    """
    theirs = {name: value for name, value in theirs.items() if name not in {KEY_OPTION, PUBLISHED_OPTION}}
    ours_rest, theirs_rest = dict(ours), dict(theirs)
    columns = _NOTHING
    if kind in {"TABLE", "DETAILS"}:
        columns = _columns(ours_rest.pop("columns", []), theirs_rest.pop("columns", []), formats)
    merged: dict[str, Any] = _agreed(ours_rest, theirs_rest, option_defaults(kind, theirs, formats))
    if columns is not _NOTHING and (columns or "columns" in ours):
        merged["columns"] = columns
    return {name: merged[name] for name in [*ours, *merged] if name in merged}


def for_file(kind: str, ours: dict[str, Any], theirs: dict[str, Any], formats: dict[str, Any]) -> dict[str, Any]:
    """What the file should say: `agreed`, with axis titles as plain text."""
    return agreed(kind, ours, axis_titles.for_file(theirs), formats)


def _agreed(ours: Any, theirs: Any, default: Any) -> Any:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return _mapping(ours, theirs, default if isinstance(default, dict) else {})
    if isinstance(ours, list) and isinstance(theirs, list):
        return _list(ours, theirs, default if isinstance(default, list) else [])
    return ours if ours == theirs else theirs


def _mapping(ours: dict[str, Any], theirs: dict[str, Any], default: dict[str, Any]) -> dict[str, Any]:
    merged = {}
    for name, value in ours.items():
        if name in theirs:
            merged[name] = _agreed(value, theirs[name], default.get(name))
        elif _chosen(value, default.get(name)) is _NOTHING:
            merged[name] = value  # we say a default that they leave unsaid
    for name, value in theirs.items():
        if name not in ours and (chosen := _chosen(value, default.get(name))) is not _NOTHING:
            merged[name] = chosen
    return merged


def _list(ours: list[Any], theirs: list[Any], default: list[Any]) -> list[Any]:
    merged = [
        _agreed(our, their, dict(enumerate(default)).get(n))
        for n, (our, their) in enumerate(zip(ours, theirs, strict=False))
    ]
    more = _chosen(theirs, default)
    if len(theirs) > len(ours) and more is not _NOTHING:
        merged += more[len(ours) :]
    elif len(ours) > len(theirs) and ours[len(theirs) :] == default[len(theirs) : len(ours)]:
        merged += ours[len(theirs) :]
    return merged


def _chosen(value: Any, default: Any) -> Any:
    """The value without what is the default anyway; _NOTHING when all of it is."""
    if value == default:
        return _NOTHING
    if isinstance(value, dict) and isinstance(default, dict):
        kept = {
            name: part for name, each in value.items() if (part := _chosen(each, default.get(name))) is not _NOTHING
        }
        return kept or _NOTHING
    if isinstance(value, list) and isinstance(default, list) and default:
        return _chosen_items(value, default)
    return value


def _chosen_items(values: list[Any], default: list[Any]) -> Any:
    known = dict(enumerate(default))
    kept = [_chosen(value, known.get(n)) for n, value in enumerate(values)]
    while kept and kept[-1] is _NOTHING:
        kept.pop()
    blank = [{} if isinstance(value, dict) else value for value in values]
    return [blank[n] if part is _NOTHING else part for n, part in enumerate(kept)] or _NOTHING


def _columns(ours: list[Any], theirs: list[Any], formats: dict[str, Any]) -> list[Any]:
    """A table's columns: ours by name, then those of the others that a person set up; all in their order once moved."""
    named = {column["name"]: column for column in theirs}
    ours = [column for column in ours if column.get("name") in named]
    known = [column["name"] for column in ours]
    merged = {column["name"]: _column(column, named[column["name"]], formats) for column in ours}
    others = {name: _column({"name": name}, column, formats) for name, column in named.items() if name not in merged}
    if [name for name in named if name in merged] != known or (not ours and _moved(theirs)):
        return [(merged | others)[name] for name in named]
    return [*merged.values(), *(column for column in others.values() if len(column) > 1)]


def _moved(columns: list[Any]) -> bool:
    """Whether someone changed the order in the editor: columns that were moved count from 0."""
    return len(columns) > 1 and max(column.get("order", 0) for column in columns) < _UNMOVED


def _column(ours: dict[str, Any], theirs: dict[str, Any], formats: dict[str, Any]) -> dict[str, Any]:
    return _mapping(ours, theirs, column_defaults(theirs, formats) | {"name": None})
