"""What Redash should hold for what the files say, in its own words, and what of it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redash.publisher import axis_titles, keys
from redash.publisher.dashboard_file import KEY_OPTION
from redash.publisher.options import agreed
from redash.publisher.parameters import definition
from redash.publisher.refresh import Refresh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redash.publisher.api import Json
    from redash.publisher.dashboard_file import At, DashboardFile, Visualization, Widget
    from redash.publisher.files import Files
    from redash.publisher.query_file import QueryFile
    from redash.publisher.remote import Remote

_DEFINITION = ("name", "title", "type", "value", "enumOptions", "queryId", "multiValuesOptions")


def query_fields(query: QueryFile, files: Files, source_id: int, query_ids: Mapping[str, int]) -> Json:
    """A query's own fields."""
    return {
        "name": query.title,
        "description": query.question,
        "query": query.sql,
        "data_source_id": source_id,
        "schedule": query.refresh.schedule(),
        "is_draft": False,
        "parameters": [definition(name, files.parameters[name], query_ids) for name in query.parameters],
    }


def query_changes(wanted: Json, key: str, now: Json) -> Json:
    """The fields to send, and nothing when Redash's query means the same."""
    changes = {name: wanted[name] for name in ("name", "data_source_id", "is_draft") if wanted[name] != now[name]}
    if wanted["description"] != (now["description"] or ""):
        changes["description"] = wanted["description"]
    if wanted["query"] != plain_sql(now["query"]):
        changes["query"] = wanted["query"]
    disabled = (now["schedule"] or {}).get("disabled", False)
    if disabled or Refresh.of_schedule(wanted["schedule"]) != Refresh.of_schedule(now["schedule"]):
        changes["schedule"] = wanted["schedule"]
    options = now["options"] or {}
    if wanted["parameters"] != [_bare(each) for each in options.get("parameters") or []]:
        options = options | {"parameters": wanted["parameters"]}
    if (options := keys.stamped(options, now["id"])) != (now["options"] or {}):
        changes["options"] = options
    if set(tags := keys.tags("query", key, now["tags"])) != set(now["tags"]):
        changes["tags"] = tags
    return changes


def plain_sql(text: str) -> str:
    """SQL as a file keeps it."""
    return text.replace("\r\n", "\n").rstrip()


def visualization_fields(shown: Visualization, version: str | None) -> Json:
    """A visualization's own fields."""
    options = axis_titles.for_redash(shown.options, version) | {KEY_OPTION: shown.key}
    return {"type": shown.type, "name": shown.name, "options": options}


def visualization_changes(wanted: Json, now: Json, formats: Json) -> Json:
    """The fields to send, and nothing when Redash's visualization means the same."""
    changes = {name: wanted[name] for name in ("type", "name") if wanted[name] != now[name]}
    ours = {name: value for name, value in wanted["options"].items() if name != KEY_OPTION}
    theirs = now["options"] or {}
    unkeyed = theirs.get(KEY_OPTION) != wanted["options"][KEY_OPTION]
    if unkeyed or agreed(wanted["type"], ours, theirs, formats) != ours:
        changes["options"] = wanted["options"]
    return changes


def dashboard_changes(file: DashboardFile, now: Json) -> Json:
    """The fields of a dashboard to send, and nothing when Redash's dashboard means the same."""
    dashboard = file.dashboard
    tags = keys.tags("dashboard", file.key, now["tags"], now["id"])
    options = now["options"] or {}
    if (options.get("globalParamOrder") or []) != dashboard.parameters:
        options = options | {"globalParamOrder": dashboard.parameters}
    wanted = {"name": dashboard.title, "is_draft": False, "options": options}
    changes = {name: value for name, value in wanted.items() if value != (now[name] or type(value)())}
    return changes if set(tags) == set(now["tags"]) else changes | {"tags": tags}


def widget_options(widget: Widget, key: str, file: DashboardFile, files: Files) -> Json:
    """A widget's options: place, parameters, key."""
    return {
        "isHidden": False,
        "position": _position(widget.at),
        "parameterMappings": {name: _mapping(name, file, files) for name in _parameters(widget, files)},
        KEY_OPTION: key,
    }


def widget_changes(widget: Widget, options: Json, now: Json) -> Json:
    """The text and options to send (Redash wants both), and nothing when its widget means the same."""
    theirs = now["options"] or {}
    place = {name: (theirs.get("position") or {}).get(name) for name in options["position"]}
    same = (
        (now["text"] or "") == (widget.text or "")
        and place == options["position"]
        and theirs.get(KEY_OPTION) == options[KEY_OPTION]
        and _meant(theirs.get("parameterMappings")) == _meant(options["parameterMappings"])
    )
    return {} if same else {"text": widget.text or "", "options": theirs | options}


def visualizations_now(remote: Remote, query: str) -> list[Json]:
    """The visualizations that Redash has of a query."""
    found: list[Json] = remote.queries[query]["visualizations"] if query in remote.queries else []
    return found


def _position(at: At) -> Json:
    return {"col": at.col, "row": at.row, "sizeX": at.width, "sizeY": at.height, "autoHeight": False}


def _parameters(widget: Widget, files: Files) -> tuple[str, ...]:
    return files.queries[widget.query].parameters if widget.query else ()


def _mapping(name: str, file: DashboardFile, files: Files) -> Json:
    if name in file.dashboard.parameters:
        return {"name": name, "type": "dashboard-level", "mapTo": name, "value": None, "title": ""}
    default: Any = files.parameters[name].default
    return {"name": name, "type": "static-value", "mapTo": name, "value": default, "title": ""}


def _meant(mappings: Json | None) -> Json:
    """Parameter mappings without what does not count: only a static value is a value."""
    return {
        name: (each.get("type"), each.get("mapTo"), each.get("value") if each.get("type") == "static-value" else None)
        for name, each in (mappings or {}).items()
    }


def _bare(found: Json) -> Json:
    """A parameter's definition without what the browser adds to it."""
    return {name: found[name] for name in _DEFINITION if found.get(name) is not None}
