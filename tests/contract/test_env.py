"""`make env` and `make credentials`: what they write, what they leave alone, what they show."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import env

ROOT = Path(__file__).parents[2]
DEFAULTS = env.read(env.EXAMPLE.read_text(encoding="utf-8"))
SECRETS = {name for name, value in DEFAULTS.items() if value.startswith(env.DEFAULT)}


def refused(settings: dict[str, str]) -> str:
    """What the preflight has against these settings."""
    command = ["bash", str(ROOT / "docker/preflight.sh")]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


@pytest.fixture
def file(monkeypatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(env, "ENV", tmp_path / ".env")
    for name in DEFAULTS:
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".env"


def read(file: Path) -> dict[str, str]:
    return env.read(file.read_text(encoding="utf-8"))


def test_a_fresh_file_passes_the_preflight_and_nobody_else_reads_it(file: Path):
    assert env.write(renew=False) == 0
    written = read(file)
    assert written.keys() == DEFAULTS.keys()
    assert len({written[name] for name in SECRETS}) == len(SECRETS)
    assert not refused({**written, "BIND_ADDRESS": "0.0.0.0"})
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [".env"]


def test_a_second_time_changes_nothing_unless_asked(file: Path):
    env.write(renew=False)
    first = file.read_text(encoding="utf-8")
    env.write(renew=False)
    assert file.read_text(encoding="utf-8") == first
    env.write(renew=True)
    renewed = read(file)
    assert [name for name in SECRETS if renewed[name] == env.read(first)[name]] == []
    assert {name: value for name, value in renewed.items() if name not in SECRETS} == {
        name: value for name, value in env.read(first).items() if name not in SECRETS
    }


def test_what_people_wrote_stays(file: Path):
    file.write_text("# mine\nBIND_ADDRESS=0.0.0.0\nSPEED=10x\nJUPYTER_TOKEN=mine\nBAZAAR_PASSWORD=dev-bazaar\n")
    env.write(renew=False)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# mine\nBIND_ADDRESS=0.0.0.0\nSPEED=10x\nJUPYTER_TOKEN=mine\nBAZAAR_PASSWORD=")
    assert SECRETS - {"JUPYTER_TOKEN"} <= {name for name, value in read(file).items() if len(value) >= 32}
    assert not refused(read(file))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("export JUPYTER_TOKEN=mine", "mine"),
        ("  export  JUPYTER_TOKEN=mine", "mine"),
        ("JUPYTER_TOKEN = mine", "mine"),
        ("JUPYTER_TOKEN='mine'", "mine"),
        ('JUPYTER_TOKEN="mine" # for the lab', "mine"),
        ("JUPYTER_TOKEN=mine # for the lab", "mine"),
        ("THEIRS=mine\nJUPYTER_TOKEN=${THEIRS}", "mine"),
        ("JUPYTER_TOKEN=dev-token\nJUPYTER_TOKEN=mine", "mine"),
        ("\ufeffJUPYTER_TOKEN=mine", "mine"),
    ],
)
def test_a_secret_of_ones_own_is_known_however_it_is_written(file: Path, line: str, value: str, capsys):
    file.write_text(line, encoding="utf-8")  # no new line at its end
    env.write(renew=False)
    text = file.read_text(encoding="utf-8")
    assert text.startswith(line.lstrip("\ufeff") + "\n")
    assert len(re.findall("JUPYTER_TOKEN", text)) == len(re.findall("JUPYTER_TOKEN", line))
    assert read(file)["JUPYTER_TOKEN"] == value
    env.show()
    assert f"?token={value}\n" in capsys.readouterr().out


def test_a_default_is_replaced_however_it_is_written(file: Path):
    file.write_text("export JUPYTER_TOKEN='dev-token'\nBAZAAR_PASSWORD=\n")
    env.write(renew=False)
    assert not {"", "dev-token"} & {read(file)[name] for name in SECRETS}
    assert len(re.findall("^(?:export )?JUPYTER_TOKEN=", file.read_text(), re.MULTILINE)) == 1


def test_who_saves_notebooks_is_written_into_a_file_that_lacks_it(file: Path, monkeypatch):
    monkeypatch.setattr(env, "owner", lambda: {"NOTEBOOKS_UID": "1234", "NOTEBOOKS_GID": "1235"})
    env.write(renew=False)
    kept = file.read_text().replace("NOTEBOOKS_UID=1234\n", "")
    file.write_text(kept)
    env.write(renew=False)
    assert file.read_text() == kept + "NOTEBOOKS_UID=1234\n"


def test_credentials_are_those_that_compose_would_take(file: Path, monkeypatch, capsys):
    file.write_text(
        "JUPYTER_PORT=9999\nJUPYTER_TOKEN=from-file\nREDASH_PORT=7777\nBIND_ADDRESS=::1\n", encoding="utf-8"
    )
    monkeypatch.setenv("JUPYTER_TOKEN", "from-environment")
    monkeypatch.setenv("REDASH_PORT", "")  # empty, and so the default
    assert env.show() == 0
    shown = capsys.readouterr().out
    assert "http://[::1]:9999/lab?token=from-environment" in shown
    assert "http://[::1]:5000\n" in shown
    assert f"{DEFAULTS['REDASH_ADMIN_EMAIL']}   {DEFAULTS['REDASH_ADMIN_PASSWORD']}" in shown


@pytest.mark.parametrize(("profile", "is_shown"), [("", False), ("events", False), ("pipeline", True)])
def test_the_replica_is_shown_where_it_is(file: Path, profile: str, is_shown: bool, capsys):
    file.write_text(f"COMPOSE_PROFILES={profile}\nMYSQL_PORT=3307\nMYSQL_PASSWORD=mine\nBAZAAR_READER_PASSWORD=read\n")
    env.show()
    shown = capsys.readouterr().out
    for user in ("bazaar:mine", "bazaar_reader:read"):
        assert (f"mysql://{user}@localhost:3307/bazaar " in shown) is is_shown


@pytest.mark.parametrize(("profile", "is_shown"), [("", False), ("events", False), ("pipeline", True)])
def test_sparks_page_and_the_marts_are_shown_where_they_are(file: Path, profile: str, is_shown: bool, capsys):
    file.write_text(
        f"COMPOSE_PROFILES={profile}\nSPARK_PORT=8082\nBIND_ADDRESS=192.0.2.7\nBAZAAR_READER_PASSWORD=read\n"
    )
    env.show()
    shown = capsys.readouterr().out
    assert ("http://localhost:8082 " in shown) is is_shown, "it is on this machine whatever the address"
    assert ("mysql://bazaar_reader:read@192.0.2.7:3306/marts " in shown) is is_shown


@pytest.mark.parametrize("service", ["airflow-scheduler", "sim"])
def test_what_make_pipeline_has_begun_is_shown_without_its_profile(service: str, tmp_path: Path, monkeypatch):
    """A stand-in for docker: what is asked of it is whether a container is there."""
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\ncase "$COMPOSE_PROFILES $*" in "pipeline "*" {service}") echo 0c0ffee;; esac\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("COMPOSE_PROFILES", "")
    command = ["make", "--no-print-directory", "credentials"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    assert ("Airflow " in said) is (service == "airflow-scheduler")


def test_a_file_that_is_no_text_is_refused_in_one_line_and_kept(file: Path, monkeypatch, capsys):
    file.write_bytes(b"JUPYTER_TOKEN=\xff\n")
    monkeypatch.setattr(sys, "argv", ["env.py"])
    assert env.main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert ".env" in line
    assert file.read_bytes() == b"JUPYTER_TOKEN=\xff\n"
