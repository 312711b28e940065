"""Redash as who opens a dashboard meets it.

Whether there is something to see is read in Redash's own database, often and for nothing: each call of its API would be
an event, and each event a job for its worker. What a widget is given is then asked as a browser asks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.compose.system import System
from benchmarks.databases import ask
from dashboards.files import load
from redash.publisher.api import Api, Json
from redash.publisher.dashboard_state import dashboard_key
from redash.publisher.keys import TAG

# The widgets of each dashboard that is published, ours being the only ones.
_WIDGETS = """
SELECT count(*) FROM widgets JOIN dashboards d ON d.id = dashboard_id WHERE NOT d.is_draft AND NOT d.is_archived
"""
_RESULTS = "SELECT q.id, r.retrieved_at FROM queries q JOIN query_results r ON r.id = q.latest_query_data_id"


@dataclass(frozen=True, slots=True)
class Shown:
    """A query that a dashboard shows."""

    query: Json

    def body(self) -> dict[str, Any]:
        """What a browser asks when the dashboard is opened: any result with the parameters' defaults."""
        chosen = {each["name"]: each["value"] for each in self.query["options"].get("parameters", [])}
        return {"id": self.query["id"], "parameters": chosen, "apply_auto_limit": False, "max_age": -1}


Board = dict[int, Shown]


class Viewer:
    """Looks at one Redash. Nothing is run there that would not run anyhow."""

    def __init__(self, made: System, api: Api) -> None:
        self._database, self._api = made.redash_database_url, api
        self._widgets = sum(len(file.dashboard.widgets) for file in load().dashboards.values())

    def published(self) -> bool:
        """Whether all widgets of all dashboards are there."""
        return bool(ask(self._database, _WIDGETS) == [(self._widgets,)])

    def boards(self) -> list[Board]:
        """What each dashboard shows, by the query's id, in the order in which Redash lists them."""
        listed = [each for each in self._api.listed("dashboards", tags=TAG) if dashboard_key(each)]
        opened = [self._api.get(f"dashboards/{each['id']}")["widgets"] for each in listed]
        shown = [
            [widget["visualization"]["query"] for widget in board if widget.get("visualization")] for board in opened
        ]
        return [{query["id"]: Shown(query) for query in queries} for queries in shown]

    def answered(self, board: Board, since: datetime | None) -> bool:
        """Whether each of its queries has a result, made after a moment where one is given."""
        made: dict[int, datetime] = dict(ask(self._database, _RESULTS))
        return all(query in made and (since is None or made[query] > since) for query in board)

    def rows(self, shown: Shown) -> int | None:
        """How many rows a widget of this query is given at once; None where it would have to wait."""
        answer = self._api.post(f"queries/{shown.query['id']}/results", shown.body())
        return len(answer["query_result"]["data"]["rows"]) if "query_result" in answer else None
