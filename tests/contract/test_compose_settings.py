"""What can be said of the containers' files without any Docker: settings, defaults, locks, the preflight."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tools import env

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = env.EXAMPLE.read_text(encoding="utf-8")
DEFAULTS = env.read(EXAMPLE)
SECRETS = {name: value for name, value in DEFAULTS.items() if value.startswith(env.DEFAULT)}
OWN = {name: env.fresh(name) for name in SECRETS}
SIMULATOR = {"SPEED", "SEED", "SCENARIO", "HISTORY", "SCALE", "MARKET", "KEEP"}
LOCKS = [ROOT / "tools/env.txt", *sorted(ROOT.glob("docker/requirements/*.txt"))]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


# --- .env.example and docker-compose.yml -----------------------------------------------------------------------------


def test_every_setting_has_one_default_and_the_example_says_it():
    used = set(re.findall(r"\$\{([A-Z_]+):-([^}]*)\}", COMPOSE))
    assert {name: default for name, default in used if name not in SIMULATOR} == DEFAULTS
    assert len(used) == len(DEFAULTS) + len(SIMULATOR)
    assert {default for name, default in used if name in SIMULATOR} == {""}


def test_the_example_tells_of_every_setting_of_the_simulator():
    assert set(re.findall(r"^#([A-Z]+)=", EXAMPLE, re.MULTILINE)) == SIMULATOR


def test_no_setting_is_read_without_a_default():
    assert re.findall(r"\$\{[A-Z_]+(?!:-)[^A-Z_]", COMPOSE) == []


# --- preflight -------------------------------------------------------------------------------------------------------


def preflight(**settings: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(ROOT / "docker/preflight.sh")]
    return subprocess.run(command, env={**SECRETS, **settings}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "[::1]"])
def test_defaults_are_good_enough_for_this_machine_alone(address: str):
    assert preflight(BIND_ADDRESS=address).returncode == 0


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "[::]", "::", "127.0.0.1.example.org", "localhost.lan"])
def test_defaults_are_refused_on_any_other_address(address: str):
    refusal = preflight(BIND_ADDRESS=address)
    assert refusal.returncode == 1
    assert [name for name in SECRETS if name not in refusal.stderr] == []
    assert "make env" in refusal.stderr


@pytest.mark.parametrize("name", SECRETS)
def test_one_default_left_is_refused_and_named_alone(name: str):
    refusal = preflight(BIND_ADDRESS="0.0.0.0", **{**OWN, name: SECRETS[name]})
    assert refusal.returncode == 1
    assert [other for other in SECRETS if re.search(rf"\b{other}\b", refusal.stderr)] == [name]


def test_secrets_of_ones_own_open_the_doors():
    assert preflight(BIND_ADDRESS="0.0.0.0", **OWN).returncode == 0


@pytest.mark.parametrize("value", ["", "with space", "p@ss", "a/b", "100%", "$x", "пароль"])
def test_a_password_that_no_url_can_hold_is_refused_and_not_shown(value: str):
    refusal = preflight(BIND_ADDRESS="127.0.0.1", BAZAAR_PASSWORD=value)
    assert refusal.returncode == 1
    assert "BAZAAR_PASSWORD" in refusal.stderr
    assert not value or value not in refusal.stderr


@pytest.mark.parametrize("value", ["", "x" * 44, "x" * 42 + "=", "/" * 43 + "=", "x" * 44 + "="])
def test_a_key_that_fernet_would_not_take_is_refused_and_not_shown(value: str):
    refusal = preflight(BIND_ADDRESS="127.0.0.1", AIRFLOW_FERNET_KEY=value)
    assert refusal.returncode == 1
    assert "AIRFLOW_FERNET_KEY" in refusal.stderr
    assert not value or value not in refusal.stderr


def test_an_api_key_that_redash_would_cut_off_is_refused():
    assert "40" in preflight(BIND_ADDRESS="127.0.0.1", REDASH_ADMIN_API_KEY="x" * 41).stderr
    assert preflight(BIND_ADDRESS="127.0.0.1", REDASH_ADMIN_API_KEY="x" * 40).returncode == 0


# --- locks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_containers_have_the_versions_of_the_one_lock(lock: Path):
    tested = {(name.lower(), version) for name, version in PIN.findall((ROOT / "requirements.lock").read_text())}
    known = {name for name, _ in tested}
    here = [(name.lower(), version) for name, version in PIN.findall(lock.read_text(encoding="utf-8"))]
    assert here
    assert [pin for pin in here if pin[0] in known and pin not in tested] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_locks_hold_what_is_asked_for_and_nothing_is_unhashed(lock: Path):
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    asked = [name for each in groups[lock.stem] if isinstance(each, str) for name in re.findall(r"^[\w-]+", each)]
    assert asked
    locked = lock.read_text(encoding="utf-8")
    assert {name.lower() for name in asked} <= {name.lower() for name, _ in PIN.findall(locked)}
    assert len(PIN.findall(locked)) == len(re.findall(r"==[^\n]*\\\n    --hash=sha256:", locked))
