"""Where Kafka is, as people write it, and what a client is set to for it."""

from __future__ import annotations

import pytest

from pipeline.kafka.cluster import BadAddress, Cluster, shown


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        ("kafka://localhost", "localhost:9092"),
        ("kafka://localhost:19092/", "localhost:19092"),
        ("kafka://one,two:9093", "one:9092,two:9093"),
        ("kafka://[::1]:9095,[::1]", "[::1]:9095,[::1]:9092"),
    ],
)
def test_servers_with_the_usual_port_where_none_is_named(url: str, servers: str):
    cluster = Cluster.of(url)
    assert (cluster.servers, cluster.user) == (servers, None)
    assert "security.protocol" not in cluster.settings()


def test_a_user_logs_in_and_the_password_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("KAFKA_PASSWORD", raising=False)
    url = "kafka://shop:s%40cret@broker:9092"
    cluster = Cluster.of(url)
    assert {"sasl.username": "shop", "sasl.password": "s@cret", "sasl.mechanism": "SCRAM-SHA-512"}.items() <= (
        cluster.settings().items()
    )
    assert cluster.settings()["security.protocol"] == "SASL_PLAINTEXT"
    assert shown(url) == "kafka://shop:…@broker:9092"
    assert "cret" not in repr(cluster)


def test_the_password_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAFKA_PASSWORD", "secret")
    assert Cluster.of("kafka://shop@broker").password == "secret"
    assert Cluster.of("kafka://broker").password is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("kafka://", "is not where Kafka is"),
        ("kafka:localhost", "is not where Kafka is"),
        ("kafka://a b:9092", "is not where Kafka is"),
        ("kafka://me:s3cret@host:port", "is not where Kafka is"),
        ("kafka://me@host", "names a user without a password"),
        ("kafka://me:@host", "names a user without a password"),
    ],
)
def test_what_cannot_be_is_one_line_without_the_password(url: str, said: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("KAFKA_PASSWORD", raising=False)
    with pytest.raises(BadAddress, match=said) as raised:
        Cluster.of(url)
    assert "s3cret" not in str(raised.value)
    assert "\n" not in str(raised.value)
