"""Two clones in folders of one name, and commands that have to know which shop is meant, before any daemon is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKER = """#!/bin/sh
echo "$@" >>"$0.log"
case "$*" in
    "compose version"*) ;;
    "ps --all --filter label=com.docker.compose.project=bazaar "*) cat "$0.folders" ;;
    "compose ps --quiet "*) echo 0123456789ab ;;
    "compose exec -T postgres pg_dump "*) test ! -e "$0.fails" && echo dumped ;;
esac
"""


class Clone:
    """A folder with what make needs to know about containers, a docker that answers as told, and no .venv."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "Bazaar"
        (self.folder / "tools").mkdir(parents=True)
        for name in ("Makefile", ".env.example", "tools/env.py", "tools/project.py", "tools/backup.sh"):
            shutil.copy(ROOT / name, self.folder / name)
        (self.folder / "tools/install.py").write_text("raise SystemExit('.venv would be made now')")
        python = self.folder / ".cache/env/bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        (self.folder / "tools/env.txt").touch()
        (self.folder / ".cache/env/complete").touch()
        self.docker = folder / "bin/docker"
        self.docker.parent.mkdir()
        self.docker.write_text(DOCKER)
        self.docker.chmod(0o755)
        self.containers_are_of(self.folder)

    def containers_are_of(self, *folders: Path) -> None:
        """From where the containers of the project `bazaar` were started."""
        self.docker.with_name("docker.folders").write_text("".join(f"{folder}\n" for folder in folders))

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make there, without any setting of ours but these."""
        around = {"PATH": f"{self.docker.parent}:{os.environ['PATH']}", "HOME": str(self.folder.parent)} | environment
        return subprocess.run(
            ["make", "--no-print-directory", *arguments], cwd=self.folder, env=around, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip

    def asked(self) -> str:
        """What docker was told, a line each time."""
        return self.docker.with_name("docker.log").read_text()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


@pytest.fixture
def another(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere" / "bazaar"
    folder.mkdir(parents=True)
    return folder


def test_a_system_of_ones_own_comes_up(clone: Clone):
    done = clone.make("up")
    assert done.returncode == 0, done.stderr
    assert "compose up --detach --build" in clone.asked()
    assert "http://localhost:5000" in done.stdout


def test_another_clones_system_is_not_taken_over(clone: Clone, another: Path):
    clone.containers_are_of(clone.folder, another)
    done = clone.make("up")
    assert done.returncode == 2
    assert str(another) in done.stderr
    assert "COMPOSE_PROJECT_NAME=bazaar-2 >>.env" in done.stderr
    assert "compose up" not in clone.asked()


def test_a_name_of_its_own_helps(clone: Clone, another: Path):
    clone.containers_are_of(another)
    (clone.folder / ".env").write_text("export COMPOSE_PROJECT_NAME='bazaar-2'\n")
    assert clone.make("up").returncode == 0


def test_a_clone_that_was_moved_away_is_not_another(clone: Clone, another: Path):
    clone.containers_are_of(another)
    another.rename(another.with_name("moved"))
    assert clone.make("up").returncode == 0


def test_make_env_writes_and_notices_it(clone: Clone, another: Path):
    clone.containers_are_of(another)
    done = clone.make("env")
    assert done.returncode == 0
    assert str(another) in done.stderr
    assert (clone.folder / ".env").exists()


def test_the_speed_of_containers_is_changed_with_docker_and_nothing_else(clone: Clone):
    done = clone.make("speed", "SPEED=90x")
    assert done.returncode == 0, done.stderr
    assert "compose exec -T sim python -m sim speed 90x" in clone.asked()
    assert not (clone.folder / ".venv").exists()


@pytest.mark.parametrize("asked", ["status", "check"])
def test_the_replica_in_containers_is_asked_by_who_looks_after_it(clone: Clone, asked: str):
    done = clone.make(f"pipeline-{asked}", "ARGS=--pause")
    assert done.returncode == 0, done.stderr
    assert f"compose exec -T airflow-scheduler python -m pipeline.replica {asked} --pause" in clone.asked()
    assert not (clone.folder / ".venv").exists()


def test_a_backup_of_containers_is_made_by_their_own_program_or_not_at_all(clone: Clone):
    file = clone.folder / "a folder" / "shop.dump"
    to = "TO=a folder/shop.dump"
    fails = clone.docker.with_name("docker.fails")
    fails.touch()
    assert clone.make("backup", to).returncode == 2
    assert list(file.parent.iterdir()) == []
    fails.unlink()
    assert clone.make("backup", to).returncode == 0
    assert file.read_text() == "dumped\n"
    assert list(file.parent.iterdir()) == [file]
    again = clone.make("backup", to)
    assert again.returncode == 2
    assert "is there already" in again.stderr


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_a_database_that_is_named_goes_over_the_containers(clone: Clone, where: str):
    url = "postgresql://somebody@127.0.0.1:1/shop"
    if where == ".env":
        (clone.folder / ".env").write_text(f"export DATABASE_URL='{url}'\n")
    done = clone.make("speed", "SPEED=90x", **({"DATABASE_URL": url} if where == "environment" else {}))
    assert ".venv would be made now" in done.stderr
    assert not clone.docker.with_name("docker.log").exists() or "exec" not in clone.asked()
