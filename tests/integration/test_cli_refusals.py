"""Bad input: one clear line on stderr, exit code 2, nothing changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from sim.cli.main import main
from sim.embedded.clients import connect
from sim.settings import VARIABLES

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """An empty working directory, and no settings around."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refusal(capsys, nowhere):
    """What is said about a command line that is refused; exactly one line, and no server was made."""

    def say(*arguments: str, exit_code: int = 2) -> str:
        assert main(arguments) == exit_code
        out, err = map(str, capsys.readouterr())
        assert out == ""
        assert err.endswith("\n")
        assert err.count("\n") == 1
        assert not (nowhere / ".data").exists()
        return err.removeprefix("bazaar: ").rstrip()

    return say


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "--sped", "10x"], ["--sped", "--speed", "python -m sim run --help"]),
        (["run", "--speed"], ["--speed", "requires an argument"]),
        (["run", "--speed", "0x"], ["speed: '0x'", "allowed"]),
        (["run", "--speed", "-1x"], ["speed: '-1x'", "allowed"]),
        (["run", "--speed=fast"], ["speed: 'fast'", "allowed"]),
        (["run", "--seed", "1.5"], ["seed: '1.5'", "allowed"]),
        (["run", "--scale", "nan"], ["scale: 'nan'", "allowed"]),
        (["run", "--history", "7"], ["history: '7'", "allowed"]),
        (["run", "--for", "0"], ["for: '0'", "allowed"]),
        (["run", "--keep", "0d"], ["keep: '0d'", "allowed"]),
        (["run", "--keep", "90"], ["keep: '90'", "allowed"]),
        (["run", "--keep", "forever"], ["keep: 'forever'", "90d", "all"]),
        (["run", "--start", "2026-01-05"], ["start: '2026-01-05'", "time zone"]),
        (["run", "--start", "2026-01-05T00:00Z", "--history", "1d"], ["--start and --history"]),
        (["run", "--scenario", "doom"], ["scenario: 'doom'", "baseline"]),
        (["run", "--market", "atlantis"], ["market 'atlantis'", "international"]),
        (["run", "now"], ["now", "python -m sim run --help"]),
        (["fly"], ["fly", "python -m sim --help"]),
        (["status", "--database-url", "mysql://h/d"], ["database-url: 'mysql://…'", "postgresql://"]),
        (["status", "--database-url", "postgres://me:hush@127.0.0.1:1/d"], ["127.0.0.1:1/d", "refused"]),
        (["run", "--database-url", "postgres://me:hush@127.0.0.1:1/d"], ["127.0.0.1:1/d", "refused"]),
        (["check", "--database-url", "postgres://me:hu@sh@h/d"], ["database-url: ", "%40"]),
        (["dsn", "--reader", "--database-url", "postgres://me:hush@h/d"], ["--reader"]),
        (["dsn", "--analyst", "--database-url", "postgres://me:hush@h/d"], ["--analyst"]),
        (["dsn", "--teacher", "--database-url", "postgres://me:hush@h/d"], ["--teacher"]),
        (["dsn", "--analyst", "--reader"], ["two roles"]),
        (["dsn", "--teacher", "--analyst"], ["--analyst and --teacher", "two roles"]),
        (["dsn"], ["there is no database"]),
        (["check"], ["there is no run"]),
    ],
    ids=lambda value: " ".join(value) if "-" in "".join(value) else None,
)
def test_bad_input(refusal, arguments, says):
    line = refusal(*arguments)
    assert [part for part in says if part not in line] == []
    assert "hush" not in line


def test_status_without_a_run_ends_with_1(refusal):
    assert "there is no run here yet" in refusal("status", exit_code=1)


def test_bad_values_of_the_environment_and_of_the_file(refusal, nowhere, monkeypatch):
    (nowhere / ".env").write_text("SEED=many\n", encoding="utf-8")
    assert refusal("run").startswith("seed: 'many'")
    monkeypatch.setenv("SEED", "-1")
    assert refusal("run").startswith("seed: '-1'")


def test_a_scenario_file_with_an_unknown_parameter(refusal, nowhere):
    (nowhere / "own.yaml").write_text("demand: {sesions_per_day: 3}\n", encoding="utf-8")
    assert "sesions_per_day" in refusal("run", "--scenario", "own.yaml")


def test_a_wrong_password_is_not_told(refusal, database_url):
    url = make_url(database_url).set(password="hush").render_as_string(hide_password=False)
    for command in ("run", "status", "check", "reset"):
        line = refusal(command, "--database-url", url)
        assert "authentication failed" in line
        assert "hush" not in line


def test_another_programs_database_is_left_alone(refusal, database_url):
    with connect(database_url) as connection:
        connection.execute(text("CREATE TABLE orders (id int)"))
    for command in (["run"], ["status"], ["check"], ["reset", "--yes"]):
        assert "of others under names that a shop needs: orders" in refusal(*command, "--database-url", database_url)
    with connect(database_url) as connection:
        ours = text("SELECT tablename FROM pg_tables WHERE schemaname IN ('public', 'sim', 'truth')")
        found = connection.execute(ours)
        assert found.scalars().all() == ["orders"]


def test_a_newer_schema_is_left_alone(refusal, database_url):
    with connect(database_url) as connection:
        connection.execute(text("CREATE SCHEMA sim"))
        connection.execute(text("CREATE TABLE sim.schema_version AS SELECT 999 AS version"))
    for command in (["run"], ["status"], ["check"], ["reset", "--yes"]):
        assert "a newer Bazaar's schema (999" in refusal(*command, "--database-url", database_url)
    with connect(database_url) as connection:
        assert connection.scalar(text("SELECT version FROM sim.schema_version")) == 999


def test_an_empty_database_holds_no_run(refusal, database_url, capsys):
    assert "there is no run" in refusal("status", "--database-url", database_url, exit_code=1)
    assert "there is no run" in refusal("check", "--database-url", database_url)
    assert main(["reset", "--yes", "--database-url", database_url]) == 0
    assert "nothing to drop" in capsys.readouterr().err


def test_a_process_too_says_one_line_and_no_traceback(nowhere):
    command = [sys.executable, "-m", "sim", "run", "--speed", "fast"]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(REPOSITORY)}, cwd=nowhere
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("bazaar: speed: 'fast' is not a speed")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(("to", "code", "said"), [(">&-", 0, ""), ("> /dev/full", 1, "cannot be written")])
def test_nowhere_to_write_to_is_no_traceback(nowhere, to, code, said):
    ended = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m sim version {to}', sys.executable],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": str(REPOSITORY)}, cwd=nowhere,
    )  # fmt: skip
    assert ended.returncode == code
    assert said in ended.stderr
    assert ended.stderr.count("\n") == (said != "")


def test_help_and_version_go_to_stdout(capsys):
    assert main([]) == 0
    assert "Commands:" in capsys.readouterr().out
    assert main(["run", "--help"]) == 0
    assert "--no-catch-up" in capsys.readouterr().out
    assert main(["--version"]) == 0
    said = capsys.readouterr().out
    assert main(["version"]) == 0
    assert said == capsys.readouterr().out
    assert said.startswith("Bazaar ")


def test_urls_given_come_back_as_clients_take_them(capsys):
    url = "postgres://me:p%40ss@h:5433/d"
    assert main(["dsn", "--database-url", url]) == 0
    assert capsys.readouterr().out == "postgresql://me:p%40ss@h:5433/d\n"
    assert main(["dsn", "--sqlalchemy", "--database-url", url]) == 0
    assert capsys.readouterr().out == "postgresql+psycopg2://me:p%40ss@h:5433/d\n"
