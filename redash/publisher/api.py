"""Redash's HTTP API: JSON in, JSON out, and one clear line when it fails."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import httpx

from common.messages import one_line
from dashboards.problems import BadInput
from redash.publisher.failures import Failure, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

Json = dict[str, Any]
Item = TypeVar("Item")
Answer = TypeVar("Answer")

_CALLS_AT_ONCE = 4  # Redash has as few as two web processes
_PAGE = 250  # the most it gives
_PAUSE_S = 0.25
_PATIENCE_S = 70  # without a worker the test of a data source is killed after 60 s


class Api:
    """A Redash and a key to it. May be used by several threads."""

    def __init__(self, url: str, key: str) -> None:
        if not _is_url(url):
            raise BadInput(f"'{url}' is not the URL of a Redash (http://127.0.0.1:5000)")
        if not key.isascii() or not key.isprintable():
            raise BadInput("the API key has characters that no key has")
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=f"{self.url}/api/",
            headers={"Authorization": f"Key {key}"},
            timeout=_PATIENCE_S,
            transport=httpx.HTTPTransport(retries=2),  # of connecting only; and no proxy: Redash is near
        )

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def wait(self, patience_s: float) -> None:
        """Return once Redash answers at all, or when patience is over: then the first call will say what is wrong."""
        deadline_s = time.monotonic() + patience_s
        while time.monotonic() < deadline_s:
            try:
                self._http.get(f"{self.url}/ping")
            except httpx.HTTPError:
                time.sleep(_PAUSE_S)
            else:
                return

    def get(self, path: str, **query: str | int) -> Any:
        """The answer to GET /api/<path>."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Json) -> Any:
        """The answer to POST /api/<path>."""
        return self._call("POST", path, json=body)

    def delete(self, path: str) -> None:
        """DELETE /api/<path>: archives queries and dashboards, deletes the rest."""
        self._call("DELETE", path)

    def listed(self, path: str, **query: str | int) -> Iterator[Json]:
        """Every item of a list. A page beyond the last is an error, so the count is watched."""
        page, seen = 1, 0
        while True:
            answer = self.get(path, page=page, page_size=_PAGE, **query)
            yield from answer["results"]
            seen += len(answer["results"])
            if not answer["results"] or seen >= answer["count"]:
                return
            page += 1

    def _call(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._http.request(method, path, **more)
        except httpx.TimeoutException as error:
            raise Failure(f"Redash took more than {_PATIENCE_S} s over {method} /api/{path} ({self.url})") from error
        except httpx.HTTPError as error:
            raise Failure(f"Redash does not answer at {self.url}: {str(error) or type(error).__name__}") from error
        if answer.is_error or answer.is_redirect:
            raise Refused(answer.status_code, f"{method} /api/{path}: {self._refusal(answer)}")
        if not answer.content:
            return None
        try:
            return answer.json()
        except json.JSONDecodeError as error:
            raise Failure(f"{method} /api/{path}: not JSON: is {self.url} a Redash?") from error

    def _refusal(self, answer: httpx.Response) -> str:
        if answer.is_redirect:
            return f"Redash sends elsewhere, to {answer.headers.get('location')}: is {self.url} its URL, is it set up?"
        said = _message(answer)
        if answer.status_code == httpx.codes.NOT_FOUND and "login" in said.lower():
            return f"the API key is not one of {self.url} (Redash answers a wrong key with 404)"
        return f"{answer.status_code} {said}"


def in_parallel(call: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """The call's answers in the items' order, several calls at once; after a failure nothing more is begun."""
    with ThreadPoolExecutor(_CALLS_AT_ONCE) as pool:
        waited = [pool.submit(call, item) for item in items]
        try:
            return [each.result() for each in waited]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        return False


def _message(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except json.JSONDecodeError:
        return answer.reason_phrase
    if not isinstance(body, dict):
        return answer.reason_phrase
    said = body.get("message") or (body.get("job") or {}).get("error") or answer.reason_phrase
    return one_line(said)
