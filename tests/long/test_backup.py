"""A shop as one file, and from it a shop again: the same rows, the same invariants, and it goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

import sim.cli.backup
from sim.cli.failure import Failure
from sim.embedded import binaries
from tests.databases import new_database
from tools.torture.digests import table_digests

PATIENCE_S = 120
RUN = ["run", "--scale", "0.05", "--start", "2026-01-05T00:00Z", "--speed", "max", "--seed", "3"]
ROLES = Path(__file__).parents[2] / "db/roles.sql"


def bazaar(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command on a database."""
    return subprocess.run(
        [sys.executable, "-m", "sim", *arguments], env=os.environ | {"DATABASE_URL": url}, capture_output=True,
        text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def restored(file: Path, url: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What docs/backups.md says."""
    command = [str(binaries.program("pg_restore")), "--no-owner", "--exit-on-error", "--single-transaction", *options]
    return subprocess.run(
        [*command, f"--dbname={url}", str(file)], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def digests(url: str) -> dict[str, str]:
    with closing(psycopg2.connect(url)) as connection:
        return table_digests(connection)


def readable(url: str) -> tuple[bool, ...]:
    """What the reader may do: read a table, a view and the bookkeeping, ask for the time, write."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("""SELECT has_table_privilege('bazaar_reader', 'public.orders', 'SELECT'),
            has_table_privilege('bazaar_reader', 'public.order_cycle', 'SELECT'),
            has_table_privilege('bazaar_reader', 'sim.runs', 'SELECT'),
            has_function_privilege('bazaar_reader', 'public.sim_now()', 'EXECUTE'),
            NOT has_table_privilege('bazaar_reader', 'public.orders', 'INSERT')""")
        row = cursor.fetchone()
    assert row is not None
    return tuple(row)


def test_a_shop_restored_elsewhere_has_the_same_rows_and_goes_on(database_url: str, postgres_url: str, tmp_path: Path):
    file = tmp_path / "made" / "shop.dump"
    assert bazaar(database_url, *RUN, "--for", "3h").returncode == 0
    saved = bazaar(database_url, "backup", str(file))
    assert saved.returncode == 0, saved.stderr
    assert len(saved.stderr.splitlines()) == 1
    with new_database(postgres_url) as elsewhere, new_database(postgres_url) as without_grants:
        done = restored(file, elsewhere)
        assert done.returncode == 0, done.stderr
        assert digests(elsewhere) == digests(database_url)
        assert readable(elsewhere) == (True,) * 5
        assert bazaar(elsewhere, "check").returncode == 0
        for url in (elsewhere, database_url):
            assert bazaar(url, *RUN, "--for", "5h").returncode == 0
        assert digests(elsewhere) == digests(database_url)

        assert restored(file, without_grants, "--no-privileges").returncode == 0
        assert not all(readable(without_grants))
        psql = [str(binaries.program("psql")), without_grants, "--no-psqlrc", "--quiet", "--file", str(ROLES)]
        subprocess.run([*psql, "--set=ON_ERROR_STOP=1"], check=True, timeout=PATIENCE_S)
        assert readable(without_grants) == (True,) * 5


def test_a_file_that_is_there_stays_and_one_that_fails_leaves_nothing(database_url: str, tmp_path: Path):
    file = tmp_path / "shop.dump"
    file.write_text("precious")
    refused = bazaar(database_url, "backup", str(file))
    assert (refused.returncode, file.read_text()) == (2, "precious")
    failed = bazaar(database_url, "backup", str(tmp_path / "other.dump"), "--table=nothing_of_that_name")
    assert failed.returncode == 1
    assert "no matching tables" in failed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["shop.dump"]
    for line in (refused.stderr, failed.stderr):
        assert len(line.splitlines()) == 1
        assert "Traceback" not in line


@pytest.mark.parametrize(
    ("there", "server", "taken"),
    [({"a": 18, "b": 15}, 15, "b"), ({"a": 18, "b": 15}, 16, "a"), ({"a": 18, "b": 17}, 17, "b"), ({"b": 15}, 15, "b")],
)
def test_the_program_of_the_servers_own_version_is_taken_or_a_newer_one(
    monkeypatch, there: dict[str, int], server: int, taken: str
):
    monkeypatch.setattr(sim.cli.backup, "_programs", lambda: list(there))
    monkeypatch.setattr(sim.cli.backup, "_major_of", there.__getitem__)
    assert sim.cli.backup._fitting(server) == taken


@pytest.mark.parametrize("there", [{}, {"a": 18}])
def test_no_program_that_fits_is_said_in_one_line(monkeypatch, there: dict[str, int]):
    monkeypatch.setattr(sim.cli.backup, "_programs", lambda: list(there))
    monkeypatch.setattr(sim.cli.backup, "_major_of", there.__getitem__)
    with pytest.raises(Failure, match="the server is PostgreSQL 19"):
        sim.cli.backup._fitting(19)


def test_what_a_pg_dump_is_of_is_read_from_what_it_says():
    assert sim.cli.backup._major_of(str(binaries.program("pg_dump"))) == 18
