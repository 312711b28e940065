"""What the environment says of the pipeline. An empty variable says nothing; a wrong one is named in one line."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.database import beside
from pipeline.kafka.cluster import BadAddress, Cluster

_POSTGRES = "postgresql://USER:PASSWORD@HOST[:PORT]/DATABASE"
_MYSQL = "mysql://USER:PASSWORD@HOST[:PORT]/DATABASE"
_WITH_SECRETS = {
    "DATABASE_URL", "MYSQL_URL", "MARTS_URL", "KAFKA_URL", "PIPELINE_DATABASE_URL", "ALERT_WEBHOOK_URL", "SPARK_REMOTE",
}  # fmt: skip


class BadSetting(Exception):
    """A setting that can't be used: its name, its value unless that may hold a secret, and what is allowed."""


def _postgres(url: str) -> str:
    try:
        parse_dsn(url)
    except ProgrammingError:
        raise ValueError(f"is not where PostgreSQL is; allowed is {_POSTGRES}") from None
    return url


def _mysql(url: str) -> str:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname and parts.username and parts.path.strip("/")) and parts.port != 0
        complete = named and parts.scheme == "mysql" and not parts.query
    except ValueError:
        complete = False
    if not complete:
        raise ValueError(f"is not where MySQL is; allowed is {_MYSQL}")
    return url


def _kafka(url: str) -> str:
    try:
        Cluster.of(url)
    except BadAddress as error:
        raise ValueError(str(error)) from None
    return url


PostgresUrl = Annotated[str, AfterValidator(_postgres)]
MysqlUrl = Annotated[str, AfterValidator(_mysql)]
KafkaUrl = Annotated[str, AfterValidator(_kafka)]


class Settings(BaseSettings):
    """Variables that belong together. Raises BadSetting."""

    model_config = SettingsConfigDict(env_ignore_empty=True, case_sensitive=True, extra="ignore", frozen=True)

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise BadSetting(_said(error)) from None


class PipelineDatabase(Settings):
    """The database `pipeline`: the one named, else that of this name on the shop's server."""

    database_url: PostgresUrl | None = Field(None, validation_alias="DATABASE_URL", repr=False)
    pipeline_database_url: PostgresUrl | None = Field(None, validation_alias="PIPELINE_DATABASE_URL", repr=False)

    @property
    def pipeline_database(self) -> str | None:
        """Where the pipeline's own tables are; None when neither variable says it."""
        return self.pipeline_database_url or (beside(self.database_url) if self.database_url else None)


def _said(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0])
    if first["type"] == "missing":
        return f"{name}: is not set, and is needed"
    said = str(first.get("ctx", {}).get("error") or first["msg"])
    shown = "" if name in _WITH_SECRETS else f" {first['input']!r}"
    return f"{name}:{shown} {said[0].lower()}{said[1:]}"
