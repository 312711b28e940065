"""Runs every query with exactly its parameters' defaults, so that the first look at a dashboard finds it filled.

Redash keeps results by the rendered SQL: what a browser asks for first is what was run here.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from common.messages import one_line
from redash.publisher.api import Api, Json, in_parallel
from redash.publisher.failures import Failure, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from dashboards.files import Files
    from dashboards.query_file import QueryFile

_DONE, _FAILED, _CANCELLED = 3, 4, 5
_FIRST_WAIT_S, _LONGEST_WAIT_S, _PATIENCE_S = 0.05, 0.5, 120.0
_ANY_AGE, _NO_AGE = -1, 0
_TRIPPED, _TRIPS = 500, 3


def warm_cache(
    api: Api, files: Files, queries: Mapping[str, Json], left_out: Container[str], progress: Callable[[str], None]
) -> list[str]:
    """The queries that failed, and why. Those that fill parameters' lists go first: values are checked against them.

    `queries` is Redash's. One that never ran is run even where a result of the same SQL is there: a list is read from
    its own query's last result.
    """
    lists = files.dropdowns()
    asked = [query for query in files.queries.values() if query.key not in left_out]
    done: list[str] = []
    failures: list[str] = []

    def run(query: QueryFile) -> None:
        try:
            has_result = query.key not in lists and queries[query.key].get("latest_query_data_id") is not None
            max_age_s = (query.refresh.interval_s or _ANY_AGE) if has_result else _NO_AGE
            _run(api, query, queries[query.key]["id"], files, max_age_s)
        except Failure as failure:
            failures.append(f"{query.key}: {failure}")
        done.append(query.key)
        progress(f"{len(done)} of {len(asked)} queries run")

    for first in (True, False):
        in_parallel(run, [query for query in asked if (query.key in lists) is first])
    return sorted(failures)


def run_list(api: Api, query: QueryFile, query_id: int, files: Files) -> None:
    """Run a query that fills a parameter's list, before others are saved that have the parameter.

    Redash knows a query's results by the SQL that it makes of the query when that is saved, and can't make it while a
    parameter's value is in no list: saved before its list is there, a query would never be known to have a result.
    """
    _run(api, query, query_id, files, _NO_AGE)


def _run(api: Api, query: QueryFile, query_id: int, files: Files, max_age_s: int) -> None:
    defaults = {name: files.parameters[name].default for name in query.parameters}
    body = {"parameters": defaults, "max_age": max_age_s}
    if job := api.post(f"queries/{query_id}/results", body).get("job"):
        finished(api, job)


def finished(api: Api, job: Json) -> Json:
    """A job when it is done."""
    begun_s, wait_s = time.monotonic(), _FIRST_WAIT_S
    while job["status"] != _DONE:
        if job["status"] in {_FAILED, _CANCELLED}:
            raise Failure(one_line(job.get("error") or "cancelled"))
        if time.monotonic() - begun_s > _PATIENCE_S:
            raise Failure(f"not done after {_PATIENCE_S:.0f} s: is a worker running?")
        time.sleep(wait_s)
        wait_s = min(wait_s * 1.5, _LONGEST_WAIT_S)
        job = _polled(api, job)
    return job


def _polled(api: Api, job: Json) -> Json:
    """The job as it is now. Asked just when its query fails, Redash trips over the error it can't write as JSON."""
    try:
        now: Json = api.get(f"jobs/{job['id']}")["job"]
    except Refused as refused:
        if refused.status != _TRIPPED or job.get("tripped", 0) >= _TRIPS:
            raise
        return job | {"tripped": job.get("tripped", 0) + 1}
    return now
