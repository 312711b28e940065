"""A dashboard as its file should say it after edits in Redash."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redash.publisher import options
from redash.publisher.dashboard_file import KEY_OPTION, TABLE, Visualization, keys_of_widgets
from redash.publisher.keys import option_key
from redash.publisher.remote import Remote, by_key
from redash.publisher.wanted import visualizations_now

if TYPE_CHECKING:
    from redash.publisher.adoption import Adoption
    from redash.publisher.api import Json
    from redash.publisher.dashboard_file import DashboardFile, Widget


@dataclass(slots=True)
class PulledWidget:
    """A widget for the file: its number there before, or None; and Redash's, or None before it is published."""

    number: int | None
    said: Json
    now: Json | None


class PulledDashboard:
    """What a file and Redash's dashboard come to."""

    def __init__(self, file: DashboardFile, remote: Remote, adoption: Adoption) -> None:
        self.file = file
        self.removed: list[str] = []
        self._remote = remote
        self._adoption = adoption
        self._now = remote.dashboards[file.key]
        self.widgets = [*self._kept(), *self._added()]

    @property
    def value(self) -> Json:
        """The file's content."""
        value: Json = copy.deepcopy(self.file.document.value)
        value["title"] = self._now["name"]
        order = (self._now["options"] or {}).get("globalParamOrder") or []
        if order != value.get("parameters", []) and sorted(order) == sorted(value.get("parameters", [])):
            value["parameters"] = order
        value["widgets"] = [widget.said for widget in self.widgets]
        return value

    def marks(self) -> list[tuple[str, Json]]:
        """Keys that Redash's widgets do not have yet, as calls (path and body)."""
        shown = [_names(widget.said) for widget in self.widgets]
        return [
            (f"widgets/{now['id']}", {"text": now["text"] or "", "options": (now["options"] or {}) | {KEY_OPTION: key}})
            for key, widget in zip(keys_of_widgets(self.file.key, shown), self.widgets, strict=True)
            if (now := widget.now) is not None and option_key(now) != key
        ]

    def _kept(self) -> list[PulledWidget]:
        keyed, kept = by_key(self._now["widgets"]), []
        for number, (key, widget) in enumerate(zip(self.file.widget_keys(), self.file.dashboard.widgets, strict=True)):
            said = copy.deepcopy(self.file.document.value["widgets"][number])
            if key in keyed:
                said["at"] |= _at(keyed[key])
                if widget.text is not None:
                    said["text"] = keyed[key]["text"]
            elif self._published(widget):
                self.removed.append(key)
                continue
            self._show(widget, said)
            kept.append(PulledWidget(number, said, keyed.get(key)))
        return kept

    def _published(self, widget: Widget) -> bool:
        """Whether a widget that Redash lacks was removed there, rather than never published."""
        if widget.query is None or widget.shown is None:
            return True
        return widget.shown.key in by_key(visualizations_now(self._remote, widget.query))

    def _show(self, widget: Widget, said: Json) -> None:
        if widget.query is None or widget.shown is None:
            return
        now = by_key(visualizations_now(self._remote, widget.query)).get(widget.shown.key)
        if now is None:
            return
        pulled = _visualization(widget.shown, now, self._remote.formats)
        if pulled != widget.shown:
            said["visualization"] = _said(pulled, said.get("visualization", {}))

    def _added(self) -> list[PulledWidget]:
        added = [self._new(now) for now in self._now["widgets"] if option_key(now) is None]
        return sorted((widget for widget in added if widget is not None), key=_reading_order)

    def _new(self, now: Json) -> PulledWidget | None:
        shown = now.get("visualization")
        if not shown:
            return PulledWidget(None, {"text": now["text"], "at": _at(now)}, now)
        query = self._adoption.query(shown["query"])
        if query is None:
            return None
        key = self._adoption.visualization(query, shown)
        bare = Visualization.model_construct(key=key, type=shown["type"], name=shown["name"], options={})
        pulled = _visualization(bare, shown, self._remote.formats)
        said = {"query": query, "visualization": _said(pulled, {}), "at": _at(now)}
        if pulled == TABLE:
            del said["visualization"]
        return PulledWidget(None, said, now)


def _reading_order(widget: PulledWidget) -> tuple[int, int]:
    return widget.said["at"]["row"], widget.said["at"]["col"]


def _at(now: Json) -> dict[str, int]:
    place: dict[str, Any] = now["options"].get("position") or {}
    names = {"col": "col", "row": "row", "width": "sizeX", "height": "sizeY"}
    smallest = {"col": 0, "row": 0, "width": 2, "height": 2}
    return {name: max(smallest[name], int(place.get(theirs) or 0)) for name, theirs in names.items()}


def _visualization(ours: Visualization, now: Json, formats: Json) -> Visualization:
    said = options.for_file(now["type"], ours.options, now["options"] or {}, formats)
    return Visualization.model_construct(key=ours.key, type=now["type"], name=now["name"], options=said)


def _said(shown: Visualization, before: Json) -> Json:
    said = before | {"key": shown.key, "type": shown.type, "name": shown.name}
    if shown.options or "options" in before:
        said["options"] = shown.options
    return said


def _names(said: Json) -> tuple[str, str] | None:
    if "query" not in said:
        return None
    return said["query"], said.get("visualization", {}).get("key", TABLE.key)
