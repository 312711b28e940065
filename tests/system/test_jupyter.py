"""JupyterLab's container: who gets in, and what its notebooks find there."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.system.compose import NEEDS_DAEMON, ROOT, Compose
from tools.env import read

pytestmark = NEEDS_DAEMON

NOTEBOOK_S = 400
EXECUTE = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--stdout", "--log-level=ERROR"]


def get(system: Compose, path: str, token: str | None) -> tuple[int, bytes]:
    """Status and body of an answer."""
    host, port = system.address("jupyter", 8888)
    headers = {"Authorization": f"token {token}"} if token else {}
    request = urllib.request.Request(f"http://{host}:{port}{path}", headers=headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, b""


def executed(system: Compose, name: str) -> list[dict[str, Any]]:
    """The outputs of a notebook, run from top to bottom in the running container."""
    notebook = json.loads(system.exec("jupyter", *EXECUTE, name, within_s=NOTEBOOK_S).stdout)
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]


def test_jupyter_lets_in_who_has_the_token(system: Compose):
    token = read(system.settings.read_text(encoding="utf-8"))["JUPYTER_TOKEN"]
    assert get(system, "/api/contents", None)[0] == 403
    assert get(system, "/api/contents", "dev-token")[0] == 403
    status, body = get(system, "/api/contents", token)
    assert status == 200
    assert "01_first_look.ipynb" in {entry["name"] for entry in json.loads(body)["content"]}
    assert get(system, "/lab", token)[0] == 200


def test_the_first_notebook_runs_there_and_shows_the_shop(system: Compose):
    outputs = executed(system, "01_first_look.ipynb")
    shown = {kind for output in outputs for kind in output.get("data", {})}
    assert "text/html" in shown  # tables
    assert any(kind.startswith("application/vnd.vega") for kind in shown)  # charts
    assert "read-only transaction" in json.dumps(outputs)


def test_notebooks_read_and_do_not_write(system: Compose):
    write = "from analysis.shop import engine; engine().connect().exec_driver_sql('CREATE TABLE public.mine (x int)')"
    refused = system.exec("jupyter", "python", "-c", write, check=False)
    assert "read-only transaction" in refused.stderr


def test_notebooks_find_the_simulator_its_tables_and_its_sql(system: Compose):
    look = "import models, sim; from analysis.shop import REPOSITORY; print(sim.__file__, models.__file__, REPOSITORY)"
    assert system.exec("jupyter", "python", "-c", look).stdout.split() == [
        "/bazaar/sim/__init__.py", "/bazaar/models/__init__.py", "/bazaar",
    ]  # fmt: skip


@pytest.mark.skipif(not (ROOT / "sim/cli/experiment.py").exists(), reason="there is no experiment command yet")
def test_an_experiment_runs_there(system: Compose):
    command = ["python", "-m", "sim", "experiment", "baseline", "courier_shortage", "--replications", "2"]
    small = ["--days", "1", "--warm-up", "0", "--scale", "0.02", "--out", "/tmp/results.parquet"]
    done = system.exec("jupyter", *command, *small, within_s=NOTEBOOK_S, check=False)
    assert done.returncode == 0, done.stderr
    rows = "import pandas; print(sorted(set(pandas.read_parquet('/tmp/results.parquet').scenario)))"
    assert system.exec("jupyter", "python", "-c", rows).stdout.strip() == "['baseline', 'courier_shortage']"
