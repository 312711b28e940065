"""Health checks of docker-compose.yml that need no container: whoever has a proxy in the environment, they ask none."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).parents[2] / "docker-compose.yml"
SERVICES: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
CHECKS = {name: service["healthcheck"] for name, service in SERVICES.items() if "healthcheck" in service}
OVER_HTTP = {name: check["test"] for name, check in CHECKS.items() if "http://" in " ".join(check["test"])}
NOBODY = "http://127.0.0.1:9"
PROXIES = dict.fromkeys(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"], NOBODY)


class _Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *told: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Well) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


def checked(command: list[str], port: int) -> int:
    """The exit code of a health check that asks this port instead of its container's."""
    _, program, *rest = [word.replace(":5000/", f":{port}/").replace(":8888/", f":{port}/") for word in command]
    own = sys.executable if program == "python" else shutil.which(program)
    if own is None:
        pytest.skip(f"there is no {program} here")
    return subprocess.run(
        [own, *rest],
        env=os.environ | {"NO_PROXY": "", "no_proxy": ""} | PROXIES,
        capture_output=True,
        timeout=60,
        check=False,
    ).returncode


def test_two_checks_go_over_http():
    assert OVER_HTTP.keys() == {"redash-server", "jupyter"}


@pytest.mark.parametrize("name", OVER_HTTP)
def test_it_asks_no_proxy(name: str, port: int):
    assert checked(OVER_HTTP[name], port) == 0


@pytest.mark.parametrize("name", OVER_HTTP)
def test_it_notices_that_nobody_answers(name: str):
    assert checked(OVER_HTTP[name], 9) != 0
