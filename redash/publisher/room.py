"""What all parts of a publishing work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from redash.publisher import keys
from redash.publisher.dashboard_state import state_of
from redash.publisher.remote import by_key, visualizations_now
from redash.publisher.tally import Tally

if TYPE_CHECKING:
    from dashboards.dashboard_file import DashboardFile
    from dashboards.files import Files
    from redash.publisher.api import Api, Json
    from redash.publisher.overwrite import Overwrite
    from redash.publisher.remote import Remote


@dataclass(slots=True)
class Room:
    """The files, the Redash as it was, whose word counts, and what has been done."""

    api: Api
    files: Files
    remote: Remote
    overwrite: Overwrite
    tally: Tally = field(default_factory=Tally)

    def asleep(self, noun: str, key: str) -> bool:
        """Whether somebody archived a query or dashboard, which stays so until it is asked for.

        Archived by `--prune` it says no longer what was published: back in the files it comes back to life.
        """
        now = (self.remote.queries if noun == "query" else self.remote.dashboards).get(key)
        if now is None or not now["is_archived"] or self.overwrite.takes(key):
            return False
        if noun == "query":
            return keys.published(now) is not None
        state = state_of(now)
        return state is not None and state.published is not None

    def revived(self, query: str) -> bool:
        """Whether an archived query comes back to life, and with it the widgets that went when it was archived."""
        now = self.remote.queries.get(query)
        return now is not None and now["is_archived"] and not self.asleep("query", query)

    def widgets_deleted(self, file: DashboardFile) -> set[str]:
        """The keys of a dashboard's widgets that somebody deleted in Redash, and nobody has asked for since."""
        now = self.remote.dashboards.get(file.key)
        if now is None or self.overwrite.takes(file.key):
            return set()
        there, gone = by_key(now["widgets"]), set()
        for key, widget in zip(file.widget_keys(), file.dashboard.widgets, strict=True):
            if key not in there and not (widget.query and self.revived(widget.query)):
                shown = (widget.query, widget.shown.key) if widget.query and widget.shown else None
                if was_published(self.remote, now, key, shown):
                    gone.add(key)
        return gone


def was_published(remote: Remote, board: Json, key: str, shown: tuple[str, str] | None) -> bool:
    """Whether a dashboard has had a widget.

    Where nothing says so, as it was published before that was remembered, a visualization that is there was on it.
    """
    state = state_of(board)
    if state is not None:
        return key in state.widgets
    if not board["tags"]:
        return False  # it is just being made
    return shown is None or shown[1] in by_key(visualizations_now(remote, shown[0]))
