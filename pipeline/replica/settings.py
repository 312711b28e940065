"""What the environment says of the replica: both databases, Kafka and Connect. An empty variable says nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg2.extensions import make_dsn, parse_dsn
from pydantic import Field, field_validator

from pipeline.kafka.cluster import Cluster
from pipeline.settings import KafkaUrl, MysqlUrl, PipelineDatabase, PostgresUrl


class ReplicaSettings(PipelineDatabase):
    """Where everything is as we see it, and by what names Connect sees the two databases. Raises BadSetting."""

    database_url: PostgresUrl = Field(validation_alias="DATABASE_URL", repr=False)
    mysql_url: MysqlUrl = Field(validation_alias="MYSQL_URL", repr=False)
    connect_url: str = Field("http://connect:8083", validation_alias="CONNECT_URL")
    kafka_url: KafkaUrl = Field("kafka://kafka:19092", validation_alias="KAFKA_URL", repr=False)

    # As Connect sees them, where that is otherwise than we do.
    shop_host: str | None = Field(None, validation_alias="SHOP_HOST")
    shop_port: int | None = Field(None, validation_alias="SHOP_PORT", ge=1, le=65535)
    shop_database: str | None = Field(None, validation_alias="SHOP_DATABASE")
    replica_host: str | None = Field(None, validation_alias="REPLICA_HOST")
    replica_port: int | None = Field(None, validation_alias="REPLICA_PORT", ge=1, le=65535)
    replication_user: str = Field("bazaar_replication", validation_alias="REPLICATION_USER")
    mysql_sink_user: str = Field("bazaar_sink", validation_alias="MYSQL_SINK_USER")

    @field_validator("connect_url")
    @classmethod
    def _names_connect(cls, url: str) -> str:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise ValueError("is not where Kafka Connect is; allowed is http://HOST:PORT")
        return url.rstrip("/")

    @property
    def cluster(self) -> Cluster:
        """Where Kafka is."""
        return Cluster.of(self.kafka_url)

    @property
    def mysql(self) -> dict[str, Any]:
        """How to connect to MySQL: host, port, user, password and database."""
        parts = urlsplit(self.mysql_url)
        return {
            "host": parts.hostname,
            "port": parts.port or 3306,
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "database": unquote(parts.path.strip("/")),
        }

    @property
    def shop_as_connect_sees_it(self) -> tuple[str, int, str]:
        """Host, port and name of the shop's database."""
        named = parse_dsn(make_dsn(self.database_url))
        host = self.shop_host or named.get("host") or "localhost"
        return host, self.shop_port or int(named.get("port") or 5432), self.shop_database or named.get("dbname") or ""

    @property
    def replica_as_connect_sees_it(self) -> tuple[str, int, str]:
        """Host, port and name of MySQL's database."""
        named = self.mysql
        return self.replica_host or named["host"], self.replica_port or named["port"], named["database"]
