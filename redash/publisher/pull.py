"""Brings edits made in Redash back into the files. A file whose content is the same is not touched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from redash.publisher.adoption import Adoption
from redash.publisher.api import in_parallel
from redash.publisher.pulled_dashboard import PulledDashboard
from redash.publisher.query_file import one_line, written_query
from redash.publisher.refresh import Refresh
from redash.publisher.remote import read_remote, read_source
from redash.publisher.wanted import plain_sql
from redash.publisher.yaml_edit import Kept, edited
from redash.publisher.yaml_text import inline

if TYPE_CHECKING:
    from pathlib import Path

    from redash.publisher.api import Api, Json
    from redash.publisher.dashboard_file import DashboardFile
    from redash.publisher.files import Files
    from redash.publisher.query_file import QueryFile


class Pull:
    """One pull: the files written, and notes on what could not be brought back."""

    def __init__(self, api: Api, files: Files) -> None:
        self.written: list[Path] = []
        self._api = api
        self._files = files
        self._remote = read_remote(api)
        source = read_source(api)
        self._adoption = Adoption(files, self._remote, source["id"] if source else None)
        self._marks: list[tuple[str, Json]] = []

    @property
    def notes(self) -> list[str]:
        """What people should know, a line each."""
        return self._adoption.notes

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
        in_parallel(lambda mark: self._api.post(*mark), [*self._adoption.marks, *self._marks])

    def _query(self, query: QueryFile) -> dict[Path, str]:
        now = self._remote.queries.get(query.key)
        if now is None:
            self.notes.append(f"query {query.key} is not in Redash: its file stays as it is")
            return {}
        pulled = replace(
            query,
            title=one_line(now["name"]),
            question=one_line(now["description"] or "") or query.question,
            refresh=Refresh.of_schedule(now["schedule"]),
            sql=plain_sql(now["query"]),
        )
        if pulled == query or not self._adoption.define(pulled, now):
            return {}
        return {query.path: written_query(pulled, query.path.read_text(encoding="utf-8"))}

    def _dashboard(self, file: DashboardFile) -> dict[Path, str]:
        if file.key not in self._remote.dashboards:
            self.notes.append(f"dashboard {file.key} is not in Redash: its file stays as it is")
            return {}
        pulled = PulledDashboard(file, self._remote, self._adoption)
        if not pulled.widgets:
            self.notes.append(f"dashboard {file.key} is empty in Redash: its file stays as it is")
            return {}
        self.notes.extend(f"widget {key} was removed in Redash" for key in pulled.removed)
        self._marks += pulled.marks()
        kept: Kept = {("widgets",): [widget.number for widget in pulled.widgets]}
        return {file.document.path: edited(file.document, pulled.value, kept)}

    def _parameters(self) -> dict[Path, str]:
        document, added = self._files.parameters_document, self._adoption.parameters
        if not added:
            return {}
        lines = [f"{name}: {inline(said)}" for name, said in added.items()]
        return {document.path: "\n".join([*filter(None, [document.text.rstrip("\n")]), *lines]) + "\n"}

    def _write(self, path: Path, text: str) -> None:
        if path.exists() and path.read_bytes() == text.encode():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        self.written.append(path)
