"""Archives what is ours in Redash and has left the files. What people made by hand has no key and stays.

What another part has published is not this one's to archive: it asks another data source.
What was published of it is forgotten first: so it is known from what a person archived, and comes back with its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash.publisher.dashboard_state import DashboardState
from redash.publisher.keys import without_published
from redash.publisher.remote import by_key

if TYPE_CHECKING:
    from redash.publisher.api import Json
    from redash.publisher.room import Room


def prune(room: Room, source_id: int) -> None:
    """Dashboards first, then visualizations, then queries (whose widgets go with them)."""
    api, files, remote, tally = room.api, room.files, room.remote, room.tally
    for key in sorted(remote.dashboards.keys() - files.dashboards):
        if _asks_another(remote.dashboards[key], source_id):
            continue
        board = remote.dashboards[key]["id"]
        api.post(f"dashboards/{board}", {"layout": DashboardState(key).layout(board)})
        api.delete(f"dashboards/{board}")
        tally.remove("dashboard", key)
    for query in files.queries:
        if query in remote.queries and not room.asleep("query", query):
            keyed = by_key(remote.queries[query]["visualizations"])
            for key in sorted(keyed.keys() - files.visualizations(query)):
                api.delete(f"visualizations/{keyed[key]['id']}")
                tally.remove("visualization", f"{query}/{key}")
    for key in sorted(remote.queries.keys() - files.queries):
        now = remote.queries[key]
        if now["data_source_id"] != source_id:
            continue
        api.post(f"queries/{now['id']}", {"options": without_published(now["options"])})
        api.delete(f"queries/{now['id']}")
        tally.remove("query", key)


def _asks_another(board: Json, source_id: int) -> bool:
    """Whether a dashboard shows something, and nothing of this source."""
    shown = [widget["visualization"] for widget in board["widgets"] if widget.get("visualization")]
    return bool(shown) and all(each["query"]["data_source_id"] != source_id for each in shown)
