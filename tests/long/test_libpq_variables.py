"""libpq's variables, which people export for other servers: the embedded one holds whatever is set."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import make_url

import analysis.shop
from sim.cli.urls import libpq_url, sqlalchemy_url
from sim.embedded import binaries, variables
from sim.postgres.connection import dial
from sim.settings import VARIABLES
from tests.integration.conftest import folder_with_servers

REPOSITORY = Path(__file__).parents[2]
RUN = ("run", "--scale", "0.1", "--start", "2026-01-05T06:00Z", "--speed", "max", "--for", "1m")
FOR_OTHERS = {
    "PGSERVICE": "prod",
    "PGSERVICEFILE": "/nowhere/pg_service.conf",
    "PGHOST": "/nowhere",
    "PGHOSTADDR": "192.0.2.1",
    "PGPORT": "1",
    "PGUSER": "somebody",
    "PGPASSWORD": "wrong",
    "PGPASSFILE": "/nowhere/pgpass",
    "PGDATABASE": "prod",
    "PGDATA": "/nowhere",
    "PGOPTIONS": "-c search_path=nowhere -c endpoint=ep-cool",
    "PGCONNECT_TIMEOUT": "soon",
    "PGTARGETSESSIONATTRS": "standby",
    "PGLOADBALANCEHOSTS": "often",
    "PGREQUIREAUTH": "md5",
    "PGCHANNELBINDING": "require",
    "PGGSSENCMODE": "require",
    "PGSSLMODE": "verify-full",
    "PGREQUIRESSL": "1",
    "PGSSLNEGOTIATION": "direct",
    "PGSSLROOTCERT": "system",
    "PGSSLCERTMODE": "require",
    "PGSSLMINPROTOCOLVERSION": "TLSv9",
    "PGSSLMAXPROTOCOLVERSION": "TLSv0",
    "PGCLIENTENCODING": "LATIN1",
    "PGTZ": "Mars/Phobos",
    "PGDATESTYLE": "German",
}
EMPTY = dict.fromkeys(FOR_OTHERS, "")
ASK = """
import sys, sqlalchemy
print(sqlalchemy.create_engine(sys.argv[1]).connect().scalar(sqlalchemy.text("SELECT current_user")))
"""
PSQL = str(binaries.program("psql"))


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder with an embedded shop that was opened under variables meant for others."""
    with folder_with_servers() as folder:
        assert "event=end outcome=ended" in bazaar(folder, FOR_OTHERS, *RUN).stderr
        yield folder


@pytest.fixture(scope="module")
def plain_url(home: Path) -> str:
    return bazaar(home, {}, "dsn").stdout.strip()


def bazaar(folder: Path, variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in an embedded shop's folder, which ends well and soon."""
    return said([sys.executable, "-m", "sim", *arguments], folder, variables)


def said(command: list[str], folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
    surroundings = kept | {"PYTHONPATH": str(REPOSITORY)} | variables
    ended = subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended


@pytest.mark.parametrize("around", [FOR_OTHERS, EMPTY], ids=["set", "empty"])
def test_commands_hold(home: Path, around: dict[str, str]):
    assert "finished" in bazaar(home, around, "status").stdout


def test_psql_holds_and_keeps_what_is_a_matter_of_taste(home: Path):
    shown = bazaar(home, FOR_OTHERS | {"PGTZ": "Europe/Moscow"}, "psql", "-Atc", "SELECT sim_now()")
    assert shown.stdout.strip() == "05.01.2026 09:01:00 MSK"


@pytest.mark.parametrize("name", sorted(FOR_OTHERS.keys() - {"PGSERVICE", "PGTZ"}))
def test_the_printed_url_holds(home: Path, plain_url: str, name: str):
    around = {name: FOR_OTHERS[name]}
    url = plain_url + variables.overruling(around)
    assert said([PSQL, url, "-Atc", "SELECT current_user"], home, around).stdout.strip() == "bazaar"
    assert libpq_url(url) == url


def test_all_of_them_at_once_and_through_sqlalchemy(home: Path):
    around = {name: value for name, value in FOR_OTHERS.items() if name not in {"PGSERVICE", "PGTZ"}}
    url = bazaar(home, around, "dsn", "--sqlalchemy", "--reader").stdout.strip()
    assert said([sys.executable, "-c", ASK, url], home, around).stdout.strip() == "bazaar_reader"


def test_a_service_is_what_no_url_overrules_so_it_is_said(home: Path):
    assert "PGSERVICE is set" in bazaar(home, {"PGSERVICE": "prod"}, "dsn").stderr
    assert "PGSERVICE" not in bazaar(home, {}, "dsn").stderr


def test_where_nothing_is_set_the_url_is_plain():
    assert variables.overruling({"HOME": "/root", "PGTZ": "UTC"}) == ""


def test_the_options_survive_whoever_takes_the_url_apart():
    url = "postgresql://bazaar:secret@127.0.0.1:5432/bazaar" + variables.overruling(FOR_OTHERS)
    again = make_url(sqlalchemy_url(url)).set(drivername="postgresql").render_as_string(hide_password=False)
    assert psycopg2.extensions.parse_dsn(again) == psycopg2.extensions.parse_dsn(url)


def test_notebooks_on_the_embedded_shop_hear_none(monkeypatch: pytest.MonkeyPatch):
    def dsn(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 0, "postgresql://there\n", "")

    for name, value in FOR_OTHERS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(subprocess, "run", dsn)
    assert analysis.shop._embedded() == "postgresql://there"
    assert not FOR_OTHERS.keys() & os.environ.keys()


# --- a database of one's own ------------------------------------------------------------------------------------------


def test_where_an_own_url_is_silent_the_variables_count(postgres_url: str, tmp_path: Path):
    url = make_url(postgres_url)
    around = {
        "DATABASE_URL": "postgresql:///postgres",
        "PGHOST": str(url.host),
        "PGPORT": str(url.port),
        "PGUSER": str(url.username),
        "PGPASSWORD": str(url.password),
    }
    assert said(
        [sys.executable, "-m", "sim", "psql", "-Atc", "SELECT current_user"],
        tmp_path,
        around | {"PATH": f"{Path(PSQL).parent}{os.pathsep}{os.environ['PATH']}"},
    ).stdout.strip() == str(url.username)
    assert bazaar(tmp_path, around, "dsn").stdout.strip() == "postgresql:///postgres"


def test_what_we_would_say_where_nobody_does_is_left_to_them(postgres_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "77")
    monkeypatch.setenv("PGTARGETSESSIONATTRS", "any")
    url = make_url(postgres_url).set(host=None, query={"host": "127.0.0.1,127.0.0.1"})
    connection = dial(url.render_as_string(hide_password=False))
    try:
        stated = connection.get_dsn_parameters()
    finally:
        connection.close()
    assert (stated["connect_timeout"], stated["target_session_attrs"]) == ("77", "any")


def test_psql_is_the_one_on_the_path(home: Path, tmp_path: Path):
    own = tmp_path / "psql"
    own.write_text('#!/bin/sh\nprintf "%s|" own "$@"\n', encoding="utf-8")
    own.chmod(0o755)
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.path.dirname(shutil.which('sh') or '')}"}  # noqa: PTH120
    first, url, *rest = bazaar(home, path, "psql", "-c", "SELECT 1").stdout.split("|")[:-1]
    assert (first, rest) == ("own", ["-c", "SELECT 1"])
    assert url.startswith("postgresql://bazaar:")
