"""Dashboards: created with a name that only their slug keeps, and told what they are once their widgets are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash.publisher import desired_state
from redash.publisher.dashboard_state import DashboardState, first_name, state_of
from redash.publisher.publish_widgets import publish_widgets
from redash.publisher.three_way import judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboards.dashboard_file import DashboardFile
    from redash.publisher.api import Json
    from redash.publisher.publish_queries import VisualizationIds
    from redash.publisher.room import Room


def publish_dashboards(room: Room, visualization_ids: VisualizationIds, deleted: Mapping[str, set[str]]) -> None:
    """All of them; `deleted` is what somebody took off each."""
    boards: list[tuple[DashboardFile, Json]] = []
    # Redash lists the newest first: made from the last to the first they stand in their order.
    for file in reversed(room.files.dashboards.values()):
        if room.asleep("dashboard", file.key):
            room.tally.keep("dashboard", file.key, "archived there")
        else:
            boards.append((file, _made(room, file)))
    widgets = publish_widgets(room, boards, visualization_ids, deleted)
    for file, now in boards:
        _finish(room, file, now, sorted(widgets[file.key]))


def _made(room: Room, file: DashboardFile) -> Json:
    """Redash's dashboard; just made, half made before, or archived and taken back where it is a draft without tags."""
    now = room.remote.dashboards.get(file.key)
    if now is not None:
        return now
    made: Json = room.api.post("dashboards", {"name": first_name(file.key)})
    return made | {"widgets": []}  # a new one answers null


def _finish(room: Room, file: DashboardFile, now: Json, widgets: list[str]) -> None:
    """Its own parts, and what it has to remember."""
    state = state_of(now)
    afresh = now["is_archived"] or (state is None and not now["tags"])
    judgement = judged(
        desired_state.dashboard_parts(file, now),
        state.published if state else None,
        overwrite=afresh or room.overwrite.takes(file.key),
    )
    sent = judgement.sent()
    body = desired_state.dashboard_body(file, sent, now)
    layout = DashboardState(file.key, judgement.after_publishing(), widgets).layout(now["id"])
    if layout != (now["layout"] or []):
        body["layout"] = layout
    if now["is_archived"]:
        body["is_archived"] = False
    if body:
        room.api.post(f"dashboards/{now['id']}", body)
    if afresh:
        room.api.post(f"dashboards/{now['id']}/favorite", {})  # the home page shows favourites only
        room.tally.create("dashboard", file.key)
    elif sent:
        room.tally.change("dashboard", file.key, sent)
    room.tally.keep_parts("dashboard", file.key, judgement.left())
