"""What the environment says: where Redash is, and how Redash reaches the shop. An empty variable says nothing."""

from __future__ import annotations

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dashboards.problems import BadInput

_OF_ENVIRONMENT = SettingsConfigDict(env_ignore_empty=True, case_sensitive=True, extra="ignore", frozen=True)


class RedashSettings(BaseSettings):
    """Redash itself; options of the command line come before these."""

    model_config = _OF_ENVIRONMENT

    url: str = Field("http://127.0.0.1:5000", validation_alias="REDASH_URL")
    api_key: str | None = Field(None, validation_alias="REDASH_API_KEY")
    admin_api_key: str | None = Field(None, validation_alias="REDASH_ADMIN_API_KEY")
    overwrite: str = Field("", validation_alias="REDASH_OVERWRITE")


class SourceSettings(BaseSettings):
    """The shop's database as Redash, not this command, reaches it; the defaults fit Compose."""

    model_config = _OF_ENVIRONMENT

    host: str = Field("postgres", validation_alias="BAZAAR_SOURCE_HOST")
    port: int = Field(5432, validation_alias="BAZAAR_SOURCE_PORT")
    dbname: str = Field("bazaar", validation_alias="BAZAAR_SOURCE_DATABASE")
    user: str = Field("bazaar_reader", validation_alias="BAZAAR_SOURCE_USER")
    password: str | None = Field(None, validation_alias="BAZAAR_READER_PASSWORD")
    sslmode: str = Field("prefer", validation_alias="BAZAAR_SOURCE_SSLMODE")

    @field_validator("port", mode="before")
    @classmethod
    def _is_a_port(cls, given: object) -> int:
        if not str(given).isdecimal() or not 0 < int(str(given)) < 65536:
            raise ValueError(f"'{given}' is not a port")
        return int(str(given))


def source_settings() -> SourceSettings | None:
    """The settings given; None without a reader's password. Raises BadInput."""
    try:
        settings = SourceSettings()
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{first['loc'][0]}: {first['ctx']['error']}") from error
    return settings if settings.password else None
