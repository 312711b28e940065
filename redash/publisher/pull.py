"""Brings edits made in Redash back into the files. A file whose content is the same is not touched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from common.files import write_whole
from dashboards.query_file import one_line, written_query
from dashboards.yaml_edit import Kept, edited
from dashboards.yaml_text import inline
from redash.publisher import desired_state, keys
from redash.publisher.adoption import Adoption
from redash.publisher.api import in_parallel
from redash.publisher.desired_state import plain_sql
from redash.publisher.pull_notes import PullNotes
from redash.publisher.pulled_dashboard import PulledDashboard
from redash.publisher.remote import read_remote, read_source
from redash.publisher.room import Room
from redash.publisher.schedules import refresh_of
from redash.publisher.three_way import judged

if TYPE_CHECKING:
    from pathlib import Path

    from dashboards.dashboard_file import DashboardFile
    from dashboards.files import Files
    from dashboards.query_file import QueryFile
    from redash.publisher.api import Api, Json
    from redash.publisher.overwrite import Overwrite
    from redash.publisher.parts import Part
    from redash.publisher.three_way import Judgement


class Pull:
    """One pull: the files written, and notes on what could not be brought back."""

    def __init__(self, api: Api, files: Files, part: Part, overwrite: Overwrite) -> None:
        self.written: list[Path] = []
        self.notes = PullNotes()
        self._files = files
        source = read_source(api, part.source.NAME)
        self._source_id: int | None = source["id"] if source else None
        self._room = Room(api, files, read_remote(api, files, everything=True), overwrite)
        self._adoption = Adoption(files, self._room.remote, self._source_id, self.notes)
        self._marks: dict[str, Json] = {}

    def run(self) -> None:
        """Writes files first and marks Redash after: a pull that breaks off is made good by the next."""
        texts: dict[Path, str] = {}
        for query in self._files.queries.values():
            texts |= self._query(query)
        for file in self._files.dashboards.values():
            texts |= self._dashboard(file)
        texts |= {query.path: written_query(query) for query in self._adoption.queries.values()}
        texts |= self._parameters()
        for path, text in texts.items():
            self._write(path, text)
        marks = self._marks | dict(self._adoption.marks)
        in_parallel(lambda mark: self._room.api.post(*mark), marks.items())

    def _query(self, query: QueryFile) -> dict[Path, str]:
        now = self._room.remote.queries.get(query.key)
        if now is None or now["is_archived"]:
            self._missing("query", query.key, now)
            return {}
        judgement = self._judged(query, now)
        theirs = _said(now)
        brought = [part for part in judgement.taken() if theirs.get(part)]
        pulled = replace(query, **{name: value for part in brought for name, value in theirs[part].items()})
        if not self._adoption.define(pulled, now):
            return {}
        # Parameters come with the SQL that mentions them, as far as parameters.yml lacks them.
        said = [*brought, "parameters"] if "query" in brought else brought
        self.notes.of("query", query.key, judgement, said, theirs)
        options = keys.stamped(now["options"] or {}, now["id"], query.key, judgement.after_pulling(brought))
        if options != now["options"]:
            self._marks[f"queries/{now['id']}"] = {"options": options}
        return {} if pulled == query else {query.path: written_query(pulled, query.path.read_text(encoding="utf-8"))}

    def _judged(self, query: QueryFile, now: Json) -> Judgement:
        known = self._room.remote.queries
        ids = {key: known[key]["id"] if key in known else 0 for key in self._files.queries}
        fields = desired_state.query_fields(query, self._files, self._source_id or now["data_source_id"], ids)
        wins = self._room.overwrite.takes(query.key)
        return judged(desired_state.query_parts(fields, now), keys.published(now), overwrite=wins)

    def _dashboard(self, file: DashboardFile) -> dict[Path, str]:
        now = self._room.remote.dashboards.get(file.key)
        if now is None or now["is_archived"]:
            self._missing("dashboard", file.key, now)
            return {}
        pulled = PulledDashboard(file, self._room, self._adoption, self.notes)
        if not pulled.widgets:
            self.notes.add(f"dashboard {file.key} is empty in Redash: its file stays as it is")
            return {}
        self._marks |= dict(pulled.marks())
        kept: Kept = {("widgets",): [widget.number for widget in pulled.widgets]}
        return {file.document.path: edited(file.document, pulled.value, kept)}

    def _missing(self, noun: str, key: str, now: Json | None) -> None:
        told = "is not in Redash" if now is None else "was archived in Redash"
        self.notes.add(f"{noun} {key} {told}: its file stays as it is")

    def _parameters(self) -> dict[Path, str]:
        document, added = self._files.parameters_document, self._adoption.parameters
        if not added:
            return {}
        lines = [f"{name}: {inline(said)}" for name, said in added.items()]
        return {document.path: "\n".join([*filter(None, [document.text.rstrip("\n")]), *lines]) + "\n"}

    def _write(self, path: Path, text: str) -> None:
        if path.exists() and path.read_bytes() == text.encode():
            return
        write_whole(path, text)
        self.written.append(path)


def _said(now: Json) -> dict[str, Json]:
    """What a file says for the parts of Redash's query; nothing where it can't be said: no question is empty."""
    question = one_line(now["description"] or "")
    return {
        "name": {"title": one_line(now["name"])},
        "description": {"question": question} if question else {},
        "query": {"sql": plain_sql(now["query"])},
        "schedule": {"refresh": refresh_of(now["schedule"])},
    }
