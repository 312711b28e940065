"""A dashboard as its file should say it after edits in Redash."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dashboards.dashboard_file import TABLE, Visualization, follows_rows, keys_of_widgets
from redash.publisher import desired_state, keys, options
from redash.publisher.dashboard_state import DashboardState, state_of
from redash.publisher.keys import option_key
from redash.publisher.publish_widgets import LAYOUT, PLACE, layout_verdict
from redash.publisher.remote import by_key, visualizations_now
from redash.publisher.room import was_published
from redash.publisher.three_way import Judgement, Verdict, digest, judged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboards.dashboard_file import DashboardFile, Widget
    from redash.publisher.adoption import Adoption
    from redash.publisher.api import Json
    from redash.publisher.pull_notes import PullNotes
    from redash.publisher.room import Room


_PLACE = {"col": ("col", 0), "row": ("row", 0), "width": ("sizeX", 2), "height": ("sizeY", 2)}
"""In a file's words: Redash's word, and the smallest number that a file may say."""


@dataclass(slots=True)
class PulledWidget:
    """A widget for the file: its number there before, or None; Redash's, or None before it is published; its marks."""

    number: int | None
    said: Json
    now: Json | None
    published: Json = field(default_factory=dict)


class PulledDashboard:
    """What a file and Redash's dashboard come to."""

    def __init__(self, file: DashboardFile, room: Room, adoption: Adoption, notes: PullNotes) -> None:
        self.file = file
        self._room = room
        self._adoption = adoption
        self._notes = notes
        self._now = room.remote.dashboards[file.key]
        self._state = state_of(self._now)
        self._visualization_marks: dict[str, Json] = {}
        self._brought: list[str] = []
        self._judgement = judged(
            desired_state.dashboard_parts(file, self._now),
            self._state.published if self._state else None,
            overwrite=self._wins,
        )
        self.value = self._own_parts()
        self.widgets = [*self._kept(), *self._added()]
        self.value["widgets"] = [widget.said for widget in self.widgets]

    @property
    def _wins(self) -> bool:
        return self._room.overwrite.takes(self.file.key)

    def marks(self) -> list[tuple[str, Json]]:
        """What Redash does not remember yet, as calls (path and body)."""
        keyed = list(zip(self._keys(), self.widgets, strict=True))
        marks = [(f"visualizations/{number}", body) for number, body in self._visualization_marks.items()]
        for key, widget in keyed:
            if widget.now is not None:
                theirs = widget.now["options"] or {}
                if (marked := desired_state.marked(theirs, key, widget.published)) != theirs:
                    marks.append((f"widgets/{widget.now['id']}", {"text": widget.now["text"] or "", "options": marked}))
        before = self._state.widgets if self._state else []
        given = [key for key, widget in keyed if widget.now is not None or key in before]
        state = DashboardState(self.file.key, self._judgement.after_pulling(self._brought), given)
        if (layout := state.layout(self._now["id"])) != (self._now["layout"] or []):
            marks.append((f"dashboards/{self._now['id']}", {"layout": layout}))
        return marks

    def _keys(self) -> list[str]:
        return keys_of_widgets(self.file.key, [_names(widget.said) for widget in self.widgets])

    def _own_parts(self) -> Json:
        value: Json = copy.deepcopy(self.file.document.value)
        taken = self._judgement.taken()
        if "name" in taken:
            value["title"] = self._now["name"]
            self._brought.append("name")
        order = (self._now["options"] or {}).get("globalParamOrder") or []
        same_ones = sorted(order) == sorted(value.get("parameters", []))
        if "parameters" in taken and same_ones:
            value["parameters"] = order
            self._brought.append("parameters")
        sayable = ("name", "parameters") if same_ones else ("name",)
        self._notes.of("dashboard", self.file.key, self._judgement, self._brought, sayable)
        return value

    def _kept(self) -> list[PulledWidget]:
        keyed, kept = by_key(self._now["widgets"]), []
        judgements: dict[str, Judgement] = {}
        for number, (key, widget) in enumerate(zip(self.file.widget_keys(), self.file.dashboard.widgets, strict=True)):
            found = keyed.get(key)
            if found is None and self._removed(key, widget):
                self._notes.add(f"widget {key} was removed in Redash")
                continue
            said = copy.deepcopy(self.file.document.value["widgets"][number])
            if found is not None and not found.get("restricted"):
                theirs = desired_state.widget_options(widget, self.file, self._room.files)
                parts = desired_state.widget_parts(widget, theirs, found)
                judgements[key] = judged(parts, keys.published(found), overwrite=self._wins)
            self._show(widget, said)
            kept.append(PulledWidget(number, said, found))
        self._bring(kept, judgements)
        return kept

    def _bring(self, kept: Iterable[PulledWidget], judgements: dict[str, Judgement]) -> None:
        """Places all together, texts each for itself."""
        verdict = layout_verdict(judgements.values())
        layout = verdict in {Verdict.REDASH, Verdict.UNKNOWN} or (verdict is Verdict.BOTH and self._wins)
        if verdict is Verdict.BOTH and not self._wins:
            self._notes.torn("dashboard", self.file.key, [LAYOUT])
        for widget in kept:
            key = option_key(widget.now) if widget.now else None
            if widget.now is None or key is None or key not in judgements:
                continue
            judgement = judgements[key]
            brought = [PLACE] if layout and judgement.verdicts[PLACE] is not Verdict.SAME else []
            if brought:
                widget.said["at"] = {n: v for n, v in widget.said["at"].items() if n in _PLACE} | _at(widget.now)
            if "text" in judgement.taken() and "text" in widget.said:
                widget.said["text"] = widget.now["text"]
                brought.append("text")
            widget.published = judgement.after_pulling(brought)
            self._notes.of("widget", key, judgement, [*brought, PLACE], ("text",))

    def _removed(self, key: str, widget: Widget) -> bool:
        """Whether a widget that Redash lacks was removed there, rather than never published, or gone with its query."""
        if widget.query is not None and self._room.asleep("query", widget.query):
            return False
        shown = (widget.query, widget.shown.key) if widget.query and widget.shown else None
        return was_published(self._room.remote, self._now, key, shown)

    def _show(self, widget: Widget, said: Json) -> None:
        if widget.query is None or widget.shown is None or self._room.asleep("query", widget.query):
            return
        now = by_key(visualizations_now(self._room.remote, widget.query)).get(widget.shown.key)
        if now is None:
            return
        formats, ours = self._room.remote.formats, widget.shown
        parts = desired_state.visualization_parts(ours, now, formats)
        judgement = judged(parts, keys.published(now), overwrite=self._room.overwrite.takes(widget.query))
        taken = judgement.taken()
        self._notes.of("visualization", f"{widget.query}/{ours.key}", judgement, taken, tuple(judgement.verdicts))
        self._mark_visualization(now, ours.key, judgement.after_pulling(taken))
        if taken:
            theirs = _visualization(ours, now, formats)
            pulled = ours.model_copy(update={part: getattr(theirs, part) for part in taken})
            said["visualization"] = _said(pulled, said.get("visualization", {}))

    def _mark_visualization(self, now: Json, key: str, published: Json) -> None:
        theirs = now["options"] or {}
        if (marked := desired_state.marked(theirs, key, published)) != theirs:
            self._visualization_marks[now["id"]] = {"options": marked}

    def _added(self) -> list[PulledWidget]:
        ours = set(self.file.widget_keys())
        added = [self._new(now) for now in self._now["widgets"] if self._is_new(now, ours)]
        return sorted((widget for widget in added if widget is not None), key=_reading_order)

    def _is_new(self, now: Json, ours: set[str]) -> bool:
        """Added by hand; or a text that left the file, where Redash has the last word."""
        key = option_key(now)
        return key is None or (key not in ours and self._wins and not now.get("visualization") and "text" in now)

    def _new(self, now: Json) -> PulledWidget | None:
        shown = now.get("visualization")
        published = {name: digest(value) for name, value in desired_state.widget_now({"text": None} | now).items()}
        if not shown:
            return PulledWidget(None, {"text": now["text"], "at": _at(now)}, now, published)
        query = self._adoption.query(shown["query"])
        if query is None:
            return None
        key = self._adoption.visualization_key(query, shown)
        bare = Visualization.model_construct(key=key, type=shown["type"], name=shown["name"], options={})
        pulled = _visualization(bare, shown, self._room.remote.formats)
        parts = desired_state.visualization_parts(pulled, shown, self._room.remote.formats)
        self._mark_visualization(shown, key, {part.name: part.mark_of_file() for part in parts})
        said = {"query": query, "visualization": _said(pulled, {}), "at": _at(now)}
        if pulled == TABLE:
            del said["visualization"]
        return PulledWidget(None, said, now, published)


def _reading_order(widget: PulledWidget) -> tuple[int, int]:
    return widget.said["at"]["row"], widget.said["at"]["col"]


def _at(now: Json) -> Json:
    place: dict[str, Any] = now["options"].get("position") or {}
    at: Json = {name: max(smallest, int(place.get(theirs) or 0)) for name, (theirs, smallest) in _PLACE.items()}
    auto = bool(place.get("autoHeight"))
    return at if auto is follows_rows((now.get("visualization") or {}).get("type", "")) else at | {"auto_height": auto}


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
