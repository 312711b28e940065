"""Queries and their visualizations: makes what is missing, sends the files' edits, keeps those made in Redash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.dashboard_file import KEY_OPTION
from redash.publisher import desired_state, keys
from redash.publisher.api import in_parallel
from redash.publisher.failures import Failure
from redash.publisher.remote import by_key
from redash.publisher.three_way import Verdict, judged
from redash.publisher.warm_cache import run_list

if TYPE_CHECKING:
    from collections.abc import Container

    from dashboards.dashboard_file import Visualization
    from dashboards.query_file import QueryFile
    from redash.publisher.api import Json
    from redash.publisher.room import Room

VisualizationIds = dict[tuple[str, str], int]
_ASKED = {"query", "parameters", "data_source_id"}


class Queries:
    """The queries of one publishing."""

    def __init__(self, room: Room, source_id: int) -> None:
        self.ids: dict[str, int] = {}
        self.edited: set[str] = set()
        self._room = room
        self._source_id = source_id

    def publish(self) -> None:
        """Those of lists first: others need their ids."""
        files = self._room.files
        lists = files.dropdowns()
        for first in (True, False):
            batch = [query for query in files.queries.values() if (query.key in lists) is first]
            ids = in_parallel(self._query, batch)
            self.ids |= {query.key: made for query, made in zip(batch, ids, strict=True)}
            if first:
                in_parallel(self._run_new_list, batch)

    def publish_visualizations(self, unwanted: Container[tuple[str, str]]) -> VisualizationIds:
        """Their ids; those unwanted are not made anew."""
        shown = in_parallel(lambda query: self._visualizations(query, unwanted), self._room.files.queries)
        return {key: made for each in shown for key, made in each.items()}

    def _query(self, query: QueryFile) -> int:
        room = self._room
        fields = desired_state.query_fields(query, room.files, self._source_id, self.ids)
        now = room.remote.queries.get(query.key)
        if now is None:
            return self._new_query(query, fields)
        if room.asleep("query", query.key):
            room.tally.keep("query", query.key, "archived there")
            self.edited.add(query.key)
        else:
            self._change_query(query.key, fields, now)
        return int(now["id"])

    def _change_query(self, key: str, fields: Json, now: Json) -> None:
        room = self._room
        afresh = now["is_archived"] or keys.half_made(now)
        judgement = judged(
            desired_state.query_parts(fields, now), keys.published(now), overwrite=afresh or room.overwrite.takes(key)
        )
        sent, left = judgement.sent(), judgement.left()
        if desired_state.disabled(now) and "schedule" not in {*sent, *left}:
            sent.append("schedule")
        body = desired_state.query_body(fields, sent, judgement.after_publishing(), key, now)
        if now["is_archived"]:
            body["is_archived"] = False
        if body:
            room.api.post(f"queries/{now['id']}", body)
        if afresh:
            room.tally.create("query", key)
        elif sent:
            room.tally.change("query", key, sent)
        room.tally.keep_parts("query", key, left)
        if _ASKED & left.keys():
            self.edited.add(key)

    def _run_new_list(self, query: QueryFile) -> None:
        if query.key not in self.edited and self._room.remote.queries[query.key].get("latest_query_data_id") is None:
            try:
                run_list(self._room.api, query, self.ids[query.key], self._room.files)
            except Failure as failure:
                raise Failure(f"query {query.key}: {failure}") from failure

    def _new_query(self, query: QueryFile, fields: Json) -> int:
        """Two calls, as a new query is a draft, and what it remembers begins with its id: half made in between."""
        api = self._room.api
        options = {"parameters": fields["parameters"], KEY_OPTION: query.key}
        first = {name: value for name, value in fields.items() if name not in {"parameters", "is_draft"}}
        made: Json = api.post("queries", first | {"options": options})
        marks = {part.name: part.mark_of_file() for part in desired_state.query_parts(fields, made)}
        stamped = keys.stamped(options, made["id"], query.key, marks)
        api.post(f"queries/{made['id']}", {"is_draft": False, "options": stamped})
        self._room.remote.queries[query.key] = made
        self._room.tally.create("query", query.key)
        return int(made["id"])

    def _visualizations(self, query: str, unwanted: Container[tuple[str, str]]) -> VisualizationIds:
        room = self._room
        now = room.remote.queries[query]["visualizations"]
        keyed = by_key(now)
        # Every new query has a table of its own: the first table of ours becomes of it.
        spare = [each for each in now if each["type"] == "TABLE" and each["name"] == "Table" and not each["options"]]
        ids: VisualizationIds = {}
        for shown in room.files.visualizations(query).values():
            found = keyed.get(shown.key) or (spare.pop() if spare and shown.type == "TABLE" else None)
            if room.asleep("query", query):
                if found is not None:
                    ids[query, shown.key] = int(found["id"])
            elif found is not None:
                ids[query, shown.key] = self._change_visualization(query, shown, found)
            elif (query, shown.key) not in unwanted:
                ids[query, shown.key] = self._new_visualization(query, shown)
        return ids

    def _new_visualization(self, query: str, shown: Visualization) -> int:
        room = self._room
        now: Json = {"type": shown.type, "name": shown.name, "options": {}}
        parts = desired_state.visualization_parts(shown, now, room.remote.formats)
        marks = {part.name: part.mark_of_file() for part in parts}
        body = desired_state.visualization_body(shown, ["type", "name", "options"], marks, now, room.remote)
        made: Json = room.api.post("visualizations", body | {"query_id": self.ids[query], "description": ""})
        room.tally.create("visualization", f"{query}/{shown.key}")
        return int(made["id"])

    def _change_visualization(self, query: str, shown: Visualization, now: Json) -> int:
        room, name = self._room, f"{query}/{shown.key}"
        afresh = keys.option_key(now) is None
        judgement = judged(
            desired_state.visualization_parts(shown, now, room.remote.formats),
            keys.published(now),
            overwrite=afresh or room.overwrite.takes(query),
        )
        sent = judgement.sent()
        if judgement.verdicts["options"] is Verdict.SAME and desired_state.another_form(shown, now, room.remote):
            sent.append("options")
        body = desired_state.visualization_body(shown, sent, judgement.after_publishing(), now, room.remote)
        if body:
            room.api.post(f"visualizations/{now['id']}", body)
        if afresh:
            room.tally.create("visualization", name)
        elif sent:
            room.tally.change("visualization", name, sent)
        room.tally.keep_parts("visualization", name, judgement.left())
        return int(now["id"])
