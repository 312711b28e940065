"""Waits until what is asked is there: a shop makes its history, a pipeline its tables. Asked before, queries fail."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from redash.publisher.failures import Failure
from redash.publisher.warm_cache import finished

if TYPE_CHECKING:
    from redash.publisher.api import Api, Json

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 10.0  # a shop is ready soon, marts take minutes: each look is a job of a worker


def settle(api: Api, source_id: int, question: str, patience_s: float) -> None:
    """Return once the question's column `settled` is true, when it can't be told, or when patience is over."""
    deadline_s = time.monotonic() + patience_s
    pause_s = _FIRST_PAUSE_S
    while time.monotonic() < deadline_s and not _has_settled(api, source_id, question):
        time.sleep(pause_s)
        pause_s = min(1.1 * pause_s, _LONGEST_PAUSE_S)


def _has_settled(api: Api, source_id: int, question: str) -> bool:
    body: Json = {"data_source_id": source_id, "query": question, "parameters": {}, "max_age": 0}
    try:
        job = finished(api, api.post("query_results", body)["job"])
        [row] = api.get(f"query_results/{job['query_result_id']}")["query_result"]["data"]["rows"]
    except (Failure, KeyError, ValueError):
        return True  # nothing of ours, or no right to ask what is not a query
    return bool(row["settled"])
