"""What people made in Redash and put on a dashboard of ours: it gets keys, and its query a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboards.query_file import KEY_FORM, QueryFile, one_line
from redash.publisher import keys
from redash.publisher.desired_state import plain_sql, query_now
from redash.publisher.parameter_definitions import of_definition
from redash.publisher.schedules import refresh_of
from redash.publisher.three_way import digest

if TYPE_CHECKING:
    from dashboards.files import Files
    from redash.publisher.api import Json
    from redash.publisher.pull_notes import PullNotes
    from redash.publisher.remote import Remote


class Adoption:
    """Keys given, and what has to be sent so that Redash knows them (`marks`: path and body)."""

    def __init__(self, files: Files, remote: Remote, source_id: int | None, notes: PullNotes) -> None:
        self.queries: dict[str, QueryFile] = {}
        self.parameters: dict[str, Json] = {}
        self.marks: list[tuple[str, Json]] = []
        self._notes = notes
        self._files = files
        self._source_id = source_id
        self._query_keys: dict[int, str] = {now["id"]: key for key, now in remote.queries.items()}
        self._visualization_keys: dict[int, str] = {}
        self._taken: dict[str, set[str]] = {
            key: {name for each in now["visualizations"] if (name := keys.option_key(each))}
            for key, now in remote.queries.items()
        }

    def query(self, now: Json) -> str | None:
        """The key of a query, which has a file from now on; None (and a note) where it can't have one."""
        key = self._query_keys.get(now["id"])
        if key in self._files.queries or key in self.queries:
            return key
        if now["data_source_id"] != self._source_id:
            self._notes.add(f"'{now['name']}' asks another data source: left in Redash only")
            return None
        key = key or keys.new_key(now["name"], self._files.queries.keys() | self.queries.keys(), "query")
        query = self._file(key, now)
        if not self.define(query, now):
            return None
        self.queries[key] = query
        if now["id"] not in self._query_keys:
            self._query_keys[now["id"]] = key
            self.marks.append((f"queries/{now['id']}", _marks(key, now)))
        return key

    def visualization_key(self, query: str, now: Json) -> str:
        """The key of a visualization, which it gets when it has none."""
        if now["id"] in self._visualization_keys:
            return self._visualization_keys[now["id"]]
        key = keys.option_key(now)
        if key is None or not KEY_FORM.fullmatch(key):
            taken = self._taken.setdefault(query, set()) | self._files.visualizations(query).keys()
            name = "table" if (now["type"], now["name"]) == ("TABLE", "Table") else now["name"]
            key = keys.new_key(name, taken, "shown")
            self._taken[query].add(key)
        self._visualization_keys[now["id"]] = key
        return key

    def define(self, query: QueryFile, now: Json) -> bool:
        """Takes over parameters that no file defines; False (and a note) where a file can't say one."""
        made: dict[str, Any] = {each["name"]: each for each in (now["options"] or {}).get("parameters") or []}
        for name in query.parameters:
            if name in self._files.parameters or name in self.parameters:
                continue
            own = name.split(".")[0]  # a range has two ends in Redash: {{ day.start }}
            plain = of_definition(made[own], self._query_keys) if own in made and name == own else None
            if plain is None:
                self._notes.add(f"'{now['name']}' has a parameter '{own}' that parameters.yml can't say: left as it is")
                return False
            self.parameters[name] = plain
        return True

    def _file(self, key: str, now: Json) -> QueryFile:
        path = self._files.root / "queries" / f"{key}.sql"
        title, question = one_line(now["name"]), one_line(now["description"] or "")
        refresh = refresh_of(now["schedule"])
        return QueryFile(key, path, title, question or title, "not said yet", refresh, plain_sql(now["query"]), 1)


def _marks(key: str, now: Json) -> Json:
    """What makes a query ours. From now on its file says what it is: so what it is counts as published."""
    mine = query_now(now) | {"tags": sorted(keys.own_tags("query", key))}
    published = {name: digest(value) for name, value in mine.items()}
    return {
        "tags": keys.tags("query", key, now["tags"]),
        "options": keys.stamped(now["options"] or {}, now["id"], key, published),
    }
