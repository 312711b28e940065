"""`python -m pipeline.consumer`, as far as it needs no Kafka."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest
from sqlalchemy import make_url

from pipeline.consumer.__main__ import main
from pipeline.database import NAME, beside, connect

VARIABLES = ("DATABASE_URL", "PIPELINE_DATABASE_URL", "KAFKA_URL")


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    [line] = capsys.readouterr().err.splitlines()
    return line


def test_without_a_database_it_says_what_to_name(capsys: pytest.CaptureFixture[str]):
    assert main(["run"]) == 2
    assert said(capsys) == (
        "pipeline.consumer: no database is named; give --database-url, PIPELINE_DATABASE_URL or DATABASE_URL"
    )


def test_what_is_no_kafka_is_one_line(capsys: pytest.CaptureFixture[str], database_url: str):
    assert main(["run", "--database-url", database_url, "--kafka", "localhost:9092"]) == 2
    assert said(capsys).startswith("pipeline.consumer: 'localhost:9092' is not where Kafka is")


@pytest.mark.parametrize(
    ("name", "value", "said_of_it"),
    [
        ("KAFKA_URL", "localhost:9092", "'localhost:9092' is not where Kafka is; allowed is kafka://"),
        ("KAFKA_URL", "kafka://me:secret@", "'kafka://me:…@' is not where Kafka is; allowed is kafka://"),
        ("PIPELINE_DATABASE_URL", "postgresql://me:secret@[", "is not where PostgreSQL is; allowed is postgresql://"),
        ("DATABASE_URL", "postgresql://me:secret@[", "is not where PostgreSQL is; allowed is postgresql://"),
    ],
)
def test_a_variable_that_can_t_be_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, said_of_it: str
):
    monkeypatch.setenv(name, value)
    assert main(["run"]) == 2
    line = said(capsys)
    assert line.startswith(f"pipeline.consumer: {name}: {said_of_it}")
    assert "secret" not in line


def test_a_shop_s_server_has_it_in_a_database_of_its_own(database_url: str):
    with closing(connect(beside(database_url), "a test")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (NAME,)
    with closing(psycopg2.connect(database_url)) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {NAME}")


def test_who_may_not_make_it_is_told_so(database_url: str, capsys: pytest.CaptureFixture[str]):
    with closing(psycopg2.connect(database_url)) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute("CREATE ROLE only_logs_in LOGIN PASSWORD 'secret'")
        try:
            url = make_url(database_url).set(username="only_logs_in", password="secret", database="not_there")
            assert main(["replay", "--database-url", url.render_as_string(hide_password=False)]) == 2
        finally:
            with server.cursor() as cursor:
                cursor.execute("DROP ROLE only_logs_in")
    line = said(capsys)
    assert line.startswith("pipeline.consumer: there is no database 'not_there' and this role can't make it: ")
    assert "permission denied" in line
    assert "secret" not in line
