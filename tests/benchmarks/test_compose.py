"""What the part `compose` says, and how it reads what Docker and the kernel tell it. No daemon is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from benchmarks.compose import events, measuring, system

FIRST = dict.fromkeys(measuring.NAMES, 10.0)
FOUND: dict[str, Any] = {
    "images": {"redash/redash:25.8.0": "sha256:0123"}, "postgres": "18.1", "first": FIRST, "second": FIRST,
    "first_cpu_s": {"sim": 40.0, "postgres": 30.0, "redis": 1.0}, "empty": ["Incidents"],
}  # fmt: skip


@pytest.mark.parametrize(("seconds", "met"), [(90.0, True), (90.1, False)])
def test_a_filled_dashboard_is_wanted_within_ninety_seconds(seconds: float, met: bool):
    found = FOUND | {"first": FIRST | {"whole": seconds}}
    assert [line.met for line in measuring.lines(found) if line.wanted] == [met]


def test_each_thing_awaited_is_a_line_with_both_starts():
    lines = list(measuring.lines(FOUND | {"second": FIRST | {"redash": 3.0}}))
    (redash,) = [line for line in lines if line.what.endswith("Redash answers")]
    assert (redash.measured, redash.against) == ("10.0 s", "3.0 s when started again")
    assert len([line for line in lines if line.measured == "10.0 s"]) == len(measuring.NAMES)


def test_it_says_what_is_empty_and_which_images_they_were():
    told = {line.what: (line.measured, line.against) for line in measuring.lines(FOUND)}
    assert told["Containers: widgets without rows"] == ("1", "Incidents")
    assert told["Containers: image redash/redash:25.8.0"] == ("sha256:0123", "")
    assert told["Containers: processor until then"] == ("71 s", "sim 40, postgres 30, redis 1")


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A `docker` that answers everything with what is in a file."""
    program, answer = tmp_path / "docker", tmp_path / "answer"
    program.write_text(f'#!/bin/sh\nwhile read -r line; do echo "$line"; done <{answer}\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return answer


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ({"RepoDigests": ["redash/redash@sha256:0123456789abcdef"]}, "sha256:0123456789ab"),
        ({"RepoDigests": [], "Config": {"Labels": None}}, "made on this machine, not its registry's"),
        (
            {"RepoDigests": None, "Config": {"Labels": {"org.opencontainers.image.description": "from source"}}},
            "made on this machine, not its registry's: from source",
        ),
    ],
)
def test_an_image_is_its_registrys_or_said_not_to_be(docker: Path, image: dict[str, Any], told: str):
    docker.write_text(json.dumps([image]) + "\n", encoding="utf-8")
    assert system.origin("redash/redash:25.8.0") == told


@pytest.mark.parametrize("said", ["1500000000\n", "usage_usec 1500000\nuser_usec 900000\nsystem_usec 600000\n"])
def test_processor_time_in_the_kernels_old_and_new_words(said: str, tmp_path: Path):
    account = tmp_path / "account"
    account.write_text(said, encoding="utf-8")
    assert events.seconds_in(account) == 1.5


def test_the_first_of_each_event_counts(docker: Path):
    def event(action: str, service: str) -> str:
        actor = {"ID": "none", "Attributes": {"com.docker.compose.service": service}}
        return json.dumps({"Action": action, "Actor": actor}) + "\n"

    told = [("start", "sim"), ("health_status: healthy", "sim"), ("start", "sim"), ("die", "redash-init")]
    docker.write_text("".join(event(*each) for each in told), encoding="utf-8")
    with events.Watch(system.System("project", {}), began_s=0.0) as watch:
        watch.wait()
    assert {service: sorted(times) for service, times in watch.times.items()} == {
        "sim": ["healthy", "started"], "redash-init": ["ended"],
    }  # fmt: skip
    assert watch.times["sim"]["started"] <= watch.times["sim"]["healthy"]


def test_nothing_of_the_callers_settings_gets_into_the_system(monkeypatch: pytest.MonkeyPatch):
    for name in ("SPEED", "REDASH_PORT", "JUPYTER_TOKEN", "COMPOSE_FILE"):
        monkeypatch.setenv(name, "mine")
    assert {"mine"}.isdisjoint(system.environment().values())


def test_looking_ends_when_it_is_stopped():
    clock = measuring.Clock()
    clock.stop()
    with pytest.raises(RuntimeError, match="no row after"):
        clock.until(lambda: False, "row")


def test_what_is_not_there_yet_may_fail_in_any_way():
    answers = iter((OSError(), psycopg2.OperationalError(), IndexError(), False, True))

    def look() -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)

    assert measuring.Clock().until(look, "row") >= 0
    assert list(answers) == []
