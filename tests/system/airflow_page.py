"""Airflow's page, asked as a person with the password would: over the published port."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx

from tests.system.compose import Compose, eventually
from tools.env import read

PATIENCE_S = 420
ENDED = {"success", "failed"}


@dataclass(frozen=True)
class Page:
    """One Airflow."""

    system: Compose

    def asked(self, path: str, body: object = None) -> dict[str, Any]:
        """An answer of its API."""
        kind = "GET" if body is None else "POST"
        answer = httpx.request(kind, f"{self._url}{path}", json=body, headers=self._who, timeout=60, trust_env=False)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def pressed(self, dag: str) -> dict[str, Any]:
        """A run begun by hand, once it has ended; it waits for one that is under way."""
        run = self.asked(f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None})["dag_run_id"]

        def ended() -> dict[str, Any] | None:
            found = self.asked(f"/api/v2/dags/{dag}/dagRuns/{run}")
            return found if found["state"] in ENDED else None

        found = eventually(ended, PATIENCE_S, f"run {run} ends")
        assert found is not None
        return found

    def tasks(self, run: dict[str, Any]) -> dict[str, str]:
        """How the tasks of a run ended, by name or by name and what it was mapped to."""
        found = self.asked(f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances")
        return {each["task_id"] + _mapped(each): each["state"] for each in found["task_instances"]}

    @property
    def _url(self) -> str:
        host, port = self.system.address("airflow-api", 8080)
        return f"http://{host}:{port}"

    @cached_property
    def _who(self) -> dict[str, str]:
        password = read(self.system.settings.read_text(encoding="utf-8"))["AIRFLOW_ADMIN_PASSWORD"]
        known = {"username": "admin", "password": password}
        answer = httpx.post(f"{self._url}/auth/token", json=known, timeout=60, trust_env=False)
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _mapped(task: dict[str, Any]) -> str:
    return f"[{task['rendered_map_index']}]" if task["map_index"] >= 0 else ""
