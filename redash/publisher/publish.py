"""Makes Redash agree with the files: creates what is missing, sends what differs, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from redash.publisher import keys, wanted
from redash.publisher.api import in_parallel
from redash.publisher.dashboard_file import KEY_OPTION
from redash.publisher.prerun import run_list
from redash.publisher.problems import Failure
from redash.publisher.publish_widgets import publish_widgets
from redash.publisher.remote import by_key, read_remote
from redash.publisher.source import publish_source
from redash.publisher.tally import Tally

if TYPE_CHECKING:
    from redash.publisher.api import Api, Json
    from redash.publisher.dashboard_file import DashboardFile, Visualization
    from redash.publisher.files import Files
    from redash.publisher.query_file import QueryFile
    from redash.publisher.remote import Remote
    from redash.publisher.source import SourceSettings

VisualizationIds = dict[tuple[str, str], int]


class Publication:
    """One publishing: the files, the Redash as it was (everything, or what matters), and what has been done."""

    def __init__(self, api: Api, files: Files, settings: SourceSettings | None, *, everything: bool) -> None:
        self.api = api
        self.files = files
        self.tally = Tally()
        self.query_ids: dict[str, int] = {}
        needed = {query: files.visualizations(query) for query in files.queries}
        self.source = publish_source(api, settings, self.tally)
        self.remote: Remote = read_remote(api, None if everything else needed)

    def run(self) -> None:
        """Everything, and beside it the proof that the source works, which waits for a worker: the rest need not."""
        with ThreadPoolExecutor(1) as aside:
            proof = aside.submit(self.source.prove)
            self._publish()
            proof.result()

    def _publish(self) -> None:
        """Queries (those of lists first: others need their ids), visualizations, dashboards, widgets."""
        lists = self.files.dropdowns()
        for first in (True, False):
            batch = [query for query in self.files.queries.values() if (query.key in lists) is first]
            ids = in_parallel(self._query, batch)
            self.query_ids |= {query.key: made for query, made in zip(batch, ids, strict=True)}
            if first:
                in_parallel(self._run_new_list, batch)
        shown = in_parallel(self._visualizations, self.files.queries)
        visualization_ids = {key: made for each in shown for key, made in each.items()}
        # Redash lists the newest first: made from the last to the first they stand in their order.
        dashboards = [self._dashboard(file) for file in reversed(self.files.dashboards.values())]
        publish_widgets(self.api, self.files, dashboards, visualization_ids, self.tally)

    def _query(self, query: QueryFile) -> int:
        fields = wanted.query_fields(query, self.files, self.source.id, self.query_ids)
        now = self.remote.queries.get(query.key)
        if now is None:
            return self._new_query(query, fields)
        if changes := wanted.query_changes(fields, query.key, now):
            self.api.post(f"queries/{now['id']}", changes)
            self.tally.change("query", query.key, list(changes))
        return int(now["id"])

    def _run_new_list(self, query: QueryFile) -> None:
        if self.remote.queries[query.key].get("latest_query_data_id") is None:
            try:
                run_list(self.api, query, self.query_ids[query.key], self.files)
            except Failure as failure:
                raise Failure(f"query {query.key}: {failure}") from failure

    def _new_query(self, query: QueryFile, fields: Json) -> int:
        """Two calls: a new query is a draft, and its marks need its id."""
        options = {"parameters": fields.pop("parameters")}
        published = {"is_draft": fields.pop("is_draft"), "tags": keys.tags("query", query.key, [])}
        made = self.api.post("queries", fields | {"options": options})
        self.api.post(f"queries/{made['id']}", published | {"options": keys.stamped(options, made["id"])})
        self.remote.queries[query.key] = made
        self.tally.create("query", query.key)
        return int(made["id"])

    def _visualizations(self, query: str) -> VisualizationIds:
        now = self.remote.queries[query]["visualizations"]
        keyed = by_key(now)
        # Every new query has a table of its own: the first table of ours becomes of it.
        spare = [each for each in now if each["type"] == "TABLE" and each["name"] == "Table" and not each["options"]]
        ids: VisualizationIds = {}
        for shown in self.files.visualizations(query).values():
            found = keyed.get(shown.key) or (spare.pop() if spare and shown.type == "TABLE" else None)
            ids[query, shown.key] = self._visualization(query, shown, found)
        return ids

    def _visualization(self, query: str, shown: Visualization, now: Json | None) -> int:
        fields = wanted.visualization_fields(shown, self.remote.version)
        name = f"{query}/{shown.key}"
        if now is None:
            body = fields | {"query_id": self.query_ids[query], "description": ""}
            self.tally.create("visualization", name)
            return int(self.api.post("visualizations", body)["id"])
        if changes := wanted.visualization_changes(fields, now, self.remote.formats):
            self.api.post(f"visualizations/{now['id']}", changes)
            if KEY_OPTION in (now["options"] or {}):
                self.tally.change("visualization", name, list(changes))
            else:
                self.tally.create("visualization", name)
        return int(now["id"])

    def _dashboard(self, file: DashboardFile) -> tuple[DashboardFile, Json]:
        now = self.remote.dashboards.get(file.key)
        if now is None:
            made = self.api.post("dashboards", {"name": file.dashboard.title})
            now = made | {"widgets": []}  # a new one answers null
            self.api.post(f"dashboards/{now['id']}", wanted.dashboard_changes(file, now))
            self.api.post(f"dashboards/{now['id']}/favorite", {})  # the home page shows favourites only
            self.tally.create("dashboard", file.key)
        elif changes := wanted.dashboard_changes(file, now):
            self.api.post(f"dashboards/{now['id']}", changes)
            self.tally.change("dashboard", file.key, list(changes))
        return file, now
