"""Settings from the environment: its variables, and a file .env in the working directory behind them."""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from sim.settings import VARIABLES, BadSetting


class _Environment(BaseSettings):
    """As text: what the values mean is the settings' own matter. An empty variable counts as unset."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", case_sensitive=True)

    DATABASE_URL: str | None = None
    SPEED: str | None = None
    SEED: str | None = None
    SCENARIO: str | None = None
    HISTORY: str | None = None
    SCALE: str | None = None
    MARKET: str | None = None
    KEEP: str | None = None


def environment() -> dict[str, str | None]:
    """The environment's values by setting. Raises BadSetting when .env can't be read."""
    try:
        found = _Environment().model_dump()
    except (OSError, UnicodeDecodeError, SettingsError) as error:
        raise BadSetting(f".env: the file can't be read: {error}") from error
    return {name: found[variable] for name, variable in VARIABLES.items()}
