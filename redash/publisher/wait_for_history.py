"""Waits for a shop that is making its history: asked before, queries would show half of it, and be asked again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from redash.publisher.failures import Failure
from redash.publisher.warm_cache import finished

if TYPE_CHECKING:
    from redash.publisher.api import Api, Json

_PAUSE_S = 1.0
_CAUGHT_UP = "SELECT status <> 'catching_up' AS settled FROM sim.current_run"


def wait_for_history(api: Api, source_id: int, patience_s: float) -> None:
    """Return once the shop has caught up with its clock, when it can't be told, or when patience is over."""
    deadline_s = time.monotonic() + patience_s
    while time.monotonic() < deadline_s and not _has_history(api, source_id):
        time.sleep(_PAUSE_S)


def _has_history(api: Api, source_id: int) -> bool:
    body: Json = {"data_source_id": source_id, "query": _CAUGHT_UP, "parameters": {}, "max_age": 0}
    try:
        job = finished(api, api.post("query_results", body)["job"])
        [row] = api.get(f"query_results/{job['query_result_id']}")["query_result"]["data"]["rows"]
    except (Failure, KeyError, ValueError):
        return True  # no shop of ours, or no right to ask what is not a query
    return bool(row["settled"])
