"""What Redash holds of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redash.publisher.api import Api, Json, in_parallel
from redash.publisher.keys import TAG, key_of, option_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

SOURCE_NAME = "Bazaar"


@dataclass(slots=True)
class Remote:
    """Our queries (with the visualizations that were asked for) and dashboards by key, and how this Redash formats."""

    formats: Json
    queries: dict[str, Json]
    dashboards: dict[str, Json]

    @property
    def version(self) -> str | None:
        """'25.8.0'; not told to every key."""
        version: str | None = self.formats.get("version")
        return version


def read_source(api: Api) -> Json | None:
    """The shop's data source, its password masked; the oldest where several have its name."""
    ids = [int(source["id"]) for source in api.get("data_sources") if source["name"] == SOURCE_NAME]
    found: Json | None = api.get(f"data_sources/{min(ids)}") if ids else None
    return found


def read_remote(api: Api, needed: Mapping[str, Collection[str]] | None = None) -> Remote:
    """Reads everything of ours; `needed` is the keys of the visualizations that matter of each query, None is all.

    A list of queries is without visualizations, but dashboards show most of them: few queries have to be asked for.
    """
    formats = api.get("session")["client_config"]
    listed = {key: query for query in api.listed("queries", tags=TAG) if (key := key_of("query", query))}
    boards = {key: board["id"] for board in api.listed("dashboards", tags=TAG) if (key := key_of("dashboard", board))}
    whole = in_parallel(lambda board: api.get(f"dashboards/{board}"), boards.values())
    shown = [v for board in whole for widget in board["widgets"] if (v := widget.get("visualization"))]

    def complete(key: str) -> Json:
        seen = {v["id"]: v for v in shown if v["query"]["id"] == listed[key]["id"]}
        if needed is None or set(needed.get(key, ())) - by_key(seen.values()).keys():
            query: Json = api.get(f"queries/{listed[key]['id']}")
            return query
        return listed[key] | {"visualizations": list(seen.values())}

    queries = dict(zip(listed, in_parallel(complete, listed), strict=True))
    return Remote(formats, queries, dict(zip(boards, whole, strict=True)))


def by_key(things: Iterable[Json]) -> dict[str, Json]:
    """Visualizations or widgets that have a key; the oldest where several have the same."""
    keyed = ((option_key(thing), thing) for thing in sorted(things, key=lambda each: -int(each["id"])))
    return {key: thing for key, thing in keyed if key}
