"""What Redash holds of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboards.dashboard_file import KEY_OPTION
from redash.publisher.api import Api, Json, in_parallel
from redash.publisher.dashboard_state import dashboard_key, first_name, slugs
from redash.publisher.failures import Refused
from redash.publisher.keys import TAG, option_key, query_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dashboards.dashboard_file import DashboardFile
    from dashboards.files import Files

_NOT_FOUND = 404


@dataclass(slots=True)
class Remote:
    """Our queries (with the visualizations that were asked for) and dashboards by key, and how this Redash formats.

    Archived ones are here as far as the files have them.
    """

    formats: Json
    queries: dict[str, Json]
    dashboards: dict[str, Json]

    @property
    def version(self) -> str | None:
        """'25.8.0'; not told to every key."""
        version: str | None = self.formats.get("version")
        return version


def read_source(api: Api, name: str) -> Json | None:
    """A data source, its password masked; the oldest where several have its name."""
    ids = [int(source["id"]) for source in api.get("data_sources") if source["name"] == name]
    found: Json | None = api.get(f"data_sources/{min(ids)}") if ids else None
    return found


def read_remote(api: Api, files: Files, *, everything: bool) -> Remote:
    """Reads what is ours; unless everything is wanted, of the visualizations only those that the files name for sure.

    A list of queries is without visualizations, but dashboards show most of them: few queries have to be asked for.
    """
    formats = api.get("session")["client_config"]
    listed = _queries(api, files)
    boards = _dashboards(api, files)
    shown = _shown(boards.values(), {query["id"]: key for key, query in listed.items()})

    def complete(key: str) -> Json:
        seen = {number: each for number, each in shown.items() if each["query"]["id"] == listed[key]["id"]}
        if everything or files.visualizations(key).keys() - by_key(seen.values()).keys():
            query: Json = api.get(f"queries/{listed[key]['id']}")
            return query | {"visualizations": [_keyed(each, shown) for each in query["visualizations"]]}
        return listed[key] | {"visualizations": list(seen.values())}

    return Remote(formats, dict(zip(listed, in_parallel(complete, listed), strict=True)), boards)


def visualizations_now(remote: Remote, query: str) -> list[Json]:
    """The visualizations that Redash has of a query."""
    found: list[Json] = remote.queries[query]["visualizations"] if query in remote.queries else []
    return found


def by_key(things: Iterable[Json]) -> dict[str, Json]:
    """Visualizations or widgets that have a key; the oldest where several have the same."""
    keyed = ((option_key(thing), thing) for thing in sorted(things, key=lambda each: -int(each["id"])))
    return {key: thing for key, thing in keyed if key}


def _queries(api: Api, files: Files) -> dict[str, Json]:
    """By tag; where one of the files is not found so, it may be archived, or somebody took its tags away."""
    found = _by_query_key(api.listed("queries", tags=TAG))
    for path, asked in (("queries", {}), ("queries/archive", {"tags": TAG})):
        if files.queries.keys() - found.keys():
            others = _by_query_key(api.listed(path, **asked))
            found |= {key: others[key] for key in files.queries if key in others and key not in found}
    return found


def _by_query_key(queries: Iterable[Json]) -> dict[str, Json]:
    """The newest where several have the same: of those archived it was the last to live."""
    keyed = ((query_key(query), query) for query in sorted(queries, key=lambda each: int(each["id"])))
    return {key: query for key, query in keyed if key}


def _dashboards(api: Api, files: Files) -> dict[str, Json]:
    """By tag; no list shows those that are archived or have lost their tags, but their slugs stay as they were made."""
    boards = {key: board["id"] for board in api.listed("dashboards", tags=TAG) if (key := dashboard_key(board))}
    whole = in_parallel(lambda board: api.get(f"dashboards/{board}"), boards.values())
    found = dict(zip(boards, whole, strict=True))
    missing = [file for key, file in files.dashboards.items() if key not in found]
    looked_up = zip(missing, in_parallel(lambda file: _hidden(api, file), missing), strict=True)
    return found | {file.key: board for file, board in looked_up if board is not None}


def _hidden(api: Api, file: DashboardFile) -> Json | None:
    for slug in slugs(file.key, file.dashboard.title):
        try:
            board: Json = api.get(f"dashboards/{slug}", legacy="")
        except Refused as refused:
            if refused.status != _NOT_FOUND:
                raise
            continue
        if dashboard_key(board) == file.key or (board["name"] == first_name(file.key) and board["is_draft"]):
            return board
    return None


def _shown(boards: Iterable[Json], query_keys: Mapping[int, str]) -> dict[int, Json]:
    """The visualizations on the dashboards by their ids.

    Redash's editor of pivot tables drops the options that it does not know; the widget still says what it shows.
    """
    shown: dict[int, Json] = {}
    for board in boards:
        for widget in board["widgets"]:
            if each := widget.get("visualization"):
                shown.setdefault(each["id"], each)
                begun = f"/{query_keys.get(each['query']['id'])}/"
                if option_key(each) is None and begun in (key := option_key(widget) or ""):
                    key = key.split(begun, 1)[1].split("#")[0]
                    each["options"] = (each["options"] or {}) | {KEY_OPTION: key}
                    shown[each["id"]] = each
    return shown


def _keyed(visualization: Json, shown: Mapping[int, Json]) -> Json:
    known = shown.get(visualization["id"])
    if option_key(visualization) is None and known is not None and (key := option_key(known)):
        return visualization | {"options": (visualization["options"] or {}) | {KEY_OPTION: key}}
    return visualization
