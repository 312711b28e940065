"""What the environment says of the replica: both databases, Kafka and Connect. An empty variable says nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg2 import ProgrammingError
from psycopg2.extensions import make_dsn, parse_dsn
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.kafka.cluster import BadAddress, Cluster
from pipeline.replica.problems import BadSetting

_POSTGRES = "postgresql://USER:PASSWORD@HOST[:PORT]/DATABASE"
_WITH_PASSWORDS = {"DATABASE_URL", "MYSQL_URL", "KAFKA_URL", "PIPELINE_DATABASE_URL"}
_MYSQL = "mysql://USER:PASSWORD@HOST[:PORT]/DATABASE"


class ReplicaSettings(BaseSettings):
    """Where everything is as we see it, and by what names Connect sees the two databases. Raises BadSetting."""

    model_config = SettingsConfigDict(env_ignore_empty=True, case_sensitive=True, extra="ignore", frozen=True)

    database_url: str = Field(validation_alias="DATABASE_URL", repr=False)
    mysql_url: str = Field(validation_alias="MYSQL_URL", repr=False)
    connect_url: str = Field("http://connect:8083", validation_alias="CONNECT_URL")
    kafka_url: str = Field("kafka://kafka:19092", validation_alias="KAFKA_URL", repr=False)
    pipeline_database_url: str | None = Field(None, validation_alias="PIPELINE_DATABASE_URL", repr=False)

    # As Connect sees them, where that is otherwise than we do.
    shop_host: str | None = Field(None, validation_alias="SHOP_HOST")
    shop_port: int | None = Field(None, validation_alias="SHOP_PORT", ge=1, le=65535)
    shop_database: str | None = Field(None, validation_alias="SHOP_DATABASE")
    replica_host: str | None = Field(None, validation_alias="REPLICA_HOST")
    replica_port: int | None = Field(None, validation_alias="REPLICA_PORT", ge=1, le=65535)
    replication_user: str = Field("bazaar_replication", validation_alias="REPLICATION_USER")
    mysql_sink_user: str = Field("bazaar_sink", validation_alias="MYSQL_SINK_USER")

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise BadSetting(_said(error)) from None

    @field_validator("database_url", "pipeline_database_url")
    @classmethod
    def _names_a_database(cls, url: str | None) -> str | None:
        try:
            parse_dsn(url or "")
        except ProgrammingError:
            raise ValueError(f"is not where PostgreSQL is; allowed is {_POSTGRES}") from None
        return url

    @field_validator("mysql_url")
    @classmethod
    def _names_mysql(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            named = bool(parts.hostname and parts.username and parts.path.strip("/")) and parts.port != 0
            complete = named and parts.scheme == "mysql" and not parts.query
        except ValueError:
            complete = False
        if not complete:
            raise ValueError(f"is not where MySQL is; allowed is {_MYSQL}")
        return url

    @field_validator("connect_url")
    @classmethod
    def _names_connect(cls, url: str) -> str:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise ValueError("is not where Kafka Connect is; allowed is http://HOST:PORT")
        return url.rstrip("/")

    @field_validator("kafka_url")
    @classmethod
    def _names_kafka(cls, url: str) -> str:
        try:
            Cluster.of(url)
        except BadAddress:
            raise ValueError("is not where Kafka is; allowed is kafka://[USER:PASSWORD@]HOST[:PORT]") from None
        return url

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


def _said(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0])
    if first["type"] == "missing":
        return f"{name}: is not set; the replica needs it"
    said = str(first.get("ctx", {}).get("error") or first["msg"])
    shown = "" if name in _WITH_PASSWORDS else f" {first['input']!r}"
    return f"{name}:{shown} {said[0].lower()}{said[1:]}"
