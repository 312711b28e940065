"""What the environment says of the replica, and what is told to whoever says it wrongly."""

from __future__ import annotations

import pytest

from pipeline.replica.__main__ import main
from pipeline.replica.settings import ReplicaSettings
from pipeline.settings import BadSetting
from tests.pipeline.replica.settings import URLS, settings


def test_connect_sees_the_databases_where_we_do_unless_told_otherwise():
    assert settings().shop_as_connect_sees_it == ("shop.example.com", 5433, "bazaar")
    assert settings().replica_as_connect_sees_it == ("mysql.example.com", 3307, "bazaar")
    inside = settings(SHOP_HOST="postgres", SHOP_PORT="5432", REPLICA_HOST="mysql", REPLICA_PORT="3306")
    assert inside.shop_as_connect_sees_it == ("postgres", 5432, "bazaar")
    assert inside.replica_as_connect_sees_it == ("mysql", 3306, "bazaar")


def test_a_password_may_have_any_character():
    assert settings().mysql["password"] == "s3cr@t"


def test_no_password_is_shown():
    assert "s3cr" not in repr(settings())


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch):
    for name, value in {**URLS, "CONNECT_URL": "", "REPLICATION_USER": ""}.items():
        monkeypatch.setenv(name, value)
    found = ReplicaSettings()
    assert (found.connect_url, found.replication_user) == ("http://connect:8083", "bazaar_replication")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MYSQL_URL", "mysql.example.com:3306", "allowed is mysql://USER:PASSWORD@HOST[:PORT]/DATABASE"),
        ("MYSQL_URL", "mysql://bazaar:x@host:33066666/bazaar", "is not where MySQL is"),
        ("MYSQL_URL", "mysql://bazaar:x@host", "is not where MySQL is"),
        ("DATABASE_URL", "postgresql://shop:x@[", "is not where PostgreSQL is"),
        ("KAFKA_URL", "kafka:9092", "is not where Kafka is; allowed is kafka://"),
        ("CONNECT_URL", "connect:8083", "'connect:8083' is not where Kafka Connect is; allowed is http://HOST:PORT"),
        ("SHOP_PORT", "none", "'none'"),
        ("REPLICA_PORT", "70000", "'70000'"),
    ],
)
def test_what_can_t_be_is_one_line_that_names_it(name: str, value: str, said: str):
    with pytest.raises(BadSetting) as raised:
        settings(**{name: value})
    line = str(raised.value)
    assert line.startswith(f"{name}: ")
    assert said in line
    assert "\n" not in line


def test_the_command_ends_with_2_and_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DATABASE_URL", URLS["DATABASE_URL"])
    monkeypatch.delenv("MYSQL_URL", raising=False)
    assert main(["ensure"]) == 2
    assert capsys.readouterr().err == "pipeline.replica: MYSQL_URL: is not set, and is needed\n"
