"""What the environment says: where Redash is, and how Redash reaches the shop. An empty variable says nothing."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dashboards.problems import BadInput

_OF_ENVIRONMENT = SettingsConfigDict(env_ignore_empty=True, case_sensitive=True, extra="ignore", frozen=True)
Kind = TypeVar("Kind", bound="SourceSettings")


class RedashSettings(BaseSettings):
    """Redash itself; options of the command line come before these."""

    model_config = _OF_ENVIRONMENT

    url: str = Field("http://127.0.0.1:5000", validation_alias="REDASH_URL")
    api_key: str | None = Field(None, validation_alias="REDASH_API_KEY")
    admin_api_key: str | None = Field(None, validation_alias="REDASH_ADMIN_API_KEY")
    overwrite: str = Field("", validation_alias="REDASH_OVERWRITE")


class SourceSettings(BaseSettings):
    """A database as Redash, not this command, reaches it, as the reader; the defaults fit Compose."""

    model_config = _OF_ENVIRONMENT

    NAME: ClassVar[str]  # in Redash, and whose words its options are in
    TYPE: ClassVar[str]
    SECRET: ClassVar[str] = "password"
    UNSAID: ClassVar[dict[str, Any]] = {}  # what Redash takes for an option that is not there
    WHAT: ClassVar[str]  # for messages
    HINT: ClassVar[str]

    password: str | None = Field(None, validation_alias="BAZAAR_READER_PASSWORD")

    @field_validator("port", mode="before", check_fields=False)
    @classmethod
    def _is_a_port(cls, given: object) -> int:
        if not str(given).isdecimal() or not 0 < int(str(given)) < 65536:
            raise ValueError(f"'{given}' is not a port")
        return int(str(given))

    def options(self) -> dict[str, Any]:
        """The source's options in Redash."""
        return self.model_dump()


class ShopSource(SourceSettings):
    """The shop's database."""

    NAME = "Bazaar"
    TYPE = "pg"
    UNSAID: ClassVar = {"sslmode": "prefer"}
    WHAT = "the shop's database"
    HINT = "BAZAAR_SOURCE_…"

    host: str = Field("postgres", validation_alias="BAZAAR_SOURCE_HOST")
    port: int = Field(5432, validation_alias="BAZAAR_SOURCE_PORT")
    dbname: str = Field("bazaar", validation_alias="BAZAAR_SOURCE_DATABASE")
    user: str = Field("bazaar_reader", validation_alias="BAZAAR_SOURCE_USER")
    sslmode: str = Field("prefer", validation_alias="BAZAAR_SOURCE_SSLMODE")


class PipelineSource(ShopSource):
    """The pipeline's own database, on the same server."""

    NAME = "Bazaar pipeline"
    WHAT = "the pipeline's database"

    dbname: str = Field("pipeline", validation_alias="BAZAAR_PIPELINE_DATABASE")


class ReplicaSource(SourceSettings):
    """The replica in MySQL."""

    NAME = "Bazaar replica"
    TYPE = "mysql"
    SECRET = "passwd"
    WHAT = "the replica"
    HINT = "BAZAAR_REPLICA_…"

    host: str = Field("mysql", validation_alias="BAZAAR_REPLICA_HOST")
    port: int = Field(3306, validation_alias="BAZAAR_REPLICA_PORT")
    db: str = Field("bazaar", validation_alias="BAZAAR_REPLICA_DATABASE")
    user: str = Field("bazaar_reader", validation_alias="BAZAAR_REPLICA_USER")

    def options(self) -> dict[str, Any]:
        """MySQL's password has another name there; and each question is a transaction of its own."""
        said = self.model_dump()
        password = said.pop("password")
        return said | {"passwd": password, "charset": "utf8mb4", "use_unicode": True, "autocommit": True}


class MartsSource(ReplicaSource):
    """The marts, in a database of their own on the replica's server."""

    NAME = "Bazaar marts"
    WHAT = "the marts"

    db: str = Field("marts", validation_alias="BAZAAR_MARTS_DATABASE")


def source_settings(kind: type[Kind]) -> Kind | None:
    """The settings given; None without a reader's password. Raises BadInput."""
    try:
        settings = kind()
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{first['loc'][0]}: {first['ctx']['error']}") from error
    return settings if settings.password else None
