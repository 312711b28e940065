"""A small Redash on a port of this machine."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.redash.fake_state import Answered, FakeState, Json, broken

KEY = "k" * 40
NOT_FOUND = Answered(404, {"message": "Couldn't find resource. Please login and try again."})
CLIENT_CONFIG = {
    "dateFormat": "DD/MM/YY", "dateTimeFormat": "DD/MM/YY HH:mm", "integerFormat": "0,0", "floatFormat": "0,0.00",
    "nullValue": "null",
}  # fmt: skip


class FakeRedash(FakeState):
    """The state behind its API, with every call written down."""

    def __init__(self, version: str = "25.8.0") -> None:
        super().__init__(version)
        self.calls: list[tuple[str, str]] = []
        self.writes_left: int | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The calls that can change something; testing a source and running a query do not."""
        return [call for call in self.calls if _writes(*call)]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method: str, target: str, body: Json) -> Any:
        url = urlsplit(target)
        self._count(method, url.path)
        asked = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        path = url.path.removeprefix("/api/").split("/")
        if path == ["session"]:
            return {"user": {"id": 1}, "client_config": {**CLIENT_CONFIG, "version": self.version}}
        if path[0] == "jobs":
            return self.job(path[1])
        if len(path) == 1:
            return self._list(path[0], asked) if method == "GET" else self._new(path[0], body)
        if path == ["data_sources", "types"]:
            return [{"type": kind, "name": kind.upper(), "configuration_schema": {}} for kind in sorted(self.drivers)]
        if path == ["queries", "archive"]:
            return self._list("queries", asked, archived=True)
        if path[0] == "dashboards" and "legacy" in asked:
            return self.dashboard_of_slug(path[1])
        if not path[1].isdecimal():
            raise broken()  # a slug
        return self._one(method, path[0], int(path[1]), path[2:], body)

    def _count(self, method: str, path: str) -> None:
        """Writes the call down; as if the publisher had been killed after as many writes as were left to it."""
        if self.writes_left is not None and _writes(method, path):
            if self.writes_left == 0:
                raise broken()
            self.writes_left -= 1
        self.calls.append((method, path))

    def _list(self, noun: str, asked: dict[str, str], *, archived: bool = False) -> Any:
        if noun == "data_sources":
            return [{"id": s["id"], "name": s["name"], "type": s["type"]} for s in self.sources.values()]
        things = self.queries if noun == "queries" else self.dashboards
        live = [each for each in things.values() if each["is_archived"] is archived]
        live = [each for each in live if "tags" not in asked or asked["tags"] in each["tags"]]
        page, size = int(asked.get("page", 1)), int(asked.get("page_size", 25))
        if (page - 1) * size + 1 > len(live) > 0:
            raise Answered(400, {"message": "Page is out of range."})
        if not 1 <= size <= 250:
            raise Answered(400, {"message": "Page size is out of range (1-250)."})
        return {"count": len(live), "page": page, "page_size": size, "results": live[(page - 1) * size : page * size]}

    def _new(self, noun: str, body: Json) -> Any:
        makers = {
            "data_sources": self.new_source, "queries": self.new_query, "visualizations": self.new_visualization,
            "dashboards": self.new_dashboard, "widgets": self.new_widget,
            "query_results": self.execute_text,
        }  # fmt: skip
        return makers[noun](body)

    def _one(self, method: str, noun: str, number: int, rest: list[str], body: Json) -> Any:
        known: dict[tuple[str, ...], Callable[[], Any]] = {
            ("GET", "data_sources"): lambda: self.source(number),
            ("POST", "data_sources"): lambda: self.save_source(number, body),
            ("POST", "data_sources", "test"): lambda: self.test_source(number),
            ("GET", "queries"): lambda: self.query(number),
            ("POST", "queries"): lambda: self.save_query(number, body),
            ("POST", "queries", "results"): lambda: self.execute(number, body),
            ("DELETE", "queries"): lambda: self.archive_query(number),
            ("POST", "visualizations"): lambda: self.save_visualization(number, body),
            ("DELETE", "visualizations"): lambda: self.delete_visualization(number),
            ("GET", "query_results"): lambda: self.result(number),
            ("GET", "dashboards"): lambda: self.dashboard(number),
            ("POST", "dashboards"): lambda: self.save_dashboard(number, body),
            ("POST", "dashboards", "favorite"): lambda: self.favorites.append(number),
            ("DELETE", "dashboards"): lambda: self.archive_dashboard(number),
            ("POST", "widgets"): lambda: self.save_widget(number, body),
            ("DELETE", "widgets"): lambda: self.delete_widget(number),
        }
        return known[method, noun, *rest]()


def _writes(method: str, path: str) -> bool:
    return method != "GET" and not re.search(r"/(test|results)$", path)


def _handler(fake: FakeRedash) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            status, told = self._told(body)
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _told(self, body: Json) -> tuple[int, Any]:
            try:
                if self.headers.get("Authorization") != f"Key {KEY}":
                    raise NOT_FOUND
                with fake.lock:
                    return 200, fake.answer(self.command, self.path, body)
            except Answered as answered:
                return answered.status, answered.body
            except KeyError:
                return 404, NOT_FOUND.body

        do_GET = do_POST = do_DELETE = _handle  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

    return Handler
