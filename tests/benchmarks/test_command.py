"""`python -m benchmarks`: what cannot be measured is refused in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main, parts_of
from benchmarks.page import PAGE
from benchmarks.parts import PARTS


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["wrting"], "unknown: wrting; there are simulation, pace, writing"),
        (["writing", "--write"], "--write keeps all parts or none"),
        (["compose", "writing", "--write"], "--write keeps all parts or none"),
        (["--repeat", "few"], "--repeat: invalid int value: 'few'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["benchmarks", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_every_part_is_kept_somewhere_that_the_page_shows():
    page = PAGE.read_text(encoding="utf-8")
    kinds = {part.kept for part in PARTS.values()}
    assert sorted(name for kept in kinds for name in parts_of(kept)) == sorted(PARTS)
    assert [kept for kept in kinds if f"<!-- results: {kept} -->" not in page] == []


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A `docker` whose client works and whose daemon does not answer."""
    program = tmp_path / "docker"
    program.write_text('#!/bin/sh\n[ "$1" = compose ]\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "compose"])
    return program


def test_without_a_daemon_one_line_says_so(docker: Path, capsys: pytest.CaptureFixture[str]):
    assert main() == 2
    *_, said = capsys.readouterr().err.splitlines()
    assert said == "benchmarks: compose: no Docker daemon answers (`docker version` says more)"


def test_without_docker_one_line_says_so(docker: Path, capsys: pytest.CaptureFixture[str]):
    docker.unlink()
    assert main() == 2
    *_, said = capsys.readouterr().err.splitlines()
    assert said == "benchmarks: compose: there is no `docker compose` here"
