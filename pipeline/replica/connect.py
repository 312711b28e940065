"""Kafka Connect, by its REST: which connectors it has, how they are, and what it is told to do with them."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from common.messages import one_line
from pipeline.replica.problems import NotPossible
from pipeline.waiting import awaited

PATIENCE_S = 30.0
RUNS_S = 120.0  # what is given up then is begun anew from its beginning; a busy laptop loads connectors for a minute
OFFSETS_S = 90.0
KNOWN_S = 30.0  # one without a state for so long has none
_LOOK_EVERY_S = 0.3
_CONFLICT = 409  # connectors are being handed out just now
_NOT_THERE = 404
_OWN_FAULT = 500
_SHOWN = 240  # characters of what has failed


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector as Connect has it: RUNNING says nothing of whether changes come through, FAILED that they do not."""

    config: Mapping[str, str]
    state: str
    tasks: tuple[str, ...]
    trace: str

    @property
    def failed(self) -> bool:
        """Whether it has given up and waits to be restarted."""
        return "FAILED" in {self.state, *self.tasks}

    @property
    def stopped(self) -> bool:
        """Whether nothing of it runs, so that its offsets may be taken away."""
        return self.state == "STOPPED" and not self.tasks

    @property
    def runs(self) -> bool:
        """Whether it and its one task run, by its own word."""
        return self.state == "RUNNING" and self.tasks == ("RUNNING",)


class Connect:
    """Its REST. Every method raises NotPossible where Connect does not answer, or says no."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(base_url=url, timeout=PATIENCE_S, trust_env=False)

    def __enter__(self) -> Connect:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def connector(self, name: str) -> Connector | None:
        """What there is of a connector. One that nobody knows is gone, which only a worker that is up can say."""
        answer = self._asked("GET", f"/connectors/{name}/config")
        if answer.status_code == _NOT_THERE:
            self._told("GET", "/health")  # of one that has just begun every path is not there, this one too
            answer = self._asked("GET", f"/connectors/{name}/config")
            if answer.status_code == _NOT_THERE:
                return None
        # A worker that was killed and has begun again on a busy machine knows configurations before how they are.
        status = awaited(lambda: self._known(f"/connectors/{name}/status"), KNOWN_S)
        if status is None:
            return None
        said = status.json()
        parts = [said["connector"], *said["tasks"]]
        trace = next((_cause(part["trace"]) for part in parts if part.get("trace")), "")
        return Connector(
            answer.json(), said["connector"]["state"], tuple(task["state"] for task in said["tasks"]), trace
        )

    def create_stopped(self, name: str, config: Mapping[str, str]) -> None:
        """A new connector that does nothing yet."""
        self._told("POST", "/connectors", {"name": name, "config": dict(config), "initial_state": "STOPPED"})

    def configure(self, name: str, config: Mapping[str, str]) -> None:
        """Other settings for a connector; it begins with them at once, if it runs."""
        self._told("PUT", f"/connectors/{name}/config", dict(config))

    def stop(self, name: str) -> None:
        """Stop a connector, and wait until nothing of it runs."""
        self._told("PUT", f"/connectors/{name}/stop")
        self._wait(name, "stop", lambda connector: connector.stopped, PATIENCE_S)

    def resume(self, name: str) -> None:
        """Let a stopped or paused connector run."""
        self._told("PUT", f"/connectors/{name}/resume")

    def restart_failed(self, name: str) -> None:
        """Start again what has failed of a connector."""
        self._told("POST", f"/connectors/{name}/restart?includeTasks=true&onlyFailed=true")

    def wait_until_it_runs(self, name: str) -> None:
        """Wait until a connector says that it runs. Raises NotPossible with what it says otherwise."""
        self._wait(name, "run", lambda connector: connector.runs, RUNS_S)

    def offsets(self, name: str) -> list[dict[str, Any]]:
        """Up to where a connector is."""
        found: list[dict[str, Any]] = self._told("GET", f"/connectors/{name}/offsets").json()["offsets"]
        return found

    def forget_offsets(self, name: str) -> None:
        """Take away up to where a stopped connector is."""
        self._told("DELETE", f"/connectors/{name}/offsets")

    def set_offsets(self, name: str, offsets: list[dict[str, Any]]) -> None:
        """Say where a stopped connector goes on."""
        self._told("PATCH", f"/connectors/{name}/offsets", {"offsets": offsets})

    def _known(self, path: str) -> httpx.Response | None:
        answer = self._asked("GET", path)
        return None if answer.status_code == _NOT_THERE else answer

    def _wait(self, name: str, what: str, reached: Callable[[Connector], bool], within_s: float) -> None:
        deadline_s = time.monotonic() + within_s
        while (connector := self.connector(name)) is None or not reached(connector):
            if connector is not None and connector.failed and what == "run":
                raise NotPossible(f"connector {name} has failed: {connector.trace}")
            if time.monotonic() > deadline_s:
                state = "gone" if connector is None else f"{connector.state} with tasks {connector.tasks}"
                raise NotPossible(f"connector {name} does not {what} within {within_s:.0f} s: it is {state}")
            time.sleep(_LOOK_EVERY_S)

    def _told(self, method: str, path: str, body: object = None) -> httpx.Response:
        """An answer that is a yes; a no because Connect is busy is asked again for a while."""
        about_offsets = path.endswith("/offsets")  # a task that has stopped may take its time to let go of them
        deadline_s = time.monotonic() + (OFFSETS_S if about_offsets else PATIENCE_S)
        while True:
            answer = self._asked(method, path, body)
            if answer.is_success:
                return answer
            busy = answer.status_code == _CONFLICT or (about_offsets and answer.status_code >= _OWN_FAULT)
            if not busy or time.monotonic() > deadline_s:
                raise NotPossible(f"Kafka Connect refuses {method} {path}: {_message(answer)}")
            time.sleep(_LOOK_EVERY_S)

    def _asked(self, method: str, path: str, body: object = None) -> httpx.Response:
        try:
            return self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            why = one_line(error) or type(error).__name__
            raise NotPossible(f"Kafka Connect does not answer at {self._url}: {why}") from None


def _cause(trace: str) -> str:
    """The innermost cause of a trace of Java's; what is around it says only that something failed."""
    causes = [line.removeprefix("Caused by: ") for line in trace.splitlines() if line.startswith("Caused by: ")]
    return textwrap.shorten(one_line(causes[-1] if causes else trace.partition("\n")[0]), _SHOWN, placeholder=" …")


def _message(answer: httpx.Response) -> str:
    try:
        return one_line(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason_phrase}"  # a page of its web server, which was too busy
