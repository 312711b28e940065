"""What Redash should hold for what the files say, in its own words, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboards.dashboard_file import KEY_OPTION, PUBLISHED_OPTION, follows_rows
from redash.publisher import axis_titles, keys
from redash.publisher.options import agreed, for_file
from redash.publisher.parameter_definitions import definition
from redash.publisher.schedules import refresh_of, schedule_of
from redash.publisher.three_way import Part, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dashboards.dashboard_file import DashboardFile, Visualization, Widget
    from dashboards.files import Files
    from dashboards.query_file import QueryFile
    from redash.publisher.api import Json
    from redash.publisher.remote import Remote

_PLACE = ("col", "row", "sizeX", "sizeY", "autoHeight")
_DEFINITION = ("name", "title", "type", "value", "enumOptions", "queryId", "multiValuesOptions")


@dataclass(frozen=True, slots=True)
class Options:
    """A visualization's options, remembered whole: Redash's editor spells out defaults, so only meanings compare."""

    kind: str
    file: Json
    theirs: Json
    formats: Json
    name: str = "options"

    def same(self) -> bool:
        """Whether both mean the same."""
        return self.mark_of_redash() == self.file

    def moved_in_redash(self, published: Any) -> bool:
        """Whether Redash's mean something else than those published."""
        return not isinstance(published, dict) or self._seen_from(published) != published

    def moved_in_file(self, published: Any) -> bool:
        """Whether the file's are others than those published."""
        return bool(self.file != published)

    def mark_of_file(self) -> Json:
        """All of them."""
        return self.file

    def mark_of_redash(self) -> Json:
        """Redash's, as the file would say them."""
        return self._seen_from(self.file)

    def _seen_from(self, options: Json) -> Json:
        return for_file(self.kind, options, self.theirs, self.formats)


def query_fields(query: QueryFile, files: Files, source_id: int, query_ids: Mapping[str, int]) -> Json:
    """A query's own fields."""
    return {
        "name": query.title,
        "description": query.question,
        "query": query.sql,
        "data_source_id": source_id,
        "schedule": schedule_of(query.refresh),
        "is_draft": False,
        "parameters": [definition(name, files.parameters[name], query_ids) for name in query.parameters],
        "tags": keys.own_tags("query", query.key),
    }


def query_now(now: Json) -> Json:
    """A query's parts as Redash has them, in the form of `query_fields`."""
    return {
        "name": now["name"],
        "description": now["description"] or "",
        "query": plain_sql(now["query"]),
        "data_source_id": now["data_source_id"],
        "schedule": str(refresh_of(now["schedule"])),
        "is_draft": now["is_draft"],
        "parameters": [_bare(each) for each in (now["options"] or {}).get("parameters") or []],
        "tags": _own_tags(now),
    }


def query_parts(wanted: Json, now: Json) -> list[Part]:
    """A query's parts."""
    said = wanted | {
        "schedule": str(refresh_of(wanted["schedule"])),
        "tags": sorted(wanted["tags"]),
    }
    return [Value(name, said[name], theirs) for name, theirs in query_now(now).items()]


def query_body(wanted: Json, sent: Iterable[str], published: Json, key: str, now: Json) -> Json:
    """The fields to send so that these parts are the file's, and that Redash remembers what was published."""
    body = {name: wanted[name] for name in sent if name not in {"parameters", "tags"}}
    if "tags" in sent:
        body["tags"] = keys.tags("query", key, now["tags"])
    options = (now["options"] or {}) | ({"parameters": wanted["parameters"]} if "parameters" in sent else {})
    if (options := keys.stamped(options, now["id"], key, published)) != (now["options"] or {}):
        body["options"] = options
    return body


def disabled(query: Json) -> bool:
    """Whether Redash itself gave up a query's schedule."""
    return bool((query["schedule"] or {}).get("disabled"))


def plain_sql(text: str) -> str:
    """SQL as a file keeps it."""
    return text.replace("\r\n", "\n").rstrip()


def visualization_parts(shown: Visualization, now: Json, formats: Json) -> list[Part]:
    """A visualization's parts."""
    return [
        Value("type", shown.type, now["type"]),
        Value("name", shown.name, now["name"]),
        Options(now["type"], shown.options, now["options"] or {}, formats),
    ]


def visualization_body(shown: Visualization, sent: Iterable[str], published: Json, now: Json, remote: Remote) -> Json:
    """The fields to send so that these parts are the file's, and that Redash remembers what was published."""
    body = {name: getattr(shown, name) for name in sent if name != "options"}
    theirs = now["options"] or {}
    options = axis_titles.for_redash(shown.options, remote.version) if "options" in sent else theirs
    if (options := marked(options, shown.key, published)) != theirs:
        body["options"] = options
    return body


def another_form(shown: Visualization, now: Json, remote: Remote) -> bool:
    """Whether options that mean the same have not the form that this version of Redash shows."""
    ours = axis_titles.for_redash(shown.options, remote.version)
    return agreed(shown.type, ours, now["options"] or {}, remote.formats) != ours


def marked(options: Json, key: str, published: Json) -> Json:
    """Options of a visualization or a widget with its key, and what was published of it."""
    return options | {KEY_OPTION: key, PUBLISHED_OPTION: published}


def dashboard_parts(file: DashboardFile, now: Json) -> list[Part]:
    """A dashboard's own parts; `parameters` is their order."""
    order = (now["options"] or {}).get("globalParamOrder") or []
    return [
        Value("name", file.dashboard.title, now["name"]),
        Value("parameters", file.dashboard.parameters, order),
        Value("is_draft", False, bool(now["is_draft"])),
        Value("tags", sorted(keys.own_tags("dashboard", file.key, now["id"])), _own_tags(now)),
    ]


def dashboard_body(file: DashboardFile, sent: Iterable[str], now: Json) -> Json:
    """The fields to send so that these parts are the file's."""
    values: Json = {
        "name": file.dashboard.title,
        "parameters": (now["options"] or {}) | {"globalParamOrder": file.dashboard.parameters},
        "is_draft": False,
        "tags": keys.tags("dashboard", file.key, now["tags"], now["id"]),
    }
    return {"options" if name == "parameters" else name: values[name] for name in sent}


def widget_options(widget: Widget, file: DashboardFile, files: Files) -> Json:
    """A widget's options: place and parameters."""
    return {
        "isHidden": False,
        "position": _position(widget),
        "parameterMappings": {name: _mapping(name, file, files) for name in _parameters(widget, files)},
    }


def widget_now(now: Json) -> Json:
    """A widget's parts as Redash has them: a mapping's value counts only where it is a static one."""
    theirs = now["options"] or {}
    place = theirs.get("position") or {}
    return {
        "text": now["text"] or "",
        # A height that follows the rows is nobody's wish: the browser stores what it came to.
        "position": {name: place.get(name) for name in _PLACE if not (name == "sizeY" and place.get("autoHeight"))},
        "parameterMappings": _meant(theirs.get("parameterMappings")),
    }


def widget_parts(widget: Widget, options: Json, now: Json) -> list[Part]:
    """A widget's parts."""
    said = widget_now({"text": widget.text, "options": options})
    return [Value(name, said[name], theirs) for name, theirs in widget_now(now).items()]


def widget_body(widget: Widget, options: Json, sent: Iterable[str], published: Json, key: str, now: Json) -> Json:
    """The text and options to send (Redash wants both); nothing where they are so already."""
    theirs = now["options"] or {}
    wanted = theirs | {name: options[name] for name in sent if name != "text"}
    text = (widget.text or "") if "text" in sent else now["text"] or ""
    body = {"text": text, "options": marked(wanted, key, published)}
    return {} if body == {"text": now["text"] or "", "options": theirs} else body


def _own_tags(now: Json) -> list[str]:
    """Of the tags only those of the publisher: what people give besides is theirs."""
    return sorted(tag for tag in now["tags"] if keys.is_own_tag(tag))


def _position(widget: Widget) -> Json:
    at, auto = widget.at, widget.at.auto_height
    if auto is None:
        auto = widget.shown is not None and follows_rows(widget.shown.type)
    return {"col": at.col, "row": at.row, "sizeX": at.width, "sizeY": at.height, "autoHeight": auto}


def _parameters(widget: Widget, files: Files) -> tuple[str, ...]:
    return files.queries[widget.query].parameters if widget.query else ()


def _mapping(name: str, file: DashboardFile, files: Files) -> Json:
    if name in file.dashboard.parameters:
        return {"name": name, "type": "dashboard-level", "mapTo": name, "value": None, "title": ""}
    default: Any = files.parameters[name].default
    return {"name": name, "type": "static-value", "mapTo": name, "value": default, "title": ""}


def _meant(mappings: Json | None) -> Json:
    return {
        name: [each.get("type"), each.get("mapTo"), each.get("value") if each.get("type") == "static-value" else None]
        for name, each in (mappings or {}).items()
    }


def _bare(found: Json) -> Json:
    """A parameter's definition without what the browser adds to it."""
    return {name: found[name] for name in _DEFINITION if found.get(name) is not None}
