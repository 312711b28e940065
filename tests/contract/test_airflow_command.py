"""The command that stands before Airflow's own: what it hands on, and in which form."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).parents[2] / "docker/airflow/airflow.py"


@pytest.fixture
def command(monkeypatch, tmp_path: Path) -> ModuleType:
    """It, with what it writes where nothing else is."""
    spec = importlib.util.spec_from_file_location("airflow_command", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PASSWORDS", tmp_path / "passwords.json")
    monkeypatch.setenv("AIRFLOW_JWT_SECRET", "short")
    return module


@pytest.fixture
def became(monkeypatch) -> dict[str, Any]:
    """What the process was replaced by."""
    known: dict[str, Any] = {}
    monkeypatch.setattr(os, "execv", lambda path, words: known.update(path=path, words=words, env=dict(os.environ)))
    return known


def test_the_key_of_tokens_is_long_and_the_same_everywhere(command, became, monkeypatch):
    monkeypatch.setattr("sys.argv", ["airflow", "dags", "list"])
    command.main()
    key = became["env"]["AIRFLOW__API_AUTH__JWT_SECRET"]
    assert (became["path"], became["words"]) == ("/venv/bin/airflow", ["airflow", "dags", "list"])
    assert len(key) == 128  # HS512 wants 64 bytes
    command.main()
    assert became["env"]["AIRFLOW__API_AUTH__JWT_SECRET"] == key
    monkeypatch.setenv("AIRFLOW_JWT_SECRET", "another")
    command.main()
    assert became["env"]["AIRFLOW__API_AUTH__JWT_SECRET"] != key


@pytest.mark.parametrize("password", ["mine", None])
def test_only_the_page_knows_its_password(command, became, monkeypatch, password: str | None):
    monkeypatch.delenv("AIRFLOW_ADMIN_PASSWORD", raising=False)
    if password:
        monkeypatch.setenv("AIRFLOW_ADMIN_PASSWORD", password)
    command.main()
    there = command.PASSWORDS.exists() and json.loads(command.PASSWORDS.read_text())
    assert there == ({"admin": "mine"} if password else False)
