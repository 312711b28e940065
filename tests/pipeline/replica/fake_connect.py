"""Kafka Connect's REST as version 4.3.1 answers: its words and codes were recorded from a real one.

It has connectors that run, stop and fail, and does nothing with any data; `resumed` is called when one begins to run.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORKER = {"worker_id": "connect:8083", "version": "3.5.0.Final"}
TRACE = (
    "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\n"
    "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages(WorkerSinkTask.java:658)\n"
    "Caused by: org.apache.kafka.connect.errors.ConnectException: JDBC sink connector failure\n"
    "\tat io.debezium.connector.jdbc.JdbcSinkConnectorTask.put(JdbcSinkConnectorTask.java:157)\n"
    "Caused by: java.sql.SQLException: Cannot ALTER table 'sessions'\n\t... 12 more\n"
)
DONE = {"message": "The Connect framework-managed offsets for this connector have been reset successfully."}
STARTING = {"status": "starting", "message": "Worker is still starting up."}
NOT_STOPPED = "Connectors must be in the STOPPED state before their offsets can be modified."
ZOMBIE = "Failed to reset consumer group offsets for connector shop-sink either because its tasks haven't stopped yet"


class FakeConnect:
    """Connectors by name, what was asked in order, and what goes wrong."""

    def __init__(self) -> None:
        self.connectors: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.resumed: Callable[[str], None] = lambda _: None
        self.refusals = 0  # of offsets, by a worker whose tasks have not let go
        self.unknown = 0  # how often a status is asked for that it does not know yet
        self.starts = False  # whether it has just begun, and has not read its topics
        self.url = ""

    def runs(self, name: str, config: dict[str, str], state: str = "RUNNING", task: str | None = "RUNNING") -> None:
        """There is such a connector."""
        self.connectors[name] = {"config": {**config, "name": name}, "state": state, "task": task, "offsets": []}

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """A code and what is said with it."""
        if method != "GET":
            self.asked.append(f"{method} {path}")
        parts = path.partition("?")[0].strip("/").split("/")
        if parts == ["health"]:
            return (
                (503, STARTING)
                if self.starts
                else (200, {"status": "healthy", "message": "Worker has completed startup."})
            )
        if parts == ["connectors"]:
            self.runs(body["name"], body["config"], body.get("initial_state", "RUNNING"), None)
            return 201, {"name": body["name"], "config": body["config"], "tasks": [], "type": "source"}
        name, what = parts[1:]
        if (found := self.connectors.get(name)) is None or self.starts or self._unknown(what):
            return 404, {"error_code": 404, "message": f"Connector {name} not found"}
        return self._of(name, found, method, what, body)

    def _unknown(self, what: str) -> bool:
        if what != "status" or not self.unknown:
            return False
        self.unknown -= 1
        return True

    def _of(self, name: str, found: dict[str, Any], method: str, what: str, body: Any) -> tuple[int, Any]:
        match method, what:
            case "GET", "config":
                return 200, found["config"]
            case "GET", "status":
                return 200, status(name, found)
            case "PUT", "config":
                found["config"] = {**body, "name": name}
                return 200, {"name": name, "config": found["config"]}
            case "PUT", "stop":
                found["state"], found["task"] = "STOPPED", None
                return 204, None
            case "PUT", "resume":
                found["state"], found["task"] = "RUNNING", "RUNNING"
                self.resumed(name)
                return 202, None
            case "POST", "restart":
                found["task"] = "RUNNING"
                return 202, status(name, found)
            case "GET", "offsets":
                return 200, {"offsets": found["offsets"]}
            case "DELETE" | "PATCH", "offsets":
                return self._offsets(found, body)
        return 405, {"error_code": 405, "message": "HTTP 405 Method Not Allowed"}

    def _offsets(self, found: dict[str, Any], body: Any) -> tuple[int, Any]:
        if found["state"] != "STOPPED":
            return 400, {"error_code": 400, "message": NOT_STOPPED}
        if self.refusals:
            self.refusals -= 1
            return 500, {"error_code": 500, "message": ZOMBIE}
        found["offsets"] = body["offsets"] if body else []
        return 200, DONE


def status(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """A connector as Connect describes it."""
    task = {"id": 0, "state": found["task"], **WORKER} | ({"trace": TRACE} if found["task"] == "FAILED" else {})
    return {
        "name": name,
        "connector": {"state": found["state"], **WORKER},
        "tasks": [task] if found["task"] else [],
        "type": "source",
    }


@contextmanager
def serving(connect: FakeConnect) -> Iterator[FakeConnect]:
    """Answer over HTTP on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            code, said = connect.answer(self.command, self.path, body)
            text = b"" if said is None else json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _answer  # noqa: N815  as the base class calls them

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    connect.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield connect
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
