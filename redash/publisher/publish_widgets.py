"""The widgets of the dashboards: found again by their keys; those of ours that left the file go, others' stay."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from redash.publisher.api import in_parallel
from redash.publisher.remote import by_key
from redash.publisher.wanted import widget_changes, widget_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from redash.publisher.api import Api, Json
    from redash.publisher.dashboard_file import DashboardFile, Widget
    from redash.publisher.files import Files
    from redash.publisher.tally import Tally


def publish_widgets(
    api: Api,
    files: Files,
    dashboards: Iterable[tuple[DashboardFile, Json]],
    visualization_ids: Mapping[tuple[str, str], int],
    tally: Tally,
) -> None:
    """Sends what differs of all widgets, several at once."""
    room = _Widgets(api, files, visualization_ids, tally)
    calls = [call for file, now in dashboards for call in room.calls(file, now)]
    in_parallel(lambda call: call(), calls)


class _Widgets:
    """The widgets of one publishing."""

    def __init__(self, api: Api, files: Files, visualization_ids: Mapping[tuple[str, str], int], tally: Tally) -> None:
        self._api = api
        self._files = files
        self._visualization_ids = visualization_ids
        self._tally = tally

    def calls(self, file: DashboardFile, now: Json) -> Iterator[Callable[[], None]]:
        """What has to be done to a dashboard's widgets. Deleting and making anew are one step."""
        keyed = by_key(now["widgets"])
        wanted = file.widget_keys()
        for key, widget in zip(wanted, file.dashboard.widgets, strict=True):
            options = widget_options(widget, key, file, self._files)
            found = keyed.get(key)
            if found is None:
                yield partial(self._create, key, now["id"], widget, options)
            elif self._shows(found) != self._shown(widget):
                yield partial(self._replace, key, now["id"], widget, options, found["id"])
            elif changes := widget_changes(widget, options, found):
                yield partial(self._change, key, found["id"], changes)
        for key in keyed.keys() - set(wanted):
            if key.startswith(f"{file.key}/"):
                yield partial(self._remove, key, keyed[key]["id"])

    def _shown(self, widget: Widget) -> int | None:
        if widget.query is None or widget.shown is None:
            return None
        return self._visualization_ids[widget.query, widget.shown.key]

    @staticmethod
    def _shows(found: Json) -> int | None:
        return found["visualization"]["id"] if found.get("visualization") else None

    def _make(self, dashboard_id: int, widget: Widget, options: Json) -> None:
        body = {"dashboard_id": dashboard_id, "visualization_id": self._shown(widget), "text": widget.text or ""}
        self._api.post("widgets", body | {"width": 1, "options": options})

    def _create(self, key: str, dashboard_id: int, widget: Widget, options: Json) -> None:
        self._make(dashboard_id, widget, options)
        self._tally.create("widget", key)

    def _replace(self, key: str, dashboard_id: int, widget: Widget, options: Json, widget_id: int) -> None:
        """Redash can't put another visualization into a widget."""
        self._api.delete(f"widgets/{widget_id}")
        self._make(dashboard_id, widget, options)
        self._tally.change("widget", key, ["visualization"])

    def _change(self, key: str, widget_id: int, changes: Json) -> None:
        self._api.post(f"widgets/{widget_id}", changes)
        self._tally.change("widget", key)

    def _remove(self, key: str, widget_id: int) -> None:
        self._api.delete(f"widgets/{widget_id}")
        self._tally.remove("widget", key)
