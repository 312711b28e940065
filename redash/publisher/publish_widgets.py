"""The widgets of the dashboards: found again by their keys; those of ours that left the file go, others' stay."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from redash.publisher import desired_state, keys
from redash.publisher.api import in_parallel
from redash.publisher.dashboard_state import state_of
from redash.publisher.remote import by_key
from redash.publisher.three_way import KEPT, Judgement, Part, Verdict, digest, judged, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dashboards.dashboard_file import DashboardFile, Widget
    from redash.publisher.api import Json
    from redash.publisher.publish_queries import VisualizationIds
    from redash.publisher.room import Room

PLACE = "position"
LAYOUT = "layout"


def publish_widgets(
    room: Room,
    boards: Iterable[tuple[DashboardFile, Json]],
    visualization_ids: VisualizationIds,
    deleted: Mapping[str, set[str]],
) -> dict[str, set[str]]:
    """Sends what was edited, several at once; the keys that each dashboard has been given, gone meanwhile or not."""
    plans = [_Plan(room, file, now, visualization_ids, deleted.get(file.key, set())) for file, now in boards]
    in_parallel(lambda call: call(), [call for plan in plans for call in plan.calls()])
    return {plan.file.key: plan.given() for plan in plans}


def layout_verdict(judgements: Iterable[Judgement]) -> Verdict:
    """Whose word counts on the places of widgets: they make sense together only."""
    return together(judgement.verdicts[PLACE] for judgement in judgements)


@dataclass(slots=True)
class _Plan:
    """What has to be done to a dashboard's widgets."""

    room: Room
    file: DashboardFile
    now: Json
    visualization_ids: VisualizationIds
    deleted: set[str]

    def calls(self) -> Iterator[Callable[[], None]]:
        """Each widget's. Deleting and making anew are one step."""
        keyed, judgements = by_key(self.now["widgets"]), {}
        for key, widget in self._widgets():
            options = desired_state.widget_options(widget, self.file, self.room.files)
            found = keyed.get(key)
            if self._hidden(widget):
                continue
            if key in self.deleted:
                self.room.tally.keep("widget", key, "deleted there")
            elif found is None:
                yield partial(self._create, key, widget, options)
            elif _shows(found) != self._shown(widget):
                yield partial(self._replace, key, widget, options, found["id"])
            else:
                judgements[key] = self._judged(desired_state.widget_parts(widget, options, found), found)
        yield from self._changes(keyed, judgements)
        for key in sorted(keyed.keys() - set(self.file.widget_keys())):
            if key.startswith(f"{self.file.key}/"):
                yield from self._remove(key, keyed[key])

    def given(self) -> set[str]:
        """The keys of the widgets that it has, or had before they were deleted; and of those with archived queries."""
        state = state_of(self.now)
        before = set(state.widgets) if state else set(by_key(self.now["widgets"]))
        hidden = {key for key, widget in self._widgets() if self._hidden(widget)}
        return (set(self.file.widget_keys()) - hidden) | (hidden & before)

    def _widgets(self) -> Iterator[tuple[str, Widget]]:
        return zip(self.file.widget_keys(), self.file.dashboard.widgets, strict=True)

    def _hidden(self, widget: Widget) -> bool:
        """Whether it would show an archived query."""
        return widget.query is not None and self.room.asleep("query", widget.query)

    def _shown(self, widget: Widget) -> int | None:
        if widget.query is None or widget.shown is None:
            return None
        return self.visualization_ids[widget.query, widget.shown.key]

    def _judged(self, parts: Iterable[Part], found: Json) -> Judgement:
        return judged(parts, keys.published(found), overwrite=self.room.overwrite.takes(self.file.key))

    def _changes(self, keyed: Mapping[str, Json], judgements: dict[str, Judgement]) -> Iterator[Callable[[], None]]:
        layout = layout_verdict(judgements.values())
        keeps_layout = layout in KEPT and not self.room.overwrite.takes(self.file.key)
        if keeps_layout:
            self.room.tally.keep_parts("dashboard", self.file.key, {LAYOUT: layout})
        for key, widget in self._widgets():
            if key in judgements:
                judgement = judgements[key].keeping(PLACE) if keeps_layout else judgements[key]
                options = desired_state.widget_options(widget, self.file, self.room.files)
                sent, marks = judgement.sent(), judgement.after_publishing()
                left = {name: verdict for name, verdict in judgement.left().items() if name != PLACE}
                self.room.tally.keep_parts("widget", key, left)
                if body := desired_state.widget_body(widget, options, sent, marks, key, keyed[key]):
                    yield partial(self._change, key, keyed[key]["id"], body, sent)

    def _make(self, key: str, widget: Widget, options: Json) -> None:
        text = widget.text or ""
        nothing: Json = {"text": "", "options": {}}
        marks = {part.name: part.mark_of_file() for part in desired_state.widget_parts(widget, options, nothing)}
        body = {"dashboard_id": self.now["id"], "visualization_id": self._shown(widget), "text": text, "width": 1}
        self.room.api.post("widgets", body | {"options": desired_state.marked(options, key, marks)})

    def _create(self, key: str, widget: Widget, options: Json) -> None:
        self._make(key, widget, options)
        self.room.tally.create("widget", key)

    def _replace(self, key: str, widget: Widget, options: Json, widget_id: int) -> None:
        """Redash can't put another visualization into a widget."""
        self.room.api.delete(f"widgets/{widget_id}")
        self._make(key, widget, options)
        self.room.tally.change("widget", key, ["visualization"])

    def _change(self, key: str, widget_id: int, body: Json, sent: list[str]) -> None:
        self.room.api.post(f"widgets/{widget_id}", body)
        if sent:
            self.room.tally.change("widget", key, sent)

    def _remove(self, key: str, found: Json) -> Iterator[Callable[[], None]]:
        """It has left the file: so it goes, unless somebody rewrote it meanwhile."""
        remembered = (keys.published(found) or {}).get("text")
        rewritten = not found.get("visualization") and digest(found["text"] or "") != remembered
        if rewritten and not self.room.overwrite.takes(self.file.key):
            self.room.tally.keep("widget", key, "edited there, and gone from its file")
        else:
            yield partial(self._delete, key, found["id"])

    def _delete(self, key: str, widget_id: int) -> None:
        self.room.api.delete(f"widgets/{widget_id}")
        self.room.tally.remove("widget", key)


def _shows(found: Json) -> int | None:
    return found["visualization"]["id"] if found.get("visualization") else None
